// Engine.IO over one WebSocket connection, either role.
#pragma once

#include <socketio/net/connection.hpp>
#include <socketio/net/engine_channel.hpp>

#include <string_view>
#include <utility>

namespace socketio::detail {

class websocket_channel final : public connection, public engine_channel {
public:
    // `session` is configured, but has no output yet; start() follows.
    websocket_channel(strand const& on, stream&& below, engine&& session, engine_channel_owner& owner,
        connection_options options);

    std::string_view transport() const noexcept override { return "websocket"; }
    SOCKETIO_DECL engine_event receive(clock::time_point now, engine_channel_owner& to) override;
    SOCKETIO_DECL channel_status settle() override;
    SOCKETIO_DECL channel_status status() const noexcept override;
    clock::time_point deadline() const noexcept override { return session().deadline(); }
    engine_event tick(clock::time_point now) override { return session().tick(now); }
    SOCKETIO_DECL void end_message(message const& of, std::span<bytes_view const> attachments) override;
    SOCKETIO_DECL void end_binary(message const& of) override;
    void send_binary(bytes_view data, bool compress) override { session().send_binary(data, compress); }
    bool is_writable() override { return connection::is_writable(); }
    std::size_t unsent() const noexcept override { return in_flight() + output().size(); }
    std::size_t unread_answers() const noexcept override { return connection::unread_answers(); }
    void close() noexcept override { connection::close(); }
    SOCKETIO_DECL void abort() noexcept override;

private:
    bool is_http(engine_event const& end) const noexcept;

    bool opened_ = false;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/websocket_channel.ipp>
#endif

// The common part of both sides of HTTP long-polling: messages wait in the output of a polling session.
#pragma once

#include <socketio/core/role.hpp>
#include <socketio/net/engine_channel.hpp>
#include <socketio/session/polling.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

namespace socketio::detail {

class polling_channel_base : public engine_channel {
public:
    std::string_view transport() const noexcept override { return "polling"; }
    SOCKETIO_DECL void end_message(message const& of, std::span<bytes_view const> attachments) override;
    void end_binary(message const& of) override { end_message(of, {}); }
    SOCKETIO_DECL void send_binary(bytes_view message, bool compress) override;

protected:
    explicit polling_channel_base(engine_channel_owner& owner) : polling_{role::client}, owner_{&owner}
    {
        consist_of({&polling_.output(), &polling_.pulse(), &polling_.settings(), 0, true});
    }
    polling_channel_base(engine_settings settings, engine_channel_owner& owner)
        : polling_{role::server, std::move(settings)}, owner_{&owner}
    {
        consist_of({&polling_.output(), &polling_.pulse(), &polling_.settings(), 0, false});
    }
    // Sends the messages that no request has taken over another transport.
    void send_over(engine_channel& to);

    polling polling_;
    engine_channel_owner* owner_; // null after the end: messages are dropped
    std::size_t answers_ = 0;     // bytes of the output that the peer has asked for
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/polling_channel_base.ipp>
#endif

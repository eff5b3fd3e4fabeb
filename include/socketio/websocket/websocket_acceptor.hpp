// The state behind a `websocket_server`: accepts connections, answers their opening handshakes, and passes them on.
#pragma once

#include <socketio/net/acceptor.hpp>
#include <socketio/net/connection_slots.hpp>
#include <socketio/net/context_watch.hpp>
#include <socketio/net/http_connection.hpp>
#include <socketio/websocket/websocket_options.hpp>
#include <socketio/websocket/websocket.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>

namespace socketio::detail {

class websocket_acceptor final : public std::enable_shared_from_this<websocket_acceptor>,
                                 public http_connection_owner,
                                 public context_observer {
public:
    using connection_listener = std::function<void(socketio::websocket, websocket_request const&)>;

    static std::shared_ptr<websocket_acceptor> make(asio::any_io_executor const& executor, std::uint16_t port,
                                                    websocket_server_options settings);
    websocket_acceptor(asio::any_io_executor const& executor, websocket_server_options settings);
    ~websocket_acceptor();

    // Any thread.
    std::uint16_t port() const noexcept { return port_; }
    void on_connection(connection_listener listener);
    void close();

    SOCKETIO_DECL void on_request(std::shared_ptr<http_exchange> exchange) override;
    SOCKETIO_DECL void on_end(std::shared_ptr<http_connection> const& of) noexcept override;
    SOCKETIO_DECL void context_gone() noexcept override;

private:
    void start();
    std::shared_ptr<http_rules const> make_rules() const;
    void on_accepted(strand const& on, stream&& connected);
    void take(strand const& on, http_exchange& exchange);
    void on_upgraded(strand const& on, websocket_request request, upgraded_stream&& over);

    websocket_server_options const settings_;
    context_watch& watch_;
    std::uint16_t port_ = 0;
    connection_slots const slots_;
    std::shared_ptr<http_rules const> rules_;

    std::mutex mutex_; // guards the members below
    std::shared_ptr<acceptor> accepting_;
    http_connections connections_; // that have not been upgraded
    std::shared_ptr<connection_listener const> listener_;
    bool closed_ = false;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/websocket/impl/websocket_acceptor.ipp>
#endif

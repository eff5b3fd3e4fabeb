// A server of WebSocket connections without Socket.IO.
#pragma once

#include <socketio/websocket/websocket.hpp>
#include <socketio/websocket/websocket_acceptor.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace socketio {

// Listens from construction on:
//
//     socketio::websocket_server server(context, 9001);
//     server.on_connection([](socketio::websocket socket, socketio::websocket_request const&) {
//         socket.on_message([socket](socketio::websocket_message const& m) mutable { socket.send(m.text()); });
//     });
//
// A connection lasts as long as a handle of it, which one of its own listeners may hold, as here. All members
// may be called from any thread. The handle can be moved. Its destructor stops accepting; open connections
// continue.
class websocket_server {
public:
    using connection_listener = detail::websocket_acceptor::connection_listener;

    // With port 0 the system chooses. Throws std::system_error when the port or the address is not available.
    websocket_server(asio::any_io_executor executor, std::uint16_t port, websocket_server_options settings = {})
        : listener_{detail::websocket_acceptor::make(std::move(executor), port, std::move(settings))}
    {
    }
    template <class Context>
        requires requires(Context& c) { asio::any_io_executor{c.get_executor()}; }
    websocket_server(Context& context, std::uint16_t port, websocket_server_options settings = {})
        : websocket_server{asio::any_io_executor{context.get_executor()}, port, std::move(settings)}
    {
    }
    websocket_server(websocket_server&&) noexcept = default;
    websocket_server& operator=(websocket_server&& other) noexcept
    {
        if (listener_)
            listener_->close();
        listener_ = std::move(other.listener_);
        return *this;
    }
    ~websocket_server()
    {
        if (listener_)
            listener_->close();
    }

    std::uint16_t port() const noexcept { return listener_->port(); }

    // Called on the strand of each new connection. Add the connection's listeners inside the call: none is too
    // late. With several threads it runs for several connections at once.
    void on_connection(connection_listener listener) { listener_->on_connection(std::move(listener)); }

    // Stops accepting, and refuses handshakes under way.
    void close() { listener_->close(); }

private:
    std::shared_ptr<detail::websocket_acceptor> listener_;
};

} // namespace socketio

// `socket.conn()`: the Engine.IO session below a socket.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/server/peer_core.hpp>
#include <socketio/server/server_snapshot.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace socketio {

// A handle. All members may be called from any thread.
class client_connection {
public:
    explicit client_connection(std::shared_ptr<detail::peer_core> of) noexcept : core_{std::move(of)} {}

    // The session's id, which is secret: who knows it can speak for the client.
    std::string const& id() const noexcept { return core_->sid(); }
    // "polling" or "websocket", as it is now.
    std::string_view transport() const noexcept { return core_->transport(); }
    // See handshake::address.
    std::string const& remoteAddress() const noexcept { return core_->request().address; }
    // The request that the session began with; valid as long as a handle is.
    http_request const& request() const noexcept { return core_->request(); }
    // Of the end of the client's last turn.
    client_snapshot snapshot() const noexcept { return core_->snapshot(); }

    // "upgrade" (the new transport's name) and "close" (the reason), on the client's strand. Listeners go when the
    // connection has ended. Throws std::invalid_argument for any other event.
    void on(std::string_view event, std::function<void(std::string_view)> listener) const
    {
        if (event != "upgrade" && event != "close")
            detail::throw_misuse("a connection has the events \"upgrade\" and \"close\"");
        core_->on_connection_event(event, std::move(listener));
    }

    // Closes the connection, once all is sent that was emitted before; no namespace is told to leave. The client's sockets
    // hear "transport close" and come back by their rules, the server's hear "forced close". server_socket::disconnect(true)
    // puts the client out for good. Of one that has gone nothing is left to close.
    void close() const
    {
        core_->perform([core = core_] { core->close(); });
    }

private:
    std::shared_ptr<detail::peer_core> core_;
};

} // namespace socketio

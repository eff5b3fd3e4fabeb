// `socket.conn()`: the Engine.IO session below a socket.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/net/listens.hpp>
#include <socketio/server/peer_core.hpp>
#include <socketio/server/server_snapshot.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace socketio {

// A handle. All members may be called from any thread.
//
// Its events, for `on`, `once` and `off` (see listens), on the client's strand: "upgrade" (std::string_view, the new
// transport's name) and "close" (std::string_view, the reason). Listeners are removed when the connection has ended.
class client_connection : public listens<client_connection> {
public:
    explicit client_connection(std::shared_ptr<detail::peer_core> of) noexcept : core_{std::move(of)} {}

    // The session's id. It is secret: with it, anybody can send as the client.
    std::string const& id() const noexcept { return core_->sid(); }
    // "polling" or "websocket", as it is now.
    std::string_view transport() const noexcept { return core_->transport(); }
    // See handshake::address.
    std::string const& remoteAddress() const noexcept { return core_->request().address; }
    // The request that the session began with; valid as long as a handle is.
    http_request const& request() const noexcept { return core_->request(); }
    // Of the end of the client's last turn.
    client_snapshot snapshot() const noexcept { return core_->snapshot(); }

    // Closes the connection after all earlier emits have been sent, without a DISCONNECT for its namespaces. The
    // client's sockets emit "transport close" and reconnect by their rules; the server's emit "forced close".
    // server_socket::disconnect(true) disconnects a client for good. No effect after the client has gone.
    void close() const
    {
        core_->perform([core = core_] { core->close(); });
    }

private:
    template <class>
    friend class listens;

    std::shared_ptr<detail::connection_emitter> events() const { return core_->connection_events(); }
    template <class Listener>
    listener_handle add_listener(std::string_view event, Listener listener, bool once) const
    {
        static_assert(std::is_invocable_v<Listener&, std::string_view>,
            "a listener of a connection takes a std::string_view: the transport, or the reason");
        if (event != "upgrade" && event != "close")
            detail::throw_misuse("a connection has the events \"upgrade\" and \"close\"");
        return detail::listen_to(events(), event, once,
            [listener = std::move(listener)](detail::connection_call& call) mutable { listener(call.about); });
    }

    std::shared_ptr<detail::peer_core> core_;
};

} // namespace socketio

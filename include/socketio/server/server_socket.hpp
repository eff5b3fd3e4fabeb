// One client, seen from the server.
#pragma once

#include <socketio/net/listener_handle.hpp>
#include <socketio/server/broadcast_operator.hpp>
#include <socketio/server/client_connection.hpp>
#include <socketio/server/emitting.hpp>
#include <socketio/server/middleware.hpp>
#include <socketio/server/socket_core.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio {

// What `socket.timeout(...)`, `socket.volatile_()` and `socket.compress(...)` of the server return. A value.
class server_emit_operator {
public:
    explicit server_emit_operator(std::shared_ptr<detail::server_socket_core> on) noexcept : core_{std::move(on)} {}

    // See server_socket.
    server_emit_operator timeout(std::chrono::milliseconds limit) const
    {
        server_emit_operator made{*this};
        made.flags_.timeout = limit;
        return made;
    }
    server_emit_operator volatile_() const
    {
        server_emit_operator made{*this};
        made.flags_.send.is_volatile = true;
        return made;
    }
    server_emit_operator compress(bool wanted) const
    {
        server_emit_operator made{*this};
        made.flags_.send.compress = wanted;
        return made;
    }
    // To all but this socket, with the same said of them.
    broadcast_operator broadcast() const
    {
        return {core_->share_nsp(), {.except = {core_->id()}, .is_volatile = flags_.send.is_volatile,
                                     .compress = flags_.send.compress, .timeout = flags_.timeout}};
    }
    broadcast_operator to(room_names const& rooms) const { return broadcast().to(rooms); }
    broadcast_operator in(room_names const& rooms) const { return broadcast().to(rooms); }
    broadcast_operator except(room_names const& rooms) const { return broadcast().except(rooms); }

    template <class... Args>
    void emit(std::string_view event, Args&&... arguments) const
    {
        emit_event(event, std::forward<Args>(arguments)...);
    }
    template <class... Args>
    void emit_event(std::string_view event, Args&&... arguments) const
    {
        detail::emit_to_socket(*core_, flags_, event, std::forward<Args>(arguments)...);
    }
    template <class... Args>
    void send(Args&&... arguments) const
    {
        emit_event("message", std::forward<Args>(arguments)...);
    }
    template <class... R, class... Args>
    auto emitWithAck(std::string_view event, Args&&... arguments_and_token) const
    {
        return detail::emit_with_ack<R...>(core_, flags_, event, std::forward_as_tuple(std::forward<Args>(arguments_and_token)...));
    }

private:
    std::shared_ptr<detail::server_socket_core> core_;
    detail::server_emit_flags flags_;
};

// A handle; copies are the same socket. The server keeps the socket for as long as it is connected, with or without
// handles. Its listeners may hold handles of it: they are let go after "disconnect". All members may be called from any
// thread; listeners run on the strand of the client's connection, one at a time.
class server_socket {
public:
    explicit server_socket(std::shared_ptr<detail::server_socket_core> core) noexcept : core_{std::move(core)} {}

    // Unique, and not secret: twenty characters.
    std::string const& id() const noexcept { return core_->id(); }
    // The name of its namespace.
    std::string const& nsp() const noexcept { return core_->nsp().name(); }
    bool connected() const noexcept { return core_->connected(); }
    bool disconnected() const noexcept { return !connected(); }
    // It took up a session that was interrupted: same id, same rooms, same data.
    bool recovered() const noexcept { return core_->recovered(); }
    socketio::handshake const& handshake() const noexcept { return core_->shake(); }
    // What carries it.
    client_connection conn() const { return client_connection{core_->share_client()}; }
    // The rooms it is in; its own id is one.
    std::set<std::string, std::less<>> rooms() const { return core_->nsp().rooms().rooms_of(id()); }
    // Anything that belongs to this socket; fetchSockets() shows it, and recovery restores it. At first an empty object.
    value data() const { return core_->data(); }
    void set_data(value data) const
    {
        core_->with_data([&](value& kept) { kept = std::move(data); });
    }
    // Changes it in place; `change` must not call the socket.
    void with_data(std::function<void(value&)> const& change) const { core_->with_data(change); }

    // At once, also before "connection", in a middleware.
    void join(room_names const& rooms) const { core_->nsp().rooms().join(id(), rooms.get()); }
    void leave(std::string_view room) const { core_->nsp().rooms().leave(id(), room); }

    // As socketio::socket's members; a handler at the end is told the client's answer. An error code at its front is
    // error::ack_timeout, or error::disconnected when the client has gone.
    template <class... Args>
    void emit(std::string_view event, Args&&... arguments) const
    {
        emit_event(event, std::forward<Args>(arguments)...);
    }
    template <class... Args>
    void emit_event(std::string_view event, Args&&... arguments) const
    {
        detail::emit_to_socket(*core_, {}, event, std::forward<Args>(arguments)...);
    }
    template <class... Args>
    void send(Args&&... arguments) const
    {
        emit_event("message", std::forward<Args>(arguments)...);
    }
    template <class... R, class... Args>
    auto emitWithAck(std::string_view event, Args&&... arguments_and_token) const
    {
        return detail::emit_with_ack<R...>(core_, {}, event, std::forward_as_tuple(std::forward<Args>(arguments_and_token)...));
    }
    // How long the answer is waited for.
    server_emit_operator timeout(std::chrono::milliseconds limit) const { return server_emit_operator{core_}.timeout(limit); }
    // Dropped if something is unsent before it.
    server_emit_operator volatile_() const { return server_emit_operator{core_}.volatile_(); }
    server_emit_operator compress(bool wanted) const { return server_emit_operator{core_}.compress(wanted); }

    // To all of the namespace but this socket; to those of them in a room, or not in one.
    broadcast_operator broadcast() const { return server_emit_operator{core_}.broadcast(); }
    broadcast_operator to(room_names const& rooms) const { return broadcast().to(rooms); }
    broadcast_operator in(room_names const& rooms) const { return broadcast().to(rooms); }
    broadcast_operator except(room_names const& rooms) const { return broadcast().except(rooms); }
    broadcast_operator local() const { return broadcast().local(); }

    // Typed listeners, as socketio::socket's. Events of the library: "disconnecting" and "disconnect" (std::string_view
    // reason), "error" (std::string_view message), or (connect_error const&) for the data too: a packet that could not be
    // read, or was refused by a middleware.
    template <class Listener>
    listener_handle on(std::string_view event, Listener&& listener) const
    {
        return detail::listen(core_->events(), event, std::forward<Listener>(listener), false, {});
    }
    template <class Listener>
    listener_handle once(std::string_view event, Listener&& listener) const
    {
        return detail::listen(core_->events(), event, std::forward<Listener>(listener), true, {});
    }
    void off(std::string_view event) const { core_->events()->off(event); }
    void off(listener_handle const& handle) const { handle.off(); }
    void off() const { core_->events()->off_named(); }
    template <class Listener>
    listener_handle onAny(Listener&& listener) const
    {
        return detail::listen_any(core_->events(), std::forward<Listener>(listener), false, {});
    }
    template <class Listener>
    listener_handle prependAny(Listener&& listener) const
    {
        return detail::listen_any(core_->events(), std::forward<Listener>(listener), true, {});
    }
    void offAny() const { core_->events()->off_any(); }
    void offAny(listener_handle const& handle) const { handle.off(); }
    template <class Listener>
    listener_handle onAnyOutgoing(Listener&& listener) const
    {
        return detail::listen_any(core_->outgoing(), std::forward<Listener>(listener), false, {});
    }
    template <class Listener>
    listener_handle prependAnyOutgoing(Listener&& listener) const
    {
        return detail::listen_any(core_->outgoing(), std::forward<Listener>(listener), true, {});
    }
    void offAnyOutgoing() const { core_->outgoing()->off_any(); }
    void offAnyOutgoing(listener_handle const& handle) const { handle.off(); }
    std::vector<listener_handle> listenersAny() const { return detail::handles_of(core_->events(), core_->events()->any_ids()); }
    std::vector<listener_handle> listenersAnyOutgoing() const
    {
        return detail::handles_of(core_->outgoing(), core_->outgoing()->any_ids());
    }

    // A middleware, (std::string_view event, socketio::args const&, socketio::next), that every incoming event passes
    // before its named listeners hear it. The arguments are valid until next is called or let go.
    template <class Middleware>
        requires std::is_invocable_v<Middleware&, std::string_view, args const&, next>
    void use(Middleware middleware) const
    {
        core_->use([middleware = std::move(middleware)](std::string_view event, args const& arguments, detail::decide decide) mutable {
            middleware(event, arguments, next{std::move(decide)});
        });
    }

    // Is told of events that do not fit their listener; without it the server's on_error is.
    void on_error(std::function<void(event_error const&)> hook) const { core_->set_error_hook(std::move(hook)); }

    // Out of the namespace: "server namespace disconnect", which the client is told. With `close` the connection, with all
    // its namespaces, is closed, too.
    void disconnect(bool close = false) const { core_->disconnect(close); }

    friend bool operator==(server_socket const& a, server_socket const& b) noexcept { return a.core_ == b.core_; }

private:
    std::shared_ptr<detail::server_socket_core> core_;
};

} // namespace socketio

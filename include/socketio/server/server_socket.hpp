// One client, seen from the server.
#pragma once

#include <socketio/net/listener_handle.hpp>
#include <socketio/server/broadcast_operator.hpp>
#include <socketio/server/client_connection.hpp>
#include <socketio/server/emitting.hpp>
#include <socketio/server/middleware.hpp>
#include <socketio/server/server_socket_core.hpp>

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

// What `socket.timeout(...)`, `socket.volatile_()` and `socket.compress(...)` of the server return. A value, which may be kept
// and used again. Any thread.
class server_emit_operator {
public:
    explicit server_emit_operator(std::shared_ptr<detail::server_socket_core> on) noexcept : core_{std::move(on)} {}

    // See server_socket; a limit of 0 or less is none.
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
    // To all of the namespace but this socket, with the same said of them.
    broadcast_operator broadcast() const
    {
        return {core_->share_nsp(), {.except = {core_->id()}, .is_volatile = flags_.send.is_volatile,
                                     .compress = flags_.send.compress, .timeout = flags_.timeout}};
    }
    broadcast_operator to(room_names const& rooms) const { return broadcast().to(rooms); }
    broadcast_operator in(room_names const& rooms) const { return broadcast().to(rooms); }
    broadcast_operator except(room_names const& rooms) const { return broadcast().except(rooms); }

    // As server_socket's.
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

    // Unique in the namespace, and not secret: twenty characters. Of the client it is `socket.id` there.
    std::string const& id() const noexcept { return core_->id(); }
    // The name of its namespace.
    std::string const& nsp() const noexcept { return core_->nsp().name(); }
    // True from "connection" until "disconnecting"; false in a namespace's middleware.
    bool connected() const noexcept { return core_->connected(); }
    bool disconnected() const noexcept { return !connected(); }
    // It took up a session that was interrupted: same id, same rooms, same data.
    bool recovered() const noexcept { return core_->recovered(); }
    // What the client said when it came; valid as long as a handle is.
    socketio::handshake const& handshake() const noexcept { return core_->shake(); }
    // What carries it.
    client_connection conn() const { return client_connection{core_->share_client()}; }
    // The rooms it is in; its own id is one, from "connection" on. A copy.
    std::set<std::string, std::less<>> rooms() const { return core_->nsp().rooms().rooms_of(id()); }
    // Anything that belongs to this socket; fetchSockets() shows it, and recovery restores it. At first an empty object.
    // A copy.
    value data() const { return core_->data(); }
    void set_data(value data) const
    {
        core_->with_data([&](value& kept) { kept = std::move(data); });
    }
    // Changes it in place, inside the call and under a lock: `change` must not call the socket.
    void with_data(std::function<void(value&)> const& change) const { core_->with_data(change); }

    // At once, also before "connection", in a middleware. After "disconnecting" nothing comes of it.
    void join(room_names const& rooms) const { core_->nsp().rooms().join(id(), rooms.get()); }
    void leave(std::string_view room) const { core_->nsp().rooms().leave(id(), room); }

    // Sends an event to this client, as socketio::socket's members do; inside of its listeners it leaves at the end of the
    // turn, from elsewhere soon. A handler at the end is told the client's answer, once; an error code at its front is
    // error::ack_timeout, or error::disconnected when the client has gone. Without one it is not called then. Throws
    // std::invalid_argument for a reserved event name ("connect", "disconnect", ...), or more binary values than
    // server_options::sent_attachments. What is larger than largest_message is not sent, and told as an error: to the handler,
    // if it takes one, or to on_error. To a socket that has gone nothing is sent. What the client does not read counts for
    // send_limit.
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
    // The same with a completion token of Asio's at the end: void(std::error_code, R...), or void(std::error_code, value) for
    // the answer's first argument. It runs on its own executor, or the server's; per-operation cancellation works.
    template <class... R, class... Args>
    auto emitWithAck(std::string_view event, Args&&... arguments_and_token) const
    {
        return detail::emit_with_ack<R...>(core_, {}, event, std::forward_as_tuple(std::forward<Args>(arguments_and_token)...));
    }
    // How long the answer is waited for, from the emit on; without it for as long as the client is connected.
    server_emit_operator timeout(std::chrono::milliseconds limit) const { return server_emit_operator{core_}.timeout(limit); }
    // Dropped if something is unsent before it, also of the same turn, or if the client polls and no poll waits.
    server_emit_operator volatile_() const { return server_emit_operator{core_}.volatile_(); }
    // Whether the event may be compressed, if messages are at all.
    server_emit_operator compress(bool wanted) const { return server_emit_operator{core_}.compress(wanted); }

    // To all of the namespace but this socket; to those of them in a room, or not in one.
    broadcast_operator broadcast() const { return server_emit_operator{core_}.broadcast(); }
    broadcast_operator to(room_names const& rooms) const { return broadcast().to(rooms); }
    broadcast_operator in(room_names const& rooms) const { return broadcast().to(rooms); }
    broadcast_operator except(room_names const& rooms) const { return broadcast().except(rooms); }
    broadcast_operator local() const { return broadcast().local(); }

    // Typed listeners, as socketio::socket's; on the client's strand, one at a time, or where asio::bind_executor says. Events
    // of the library: "disconnecting", while it still is in its rooms, and "disconnect" (std::string_view reason,
    // disconnect_details const&), both with the reference's reasons; "error" (std::string_view message), or
    // (connect_error const&) for the data too: a packet that could not be read, or was refused by a middleware.
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
    void off() const { core_->events()->off_named(); } // all but the catch-all listeners
    // Catch-all listeners, (std::string_view event, args const&[, ack]), or the event alone: what the client sends, before
    // the middleware and the event's own listeners; and what is sent to it, as it is written, but no answers.
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
    // before its named listeners hear it. The arguments are valid until next is called or let go. next() hands the event on;
    // next({message, data}) refuses it, and "error" is told; an event whose next is let go is swallowed. Events whose
    // middleware decides later may overtake each other, and while they wait they count for server_options::waiting_limit.
    template <class Middleware>
        requires std::is_invocable_v<Middleware&, std::string_view, args const&, next>
    void use(Middleware middleware) const
    {
        core_->use([middleware = std::move(middleware)](std::string_view event, args const& arguments, detail::decide decide) mutable {
            middleware(event, arguments, next{std::move(decide)});
        });
    }

    // Is told of events that do not fit their listener, and of those that are too large to be sent, on the client's
    // strand; without it the server's on_error is. Null takes it off.
    void on_error(std::function<void(event_error const&)> hook) const { core_->set_error_hook(std::move(hook)); }

    // Out of the namespace: "server namespace disconnect", which the client is told; it does not come back by itself. With
    // `close` it is put out of all its namespaces, and the connection is closed. Listeners hear of it after this call.
    void disconnect(bool close = false) const { core_->disconnect(close); }

    friend bool operator==(server_socket const& a, server_socket const& b) noexcept { return a.core_ == b.core_; }

private:
    std::shared_ptr<detail::server_socket_core> core_;
};

} // namespace socketio

// One client on the server's side.
#pragma once

#include <socketio/net/emits.hpp>
#include <socketio/net/listens.hpp>
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

// The result of `socket.timeout(...)`, `socket.volatile_()` and `socket.compress(...)` of the server. A value,
// which can be stored and used again. Any thread. Its verbs are those of emits and room_operators.
class server_emit_operator : public emits<server_emit_operator, server_emit_operator, broadcast_options>,
                             public room_operators<server_emit_operator, broadcast_operator> {
public:
    explicit server_emit_operator(std::shared_ptr<detail::server_socket_core> on,
                                  broadcast_options conditions = {}) noexcept
        : core_{std::move(on)}, conditions_{std::move(conditions)}
    {
    }

    // All sockets of the namespace except this one, under the same conditions.
    broadcast_operator broadcast() const
    {
        broadcast_options others{conditions_};
        others.except.push_back(core_->id());
        return {core_->share_nsp(), std::move(others)};
    }

private:
    template <class, class, class>
    friend class emits;
    template <class, class>
    friend class room_operators;

    std::shared_ptr<detail::server_socket_core> const& destination() const noexcept { return core_; }
    broadcast_options const& conditions() const noexcept { return conditions_; }
    broadcast_operator to_broadcast() const { return broadcast(); }

    std::shared_ptr<detail::server_socket_core> core_;
    broadcast_options conditions_; // without rooms
};

// A handle; copies refer to the same socket. The server keeps the socket as long as it is connected, with or without
// handles. Its listeners may hold handles of it: they are removed after "disconnect". All members may be called from
// any thread. Listeners run on the strand of the client's connection, one at a time, or on the executor of
// asio::bind_executor.
//
// Its verbs are those of emits (emit, emitWithAck, timeout, ...), of listens (on, once, off), of listens_to_all
// (onAny, ...) and of room_operators, which stand for the namespace's other sockets. An event that a listener of the
// socket emits leaves at the end of the turn; from elsewhere, soon. An event larger than largest_message is not sent:
// its handler, if that takes errors, or on_error receives the error. emit also throws std::invalid_argument for more
// binary values than server_options::sent_attachments. After the disconnect, events are not sent. Unread data counts
// for send_limit.
//
// Listeners are typed, like those of socketio::socket. Events of the library: "disconnecting", while it still is in
// its rooms, and "disconnect" (std::string_view reason, disconnect_details const&), both with the reference's reasons;
// "error" (std::string_view message), or (connect_error const&) for the data too: a packet that could not be read, or
// that a middleware refused.
class server_socket : public emits<server_socket, server_emit_operator, broadcast_options>,
                      public listens<server_socket>,
                      public listens_to_all<server_socket>,
                      public room_operators<server_socket, broadcast_operator> {
public:
    explicit server_socket(std::shared_ptr<detail::server_socket_core> core) noexcept : core_{std::move(core)} {}

    // Unique in the namespace, and not secret: twenty characters. On the client it is `socket.id`.
    std::string const& id() const noexcept { return core_->id(); }
    // The name of its namespace.
    std::string const& nsp() const noexcept { return core_->nsp().name(); }
    // True from "connection" until "disconnecting"; false in a namespace's middleware.
    bool connected() const noexcept { return core_->connected(); }
    bool disconnected() const noexcept { return !connected(); }
    // It has resumed an interrupted session: same id, same rooms, same data.
    bool recovered() const noexcept { return core_->recovered(); }
    // The data that the client sent when it connected; valid as long as a handle exists.
    socketio::handshake const& handshake() const noexcept { return core_->handshake(); }
    // The connection that carries it.
    client_connection conn() const { return client_connection{core_->share_client()}; }
    // A copy of its rooms. From "connection" on, its own id is one of them.
    std::set<std::string, std::less<>> rooms() const { return core_->nsp().rooms().rooms_of(id()); }
    // A copy of the program's data for this socket, at first an empty object. fetchSockets() returns it, and
    // recovery restores it.
    value data() const { return core_->data(); }
    void set_data(value data) const
    {
        core_->with_data([&](value& kept) { kept = std::move(data); });
    }
    // Changes it in place, inside the call and under a lock: `change` must not call the socket.
    void with_data(std::function<void(value&)> const& change) const { core_->with_data(change); }

    // At once, also before "connection", in a middleware. After "disconnecting" it has no effect.
    void join(room_names const& rooms) const { core_->nsp().rooms().join(id(), rooms.get()); }
    void leave(std::string_view room) const { core_->nsp().rooms().leave(id(), room); }

    // All sockets of the namespace except this one; to(), in(), except() and local() narrow it.
    broadcast_operator broadcast() const { return server_emit_operator{core_}.broadcast(); }

    // A middleware, (std::string_view event, socketio::args const&, socketio::next), that every incoming event
    // passes before its named listeners are called. The arguments are valid until `next` is called or destroyed.
    // next() passes the event on; next({message, data}) refuses it and emits "error". If `next` is destroyed
    // without being called, the event is dropped. Events with late decisions may overtake each other. While they
    // wait, they count for server_options::waiting_limit.
    template <class Middleware>
        requires std::is_invocable_v<Middleware&, std::string_view, args const&, next>
    void use(Middleware middleware) const
    {
        core_->use([middleware = std::move(middleware)](std::string_view event, args const& arguments,
                                                        detail::decide decide) mutable {
            middleware(event, arguments, next{std::move(decide)});
        });
    }

    // Called on the client's strand for events that do not fit their listener, and for events that are too large
    // to be sent. Without it, the server's on_error is called. Null removes it.
    void on_error(std::function<void(event_error const&)> hook) const { core_->set_error_hook(std::move(hook)); }

    // Removes the socket from the namespace: "server namespace disconnect" on both sides; the client does not
    // reconnect by itself. With `close`, leaves all namespaces and closes the connection. Listeners are called
    // after this function.
    void disconnect(bool close = false) const { core_->disconnect(close); }

    friend bool operator==(server_socket const& a, server_socket const& b) noexcept { return a.core_ == b.core_; }

private:
    template <class, class, class>
    friend class emits;
    template <class>
    friend class listens;
    template <class>
    friend class listens_to_all;
    template <class, class>
    friend class room_operators;

    std::shared_ptr<detail::server_socket_core> const& destination() const noexcept { return core_; }
    static broadcast_options conditions() noexcept { return {}; }
    broadcast_operator to_broadcast() const { return broadcast(); }
    std::shared_ptr<detail::event_emitter> events() const { return core_->events(); }
    std::shared_ptr<detail::event_emitter> outgoing() const { return core_->outgoing(); }
    static callback_executor callbacks() noexcept { return {}; }
    template <class Listener>
    listener_handle add_listener(std::string_view event, Listener&& listener, bool once) const
    {
        return detail::listen(events(), event, std::forward<Listener>(listener), once, {});
    }

    std::shared_ptr<detail::server_socket_core> core_;
};

} // namespace socketio

// The result of `io.to(...)` and `socket.broadcast()`: some of the sockets of a namespace.
#pragma once

#include <socketio/net/emits.hpp>
#include <socketio/server/adapter.hpp>
#include <socketio/server/emitting.hpp>
#include <socketio/server/room_names.hpp>
#include <socketio/server/room_operators.hpp>

#include <memory>
#include <set>
#include <string>
#include <utility>

namespace socketio {

// A value: unlike the reference's flags, what is said here holds for this object, which may be kept and used again. Any
// thread. After its server was destroyed it sends nothing, and calls no handler.
//
// Its verbs are those of emits, room_operators and socket_group. An event is encoded once, inside the call. The handler
// at its end is (std::error_code, std::vector<socketio::value>), and a completion token of emitWithAck is for that
// signature:
//
//     io.to("room").timeout(5s).emit("question", [](std::error_code ec, std::vector<socketio::value> answers) { ... });
//
// It is called once with the first argument of each answer that came, in the order in which they came, and
// error::ack_timeout or error::disconnected if some are missing. Without a timeout it waits as long as all are
// connected. It runs on the executor that is bound to it, or the server's. Of a pattern's namespace it is called for
// each namespace that was made by it; emitWithAck has no recipients there. emit throws std::invalid_argument as
// server_socket's does.
class broadcast_operator : public emits<broadcast_operator, broadcast_operator, broadcast_options>,
                           public room_operators<broadcast_operator, broadcast_operator>,
                           public socket_group<broadcast_operator, broadcast_operator> {
public:
    broadcast_operator(std::shared_ptr<detail::namespace_core> nsp, broadcast_options options)
        : destination_{std::move(nsp)}, conditions_{std::move(options)}
    {}

private:
    template <class, class, class>
    friend class emits;
    template <class, class>
    friend class room_operators;
    template <class, class>
    friend class socket_group;
    friend class remote_socket;

    std::shared_ptr<detail::namespace_core> const& destination() const noexcept { return destination_; }
    broadcast_options const& conditions() const noexcept { return conditions_; }
    broadcast_operator const& to_broadcast() const noexcept { return *this; }

    std::shared_ptr<detail::namespace_core> destination_;
    broadcast_options conditions_;
};

// A socket that may belong to another server, as found by fetchSockets(): the data of that moment, and its
// operations. Any thread. Its verbs are those of emits, as for broadcast_operator: a handler receives a vector
// of at most one answer.
class remote_socket : public emits<remote_socket, broadcast_operator, broadcast_options> {
public:
    remote_socket(std::shared_ptr<detail::namespace_core> nsp, socket_details details)
        : details_{std::move(details)}, operator_{std::move(nsp), broadcast_options{.rooms = {details_.id}}}
    {}

    std::string const& id() const noexcept { return details_.id; }
    socketio::handshake const& handshake() const noexcept { return details_.handshake; }
    std::set<std::string, std::less<>> const& rooms() const noexcept { return details_.rooms; }
    value const& data() const noexcept { return details_.data; }

    void join(room_names const& rooms) const { operator_.socketsJoin(rooms); }
    void leave(room_names const& rooms) const { operator_.socketsLeave(rooms); }
    void disconnect(bool close = false) const { operator_.disconnectSockets(close); }

private:
    template <class, class, class>
    friend class emits;

    std::shared_ptr<detail::namespace_core> const& destination() const noexcept { return operator_.destination(); }
    broadcast_options const& conditions() const noexcept { return operator_.conditions(); }

    socket_details details_;
    broadcast_operator operator_;
};

} // namespace socketio

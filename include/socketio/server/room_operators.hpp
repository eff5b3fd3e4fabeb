// Selects sockets of a namespace, and acts on all of them: written once, for all handles that stand for sockets.
#pragma once

#include <socketio/net/token.hpp>
#include <socketio/server/fetching.hpp>
#include <socketio/server/namespace_core.hpp>
#include <socketio/server/room_names.hpp>

#include <system_error>
#include <type_traits>
#include <vector>

namespace socketio {

class remote_socket;

// A base of the server, its namespaces, its sockets and their operators. `Self` lets this class see (as a friend)
// to_broadcast(), the operator that is to be narrowed. Recipients are chosen during the call that sends, from the
// rooms' members at that moment.
//
//     io.to("room 1").except("muted").emit("news", "hello");
//     socket.to({"room 1", "room 2"}).emit("joined", socket.id());
//
// An operator is written in two places: its option in broadcast_options, and the member that sets it here.
template <class Self, class Operator>
class room_operators {
public:
    // The sockets in one of the rooms, once each. Operators of a socket exclude that socket. `in` is the same.
    Operator to(room_names const& rooms) const
    {
        Operator made = self().to_broadcast();
        made.conditions_.rooms.insert(made.conditions_.rooms.end(), rooms.get().begin(), rooms.get().end());
        return made;
    }
    Operator in(room_names const& rooms) const { return to(rooms); }
    // Excludes the sockets in one of these rooms.
    Operator except(room_names const& rooms) const
    {
        Operator made = self().to_broadcast();
        made.conditions_.except.insert(made.conditions_.except.end(), rooms.get().begin(), rooms.get().end());
        return made;
    }
    // Only this server's sockets, if the adapter knows other servers.
    Operator local() const
    {
        Operator made = self().to_broadcast();
        made.conditions_.local = true;
        return made;
    }

protected:
    room_operators() = default;

private:
    Self const& self() const noexcept { return static_cast<Self const&>(*this); }
};

// A base of the server, its namespaces and their operators, which have to_broadcast() as above.
template <class Self, class Operator>
class socket_group {
public:
    // Completes with void(std::error_code, std::vector<remote_socket>): the selected sockets, and an error of
    // the adapter. The adapter of this library answers inside the call. A pattern's namespace has no sockets.
    template <class Token = detail::no_token>
    auto fetchSockets(Token&& token = {}) const
    {
        static_assert(detail::is_token_v<Token>,
            "fetchSockets takes a completion token: a handler, asio::use_awaitable, asio::use_future, ...");
        Operator const all = self().to_broadcast();
        using signature = detail::completion_signature<std::vector<remote_socket>>;
        return asio::async_initiate<std::remove_reference_t<Token>, signature>(
            detail::fetch_initiation<remote_socket>{all.destination_}, token, all.conditions_);
    }

    // Makes the sockets join these rooms.
    void socketsJoin(room_names const& rooms) const
    {
        visit([&](detail::namespace_core& each, auto const& which) { each.rooms().add_sockets(which, rooms.get()); });
    }
    // Makes the sockets leave these rooms.
    void socketsLeave(room_names const& rooms) const
    {
        visit(
            [&](detail::namespace_core& each, auto const& which) { each.rooms().remove_sockets(which, rooms.get()); });
    }
    // Disconnects the sockets with "server namespace disconnect"; with `close` also closes their connections.
    void disconnectSockets(bool close = false) const
    {
        visit([&](detail::namespace_core& each, auto const& which) { each.rooms().disconnect_sockets(which, close); });
    }

protected:
    socket_group() = default;

private:
    template <class Visit>
    void visit(Visit change) const
    {
        Operator const all = self().to_broadcast();
        all.destination_->for_each([&](detail::namespace_core& each) { change(each, all.conditions_); });
    }
    Self const& self() const noexcept { return static_cast<Self const&>(*this); }
};

} // namespace socketio

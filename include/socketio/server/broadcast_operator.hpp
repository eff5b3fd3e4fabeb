// What `io.to(...)` and `socket.broadcast()` return: some of the sockets of a namespace.
#pragma once

#include <socketio/server/adapter.hpp>
#include <socketio/server/emitting.hpp>
#include <socketio/server/namespace_core.hpp>

#include <chrono>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio {

class remote_socket;

// A room, or several: a text, a vector of texts, or {"a", "b"}. Any text is a room's name; a room is there as long as
// somebody is in it.
class room_names {
public:
    room_names(std::string one) { names_.push_back(std::move(one)); }
    room_names(char const* one) { names_.emplace_back(one); }
    room_names(std::string_view one) { names_.emplace_back(one); }
    room_names(std::vector<std::string> several) : names_{std::move(several)} {}
    room_names(std::initializer_list<std::string> several) : names_{several} {}

    std::vector<std::string> const& get() const noexcept { return names_; }

private:
    std::vector<std::string> names_;
};

// A value: unlike the reference's flags, what is said here holds for this object, which may be kept and used again. Any
// thread. Whom something is for is decided inside the call, by the rooms of then. After the server it was made of has gone
// nothing is sent, and a handler is not called.
class broadcast_operator {
public:
    broadcast_operator(std::shared_ptr<detail::namespace_core> nsp, broadcast_options options)
        : nsp_{std::move(nsp)}, options_{std::move(options)}
    {
    }

    // Whoever is in one of the rooms, once each; `in` is the same.
    broadcast_operator to(room_names const& rooms) const
    {
        broadcast_operator made{*this};
        made.options_.rooms.insert(made.options_.rooms.end(), rooms.get().begin(), rooms.get().end());
        return made;
    }
    broadcast_operator in(room_names const& rooms) const { return to(rooms); }
    // But not who is in one of these.
    broadcast_operator except(room_names const& rooms) const
    {
        broadcast_operator made{*this};
        made.options_.except.insert(made.options_.except.end(), rooms.get().begin(), rooms.get().end());
        return made;
    }
    // Only this server's sockets, where an adapter knows others.
    broadcast_operator local() const
    {
        broadcast_operator made{*this};
        made.options_.local = true;
        return made;
    }
    // Not to those who have something unsent before it, or who poll and have no poll waiting.
    broadcast_operator volatile_() const
    {
        broadcast_operator made{*this};
        made.options_.is_volatile = true;
        return made;
    }
    // Whether it may be compressed, where messages are at all.
    broadcast_operator compress(bool wanted) const
    {
        broadcast_operator made{*this};
        made.options_.compress = wanted;
        return made;
    }
    // How long acknowledgements are waited for; without it, or with 0, as long as all are connected.
    broadcast_operator timeout(std::chrono::milliseconds limit) const
    {
        broadcast_operator made{*this};
        made.options_.timeout = limit;
        return made;
    }

    // Sends an event, which is encoded once, inside the call. A callable at the end, (std::error_code,
    // std::vector<socketio::value>), is told the answers, once: the first argument of each that came, in the order in which
    // they came, and error::ack_timeout or error::disconnected if some are missing. It runs on the executor that is bound to
    // it, or the server's, as emitWithAck's handlers do; of a pattern's namespace it is called for each that was made by it.
    // Throws std::invalid_argument as server_socket's emit does.
    template <class... Args>
    void emit(std::string_view event, Args&&... arguments) const
    {
        emit_event(event, std::forward<Args>(arguments)...);
    }
    template <class... Args>
    void emit_event(std::string_view event, Args&&... arguments) const
    {
        if constexpr (ends_with_handler<Args...>()) {
            auto all = std::forward_as_tuple(std::forward<Args>(arguments)...);
            constexpr std::size_t count = sizeof...(Args) - 1;
            nsp_->for_each_shared([&](std::shared_ptr<detail::namespace_core> const& each) {
                detail::broadcast_with_ack(each, options_, detail::encode_broadcast(*each, event, all, std::make_index_sequence<count>{}),
                                           std::get<count>(all));
            });
        } else {
            nsp_->for_each_shared([&](std::shared_ptr<detail::namespace_core> const& each) {
                detail::send_to_all(*each, detail::encode_shared(*each, std::nullopt, event, arguments...), options_);
            });
        }
    }
    // An event "message".
    template <class... Args>
    void send(Args&&... arguments) const
    {
        emit_event("message", std::forward<Args>(arguments)...);
    }
    // The same with a completion token of Asio's at the end: void(std::error_code, std::vector<value>). Not for a pattern's
    // namespace: there nobody is asked.
    template <class... Args>
    auto emitWithAck(std::string_view event, Args&&... arguments_and_token) const
    {
        static_assert(detail::with_token<std::tuple<Args...>>::template check<std::vector<value>>());
        auto all = std::forward_as_tuple(std::forward<Args>(arguments_and_token)...);
        constexpr std::size_t count = sizeof...(Args) - 1;
        auto packet = detail::encode_broadcast(*nsp_, event, all, std::make_index_sequence<count>{});
        return detail::broadcast_with_ack(nsp_, options_, std::move(packet), std::get<count>(std::move(all)));
    }

    // Those it is for: completes with void(std::error_code, std::vector<remote_socket>), without an error unless an adapter's;
    // the adapter of this library answers inside the call. Nobody, for a pattern's namespace.
    template <class Token = detail::no_token>
    auto fetchSockets(Token&& token = {}) const;

    // They join, leave, are disconnected ("server namespace disconnect").
    void socketsJoin(room_names const& rooms) const
    {
        nsp_->for_each([&](detail::namespace_core& each) { each.rooms().add_sockets(options_, rooms.get()); });
    }
    void socketsLeave(room_names const& rooms) const
    {
        nsp_->for_each([&](detail::namespace_core& each) { each.rooms().remove_sockets(options_, rooms.get()); });
    }
    // With `close` their connections are closed, too.
    void disconnectSockets(bool close = false) const
    {
        nsp_->for_each([&](detail::namespace_core& each) { each.rooms().disconnect_sockets(options_, close); });
    }

private:
    template <class... Args>
    static constexpr bool ends_with_handler() noexcept
    {
        if constexpr (sizeof...(Args) == 0)
            return false;
        else
            return std::is_invocable_v<std::decay_t<std::tuple_element_t<sizeof...(Args) - 1, std::tuple<Args...>>>&,
                                       std::error_code, std::vector<value>>;
    }

    std::shared_ptr<detail::namespace_core> nsp_;
    broadcast_options options_;
};

// A socket that may be another server's, as fetchSockets() finds it: what was known then, and what can be done. Any thread.
class remote_socket {
public:
    remote_socket(std::shared_ptr<detail::namespace_core> nsp, socket_details details)
        : details_{std::move(details)}, operator_{std::move(nsp), broadcast_options{.rooms = {details_.id}}}
    {
    }

    std::string const& id() const noexcept { return details_.id; }
    socketio::handshake const& handshake() const noexcept { return details_.handshake; }
    std::set<std::string, std::less<>> const& rooms() const noexcept { return details_.rooms; }
    value const& data() const noexcept { return details_.data; }

    // As broadcast_operator's members, to this socket alone: also a handler gets a vector, of one answer or none.
    template <class... Args>
    void emit(std::string_view event, Args&&... arguments) const
    {
        operator_.emit_event(event, std::forward<Args>(arguments)...);
    }
    broadcast_operator timeout(std::chrono::milliseconds limit) const { return operator_.timeout(limit); }
    void join(room_names const& rooms) const { operator_.socketsJoin(rooms); }
    void leave(room_names const& rooms) const { operator_.socketsLeave(rooms); }
    void disconnect(bool close = false) const { operator_.disconnectSockets(close); }

private:
    socket_details details_;
    broadcast_operator operator_;
};

namespace detail {

class fetch_initiation {
public:
    using executor_type = asio::any_io_executor;

    explicit fetch_initiation(std::shared_ptr<namespace_core> from) : nsp_{std::move(from)}, where_{executor_of(*nsp_)} {}
    executor_type get_executor() const noexcept { return where_; }

    template <class Handler>
    void operator()(Handler&& handler, broadcast_options const& which) const
    {
        if (!where_)
            return;
        using done_type = completion<std::decay_t<Handler>, std::vector<remote_socket>>;
        auto const done = std::make_shared<done_type>(std::forward<Handler>(handler), where_);
        nsp_->rooms().fetch_sockets(which, [nsp = nsp_, where = where_, done](std::vector<socket_details> found) {
            std::vector<remote_socket> all;
            for (auto& each : found)
                all.emplace_back(nsp, std::move(each));
            asio::post(where, [done, all = std::move(all)]() mutable { (*done)(std::error_code{}, std::move(all)); });
        });
    }

private:
    std::shared_ptr<namespace_core> nsp_;
    asio::any_io_executor where_;
};

} // namespace detail

template <class Token>
auto broadcast_operator::fetchSockets(Token&& token) const
{
    static_assert(detail::is_token_v<Token>,
                  "fetchSockets takes a completion token: a handler, asio::use_awaitable, asio::use_future, ...");
    return asio::async_initiate<std::remove_reference_t<Token>, void(std::error_code, std::vector<remote_socket>)>(
        detail::fetch_initiation{nsp_}, token, options_);
}

} // namespace socketio

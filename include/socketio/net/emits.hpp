// The members that send, and their conditions: written once, for every handle of either side.
#pragma once

#include <socketio/core/value.hpp>
#include <socketio/net/token.hpp>

#include <chrono>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

namespace socketio {

namespace detail {

template <class Conditions>
concept has_expiry = requires(Conditions of_client) { of_client.expiry; };

} // namespace detail

// A base of sockets, namespaces, servers and operators. `Self` lets this class see (as a friend)
//   destination()   the state behind it, as a std::shared_ptr
//   conditions()    the options of what is sent through it, as they stand; `Operator` keeps them as `conditions_`
// and the functions socketio_emit() and socketio_emit_with_ack() of that state do the rest. They are found by their
// arguments, the caller's own among them: hence the prefix. So an operator is written in two places: its option in the
// struct of conditions, and here the member that sets it.
template <class Self, class Operator, class Conditions>
class emits {
public:
    // Sends an event with any number of arguments: types that <socketio/core/convert.hpp> knows, binary data included.
    //
    //     socket.emit("hello", "world", 42, std::vector{1, 2});
    //     socket.emit("question", point{1, 2}, [](std::string answer) { ... });
    //     socket.timeout(5s).emit("question", [](std::error_code ec, std::string answer) { ... });
    //
    // A callable at the end is the acknowledgement's handler. It is called at most once; its parameters are read from
    // the answer's arguments. With a leading std::error_code it is called exactly once, with the reason when there is
    // no answer: error::ack_timeout, error::disconnected, error::payload_too_large, error::stopped,
    // error::type_mismatch. A handler without an error code is not called in these cases. Any thread; the arguments are
    // encoded inside the call. Throws std::invalid_argument for a reserved name ("connect", "disconnect", ...), too
    // many binary values, or data nested too deeply.
    template <class... Args>
    void emit(std::string_view event, Args&&... arguments) const
    {
        emit_event(event, std::forward<Args>(arguments)...);
    }

    // With an object in braces: socket.emit("place", {{"x", 1}, {"y", 2}}).
    template <class... Args>
    void emit(std::string_view event, object const& first, Args&&... others) const
    {
        emit_event(event, first, std::forward<Args>(others)...);
    }

    // The same under a name that Qt's `emit` macro leaves alone.
    template <class... Args>
    void emit_event(std::string_view event, Args&&... arguments) const
    {
        socketio_emit(self().destination(), self().conditions(), event, std::forward<Args>(arguments)...);
    }
    template <class... Args>
    void emit_event(std::string_view event, object const& first, Args&&... others) const
    {
        socketio_emit(self().destination(), self().conditions(), event, first, std::forward<Args>(others)...);
    }

    // An event called "message".
    template <class... Args>
    void send(Args&&... arguments) const
    {
        emit_event("message", std::forward<Args>(arguments)...);
    }

    // Sends an event and completes with the answer: the first of its arguments as a `value`, or those whose types are
    // named.
    //
    //     std::tuple<int, std::string> who = co_await socket.emitWithAck<int, std::string>("who", asio::use_awaitable);
    //     socket.emitWithAck("who", [](std::error_code ec, socketio::value answer) { ... });
    //
    // The last argument is a completion token of Asio's for void(std::error_code, R...). The operation completes
    // exactly once, never inside this call, on the handler's associated executor, else on the socket's own: with an
    // answer, with an error as emit's handlers are called with, or with std::errc::operation_canceled after a
    // per-operation cancellation. It is work of that executor while it waits. If the context goes first, the handler is
    // never called. Throws as emit does.
    template <class... R, class... Args>
    auto emitWithAck(std::string_view event, Args&&... arguments_and_token) const
    {
        return socketio_emit_with_ack(detail::result_types<R...>{}, self().destination(), self().conditions(), event,
            std::forward_as_tuple(std::forward<Args>(arguments_and_token)...));
    }

    // Each of these returns a value with one more condition, as in `socket.timeout(5s).emit("event", handler)`. It may
    // be kept and used again, unlike the reference's flags, which belong to the next emit.

    // The timeout of the acknowledgement, from the emit on; it ends with error::ack_timeout. 0 or less: no limit.
    Operator timeout(std::chrono::milliseconds limit) const
    {
        return with([&](Conditions& conditions) { conditions.timeout = limit; });
    }
    // The event is dropped unless it can be written at once: the socket must be connected, and all earlier
    // output must be written, including an earlier event of the same listener. A polling client must have a
    // pending poll.
    Operator volatile_() const
    {
        return with([](Conditions& conditions) { conditions.is_volatile = true; });
    }
    // compress(false): the event is sent uncompressed, although compression was negotiated
    // (`perMessageDeflate`): for data that is compressed already, or for a secret beside data of another party.
    Operator compress(bool wanted) const
    {
        return with([&](Conditions& conditions) { conditions.compress = wanted; });
    }
    // For a client only. The event is dropped if it could not be written within `limit` from the emit on. Then
    // error::ack_timeout goes to its handler, or to the error hook without a handler that takes errors. A
    // written event is not revoked. With the `retries` queue, tries do not begin after the limit.
    Operator expires_after(std::chrono::milliseconds limit) const
        requires detail::has_expiry<Conditions>
    {
        return with([&](Conditions& conditions) { conditions.expiry = limit; });
    }

protected:
    emits() = default;

private:
    Self const& self() const noexcept { return static_cast<Self const&>(*this); }

    template <class Change>
    Operator with(Change change) const
    {
        Operator made{self().destination(), self().conditions()};
        change(made.conditions_);
        return made;
    }
};

} // namespace socketio

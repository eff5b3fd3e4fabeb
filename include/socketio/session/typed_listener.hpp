// Turns any C++ callable into a listener or an acknowledgement handler: its parameters are read from the
// packet's arguments. An argument that does not fit is reported; the callable is not called.
#pragma once

#include <socketio/core/convert.hpp>
#include <socketio/core/function.hpp>
#include <socketio/core/listeners.hpp>
#include <socketio/session/ack.hpp>
#include <socketio/session/failure.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

namespace socketio::detail {

// The services of the caller for a call of user code.
class call_context {
public:
    call_context() = default;
    call_context(call_context const&) = delete;
    call_context& operator=(call_context const&) = delete;
    virtual ~call_context() = default;
    virtual void report(event_error reported) = 0;
    virtual ack make_ack(std::uint64_t id) = 0;
    // For calls that are made later, on other threads: keeps this alive, and permits reports from there.
    virtual std::shared_ptr<call_context> hold() { return nullptr; }
    virtual void report_from_anywhere(event_error reported) { report(std::move(reported)); }
};

// One event during its dispatch.
struct event_call : emitted {
    event_call(call_context& in, std::string_view name, socketio::args arguments = {},
               std::optional<std::uint64_t> id = {}) noexcept
        : context{in}, event{name}, args{arguments}, ack_id{id}
    {
    }

    call_context& context;
    std::string_view event;
    socketio::args args;
    std::optional<std::uint64_t> ack_id;
    connect_error const* refused = nullptr;
    disconnect_details const* details = nullptr;
    packet const* raw = nullptr;
    ack reply{};

    // All listeners of one event share one answer.
    ack const& the_ack()
    {
        if (ack_id && !reply)
            reply = context.make_ack(*ack_id);
        return reply;
    }
};

// The end of an acknowledgement: an answer, or the reason why there is none.
struct ack_result {
    call_context& context;
    std::string_view event;
    std::error_code error{};
    socketio::args args{};
};

using ack_handler = unique_function<void(ack_result&)>;

template <class F>
struct signature;
template <class R, class... P>
struct signature<R (*)(P...)> {
    using parameters = std::tuple<P...>;
};
template <class R, class... P>
struct signature<R (*)(P...) noexcept> : signature<R (*)(P...)> {};
template <class R, class C, class... P>
struct signature<R (C::*)(P...)> : signature<R (*)(P...)> {};
template <class R, class C, class... P>
struct signature<R (C::*)(P...) const> : signature<R (*)(P...)> {};
template <class R, class C, class... P>
struct signature<R (C::*)(P...) noexcept> : signature<R (*)(P...)> {};
template <class R, class C, class... P>
struct signature<R (C::*)(P...) const noexcept> : signature<R (*)(P...)> {};
template <class F>
    requires requires { &F::operator(); }
struct signature<F> : signature<decltype(&F::operator())> {};

template <class F>
concept has_signature = requires { typename signature<F>::parameters; };

// The callable inside a binder; specialized for the known binders.
template <class F>
struct callable_target {
    using type = F;
};
template <class F>
using callable_target_t = typename callable_target<std::decay_t<F>>::type;

// A callable, as opposed to data that can be sent.
template <class T>
concept callable = has_signature<callable_target_t<T>> || std::is_invocable_v<callable_target_t<T>&, args const&> ||
                   std::is_invocable_v<callable_target_t<T>&, std::error_code, args const&>;

template <class T>
inline constexpr bool is_local_v = std::is_same_v<T, connect_error> || std::is_same_v<T, disconnect_details> ||
                                   std::is_same_v<T, packet> || std::is_same_v<T, args> || std::is_same_v<T, ack>;

// The type in which a parameter is stored between reading and the call.
template <class P>
using stored_t = std::conditional_t<is_local_v<std::remove_cvref_t<P>>, std::tuple<>, std::remove_cvref_t<P>>;

inline void report_mismatch(call_context& to, std::string_view event, std::size_t position, mismatch reason)
{
    event_error reported{.code = error::type_mismatch, .event = std::string{event}, .position = position};
    reported.expected = std::move(reason.expected);
    reported.actual = std::move(reason.actual);
    reported.path = std::move(reason.path);
    to.report(std::move(reported));
}

// Reads one parameter. `next` counts the arguments already consumed by parameters.
template <class T>
bool read_parameter(call_context& context, std::string_view event, args const& from, std::size_t& next, T& into)
{
    std::size_t const position = next++;
    mismatch reason;
    if (position < from.size()) {
        if (read(from[position], into, reason))
            return true;
    } else {
        if constexpr (is_optional_v<T>)
            return true;
        refuse_missing(into, reason);
    }
    report_mismatch(context, event, position, std::move(reason));
    return false;
}

inline bool read_parameter(call_context&, std::string_view, args const&, std::size_t&, std::tuple<>&)
{
    return true;
}

template <class P, class Stored>
decltype(auto) pass(event_call& call, Stored& stored)
{
    using plain = std::remove_cvref_t<P>;
    if constexpr (std::is_same_v<plain, connect_error>)
        return *call.refused;
    else if constexpr (std::is_same_v<plain, disconnect_details>)
        return *call.details;
    else if constexpr (std::is_same_v<plain, packet>)
        return *call.raw;
    else if constexpr (std::is_same_v<plain, args>)
        return (call.args);
    else if constexpr (std::is_same_v<plain, ack>)
        return (call.the_ack());
    else if constexpr (std::is_lvalue_reference_v<P>)
        return (stored);
    else
        return std::move(stored);
}

// The peer may send an event with the name of a local one: then there is no object to pass.
template <class P>
bool can_pass(event_call const& call, std::size_t position)
{
    using plain = std::remove_cvref_t<P>;
    bool missing = false;
    if constexpr (std::is_same_v<plain, connect_error>)
        missing = call.refused == nullptr;
    else if constexpr (std::is_same_v<plain, disconnect_details>)
        missing = call.details == nullptr;
    else if constexpr (std::is_same_v<plain, packet>)
        missing = call.raw == nullptr;
    if (missing)
        report_mismatch(call.context, call.event, position, {"an event of this library", "an event of the peer", {}});
    return !missing;
}

template <class F, class... P, std::size_t... I>
void call_typed(F& callback, event_call& call, std::tuple<P...>*, std::index_sequence<I...>)
{
    static_assert(((is_local_v<std::remove_cvref_t<P>> || readable<std::remove_cvref_t<P>>) && ...),
                  "a listener's parameter has a type that cannot be read from an event: give it SOCKETIO_FIELDS or a "
                  "socketio::convert, see socketio/core/convert.hpp");
    std::tuple<stored_t<P>...> stored{};
    [[maybe_unused]] std::size_t next = 0;
    if ((can_pass<P>(call, I) && ...) &&
        (read_parameter(call.context, call.event, call.args, next, std::get<I>(stored)) && ...))
        std::invoke(callback, pass<P>(call, std::get<I>(stored))...);
}

// Makes the listener of `on` and `once`.
template <class F>
stored_listener make_listener(F&& callable)
{
    using stored = std::decay_t<F>;
    return [callback = stored(std::forward<F>(callable))](emitted& emitted_call) mutable {
        auto& call = static_cast<event_call&>(emitted_call);
        if constexpr (has_signature<stored>) {
            using parameters = typename signature<stored>::parameters;
            call_typed(callback, call, static_cast<parameters*>(nullptr),
                       std::make_index_sequence<std::tuple_size_v<parameters>>{});
        } else {
            static_assert(std::is_invocable_v<stored&, args const&>,
                          "a generic listener must take (socketio::args const&); otherwise name its parameters' types");
            std::invoke(callback, std::as_const(call.args));
        }
    };
}

// Makes the listener of `onAny`: it takes (std::string_view event, socketio::args const&), with a socketio::ack
// as well if it may answer, or the event alone.
template <class F>
stored_listener make_any_listener(F&& callable)
{
    using stored = std::decay_t<F>;
    return [callback = stored(std::forward<F>(callable))](emitted& emitted_call) mutable {
        auto& call = static_cast<event_call&>(emitted_call);
        if constexpr (std::is_invocable_v<stored&, std::string_view, args const&>)
            std::invoke(callback, call.event, std::as_const(call.args));
        else if constexpr (std::is_invocable_v<stored&, std::string_view, args const&, ack const&>)
            std::invoke(callback, call.event, std::as_const(call.args), call.the_ack());
        else {
            static_assert(
                std::is_invocable_v<stored&, std::string_view>,
                "a catch-all listener takes (std::string_view event, socketio::args const&[, socketio::ack])");
            std::invoke(callback, call.event);
        }
    };
}

template <class F>
constexpr bool takes_error() noexcept
{
    if constexpr (has_signature<F>) {
        using parameters = typename signature<F>::parameters;
        if constexpr (std::tuple_size_v<parameters> != 0)
            return std::is_same_v<std::remove_cvref_t<std::tuple_element_t<0, parameters>>, std::error_code>;
        else
            return false;
    } else {
        return std::is_invocable_v<F&, std::error_code, args const&>;
    }
}

template <class P, class Stored>
decltype(auto) pass_result(ack_result& result, Stored& stored)
{
    using plain = std::remove_cvref_t<P>;
    if constexpr (std::is_same_v<plain, args>)
        return (result.args);
    else if constexpr (std::is_lvalue_reference_v<P>)
        return (stored);
    else
        return std::move(stored);
}

template <class F, class... P, std::size_t... I>
void answer_typed(F& callback, ack_result& result, std::tuple<P...>*, std::index_sequence<I...>)
{
    static_assert(
        ((std::is_same_v<std::remove_cvref_t<P>, args> || readable<std::remove_cvref_t<P>>)&&...),
        "an acknowledgement handler's parameter has a type that cannot be read: give it SOCKETIO_FIELDS or a "
        "socketio::convert, see socketio/core/convert.hpp");
    std::tuple<stored_t<P>...> stored{};
    [[maybe_unused]] std::size_t next = 0;
    if ((read_parameter(result.context, result.event, result.args, next, std::get<I>(stored)) && ...))
        std::invoke(callback, pass_result<P>(result, std::get<I>(stored))...);
}

// A handler with a leading std::error_code is always called, with default values beside an error.
template <class F, class... P, std::size_t... I>
void answer_with_error(F& callback, ack_result& result, std::tuple<std::error_code, P...>*, std::index_sequence<I...>)
{
    static_assert(
        ((std::is_same_v<std::remove_cvref_t<P>, args> || readable<std::remove_cvref_t<P>>)&&...),
        "an acknowledgement handler's parameter has a type that cannot be read: give it SOCKETIO_FIELDS or a "
        "socketio::convert, see socketio/core/convert.hpp");
    std::tuple<stored_t<P>...> stored{};
    [[maybe_unused]] std::size_t next = 0;
    std::error_code ec = result.error;
    if (!ec && !(read_parameter(result.context, result.event, result.args, next, std::get<I>(stored)) && ...)) {
        ec = error::type_mismatch;
        stored = {};
    }
    std::invoke(callback, ec, pass_result<P>(result, std::get<I>(stored))...);
}

template <class First, class... Rest>
std::tuple<std::error_code, Rest...>* error_first(std::tuple<First, Rest...>*)
{
    return nullptr;
}

template <class F>
ack_handler make_ack_handler(F&& callable)
{
    using stored = std::decay_t<F>;
    return [callback = stored(std::forward<F>(callable))](ack_result& result) mutable {
        if constexpr (has_signature<stored> && takes_error<stored>()) {
            using parameters = typename signature<stored>::parameters;
            answer_with_error(callback, result, error_first(static_cast<parameters*>(nullptr)),
                              std::make_index_sequence<std::tuple_size_v<parameters> - 1>{});
        } else if constexpr (takes_error<stored>()) {
            std::invoke(callback, result.error, std::as_const(result.args));
        } else if (!result.error) {
            if constexpr (has_signature<stored>) {
                using parameters = typename signature<stored>::parameters;
                answer_typed(callback, result, static_cast<parameters*>(nullptr),
                             std::make_index_sequence<std::tuple_size_v<parameters>>{});
            } else {
                std::invoke(callback, std::as_const(result.args));
            }
        }
    };
}

} // namespace socketio::detail

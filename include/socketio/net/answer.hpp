// From the answer to an event to a completion handler. For sockets of either side.
#pragma once

#include <socketio/core/value.hpp>
#include <socketio/core/value_view.hpp>
#include <socketio/net/completion.hpp>
#include <socketio/net/delivery.hpp>
#include <socketio/net/token.hpp>
#include <socketio/session/typed_listener.hpp>

#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

namespace socketio::detail {

template <class... Args>
constexpr bool ends_with_callable() noexcept
{
    if constexpr (sizeof...(Args) == 0)
        return false;
    else
        return callable<std::tuple_element_t<sizeof...(Args) - 1, std::tuple<Args...>>>;
}

// Rejects arguments that cannot be sent, with a message.
template <class... Args>
constexpr bool check_arguments() noexcept
{
    static_assert(((sendable<Args> || !callable<Args>) && ...),
                  "the acknowledgement's handler comes last, behind the arguments");
    static_assert((sendable<Args> && ...), "an argument has a type that cannot be sent: give it SOCKETIO_FIELDS or a "
                                           "socketio::convert, see socketio/core/convert.hpp");
    return true;
}
template <class Tuple, std::size_t... I>
constexpr bool check_first_arguments(std::index_sequence<I...>) noexcept
{
    return check_arguments<std::remove_cvref_t<std::tuple_element_t<I, Tuple>>...>();
}

// A handler with known parameters takes an error and the results. (Asio checks other tokens.)
template <class Token, class... R>
constexpr bool takes_results() noexcept
{
    using target = callable_target_t<Token>;
    if constexpr (!has_signature<target>)
        return true;
    else if constexpr (sizeof...(R) == 0)
        return std::is_invocable_v<target&, std::error_code, value>;
    else
        return std::is_invocable_v<target&, std::error_code, R...>;
}

// Rejects an emitWithAck without a completion token, and a handler that cannot take the results, with a message.
template <class Tuple>
struct with_token;
template <class... Args>
struct with_token<std::tuple<Args...>> {
    template <class... R>
    static constexpr bool check() noexcept
    {
        static_assert(
            ends_with_token<Args...>(),
            "emitWithAck ends with a completion token: a handler, asio::use_awaitable, asio::use_future, ...");
        if constexpr (ends_with_token<Args...>()) {
            using last = std::tuple_element_t<sizeof...(Args) - 1, std::tuple<Args...>>;
            static_assert(
                takes_results<last, R...>(),
                "emitWithAck's handler takes (std::error_code, results...): without named types one socketio::value");
        }
        return true;
    }
};

template <class... R>
struct ack_signature {
    using type = completion_signature<R...>;
};
template <>
struct ack_signature<> {
    using type = completion_signature<value>;
};

template <class T>
inline constexpr bool owns_its_data_v =
    std::is_same_v<T, std::decay_t<T>> && !std::is_same_v<T, std::string_view> && !std::is_same_v<T, bytes_view> &&
    !std::is_same_v<T, value_view> && !std::is_same_v<T, args>;

// Completes `handler` with the answer: its first argument as a value, or those whose types are named.
template <class... R, class Handler>
ack_handler complete_with_answer(Handler&& handler, asio::any_io_executor const& executor)
{
    using stored = std::decay_t<Handler>;
    if constexpr (sizeof...(R) == 0)
        return make_ack_handler([done = completion<stored, value>{std::forward<Handler>(handler), executor}](
                                    std::error_code ec, args const& answer) mutable {
            done(ec, answer.empty() ? value{} : answer[0].to_value());
        });
    else
        return make_ack_handler([done = completion<stored, R...>{std::forward<Handler>(handler), executor}](
                                    std::error_code ec, R... results) mutable { done(ec, std::move(results)...); });
}

} // namespace socketio::detail

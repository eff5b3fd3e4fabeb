// From the answer to an event to a completion handler. For sockets of either side.
#pragma once

#include <socketio/core/value.hpp>
#include <socketio/core/value_view.hpp>
#include <socketio/net/completion.hpp>
#include <socketio/net/delivery.hpp>
#include <socketio/session/listener.hpp>

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

template <class... R>
struct ack_signature {
    using type = void(std::error_code, R...);
};
template <>
struct ack_signature<> {
    using type = void(std::error_code, value);
};

template <class T>
inline constexpr bool keeps_its_data_v =
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

// A message for a forgotten completion token, before Asio's own. Knows no operation.
#pragma once

#include <socketio/core/convert.hpp>
#include <socketio/core/spread.hpp>

#include <chrono>
#include <cstddef>
#include <tuple>
#include <type_traits>

namespace socketio::detail {

// The default argument of a call without a token.
struct no_token {};

// The types of an answer's arguments; without types, the answer is one `value`.
template <class... R>
struct result_types {};

// True for a possible token: a type that cannot be sent, and is not a duration.
template <class T>
inline constexpr bool is_token_v =
    !std::is_same_v<std::remove_cvref_t<T>, no_token> && !sendable<std::remove_cvref_t<T>> &&
    !std::is_convertible_v<T, std::chrono::milliseconds>;

template <class... Args>
constexpr bool ends_with_token() noexcept
{
    if constexpr (sizeof...(Args) == 0)
        return false;
    else
        return is_token_v<std::tuple_element_t<sizeof...(Args) - 1, std::tuple<Args...>>>;
}

} // namespace socketio::detail

// Words for a completion token that was forgotten, ahead of Asio's own. Knows no operation.
#pragma once

#include <socketio/core/convert.hpp>
#include <socketio/core/spread.hpp>

#include <chrono>
#include <cstddef>
#include <tuple>
#include <type_traits>

namespace socketio::detail {

// What a call gets that names no token.
struct no_token {};

// The types that an answer is to be read as; without any, it is one `value`.
template <class... R>
struct result_types {};

// Whether it may be one: it is nothing that can be sent, and no time.
template <class T>
inline constexpr bool is_token_v = !std::is_same_v<std::remove_cvref_t<T>, no_token> && !sendable<std::remove_cvref_t<T>> &&
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

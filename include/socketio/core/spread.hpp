// A list whose elements become arguments: JavaScript's `emit("event", ...list)`.
#pragma once

#include <socketio/core/convert_base.hpp>

#include <initializer_list>
#include <iterator>
#include <type_traits>
#include <utility>

namespace socketio {

// The result of `spread`. It refers to the list, or owns it if it was a temporary. Use it in the same expression.
template <class List>
class spread_list {
public:
    explicit spread_list(List&& list) noexcept : list_(std::forward<List>(list)) {} // braces would nest an array

    auto begin() const { return std::begin(list_); }
    auto end() const { return std::end(list_); }

private:
    List list_; // or a reference
};

// For the arguments of emit, send, emitWithAck, a broadcast or an acknowledgement. Each element of the list
// becomes an argument of its own, in order. Elements may have any type that can be sent. An empty list adds no
// argument. Accepts a std::vector, socketio::array or socketio::args, for example.
template <class List>
    requires requires(List const& list) {
        std::begin(list);
        std::end(list);
    }
spread_list<List> spread(List&& list)
{
    return spread_list<List>{std::forward<List>(list)};
}

template <class T>
spread_list<std::initializer_list<T>> spread(std::initializer_list<T> list)
{
    return spread_list<std::initializer_list<T>>{std::move(list)};
}

namespace detail {

template <class T>
inline constexpr bool is_spread_v = false;
template <class List>
inline constexpr bool is_spread_v<spread_list<List>> = true;

template <class T>
using spread_element_t = std::iter_value_t<decltype(std::declval<T const&>().begin())>;

// The types that may stand among the arguments of an event.
template <class T>
concept sendable = writable<T> || (is_spread_v<T> && writable<spread_element_t<T>>);

template <class T>
void write_argument(json_writer& to, T const& from)
{
    if constexpr (is_spread_v<T>) {
        for (auto const& each : from)
            write<spread_element_t<T>>(to, each);
    } else {
        write(to, from);
    }
}

} // namespace detail
} // namespace socketio

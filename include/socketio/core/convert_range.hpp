// Arrays and objects as C++ containers: sequences and sets, fixed arrays, maps with text as the key.
#pragma once

#include <socketio/core/convert_base.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace socketio {
namespace detail {

template <class T>
concept map_like = requires {
    typename T::mapped_type;
    requires std::same_as<typename T::key_type, std::string>;
};

// A string class of another library, or a std::basic_string with another allocator.
template <class T>
concept text_like = requires { requires std::same_as<typename T::value_type, char>; } &&
                    std::is_convertible_v<T const&, std::string_view>;

// A list of char may mean text or bytes, so it is not accepted.
template <class T>
concept sequence_like = requires(T const& list) {
    requires !std::same_as<typename T::value_type, char>;
    list.begin() == list.end();
} && !requires { typename T::mapped_type; };

template <class T>
concept can_grow = requires(T& list, typename T::value_type& element) {
    list.clear();
    list.insert(list.end(), std::move(element));
};

template <class T>
void write_elements(json_writer& to, T const& from)
{
    to.begin_array();
    for (auto const& each : from)
        write<typename T::value_type>(to, each);
    to.end_array();
}

} // namespace detail

template <class T>
    requires detail::text_like<T>
struct convert<T> {
    static void write(json_writer& to, T const& from) { to.string(static_cast<std::string_view>(from)); }
    static bool read(value_view from, T& into, mismatch& reason)
        requires std::is_assignable_v<T&, std::string_view>
    {
        if (!from.is_string())
            return detail::refuse(from, "string", reason);
        into = from.as_string();
        return true;
    }
};

template <class T>
    requires detail::sequence_like<T>
struct convert<T> {
    using element = typename T::value_type;

    static void write(json_writer& to, T const& from)
        requires writable<element>
    {
        detail::write_elements(to, from);
    }
    static bool read(value_view from, T& into, mismatch& reason)
        requires readable<element> && detail::can_grow<T>
    {
        if (!from.is_array())
            return detail::refuse(from, "array", reason);
        into.clear();
        if constexpr (requires { into.reserve(from.size()); })
            into.reserve(static_cast<decltype(into.size())>(from.size())); // of Qt 5 it is an int
        std::size_t index = 0;
        for (value_view const each : from.elements()) {
            element next{};
            if (!detail::read(each, next, reason))
                return detail::at_index(index, reason);
            into.insert(into.end(), std::move(next));
            ++index;
        }
        return true;
    }
};

template <class T, std::size_t N>
struct convert<std::array<T, N>> {
    static void write(json_writer& to, std::array<T, N> const& from)
        requires writable<T> && (!std::same_as<T, char>)
    {
        detail::write_elements(to, from);
    }
    static bool read(value_view from, std::array<T, N>& into, mismatch& reason)
        requires readable<T> && (!std::same_as<T, char>)
    {
        if (!from.is_array())
            return detail::refuse(from, "array", reason);
        if (from.size() != N)
            return detail::refuse_size(from, N, "elements", reason);
        std::size_t index = 0;
        for (value_view const each : from.elements()) {
            if (!detail::read(each, into[index], reason))
                return detail::at_index(index, reason);
            ++index;
        }
        return true;
    }
};

template <class T>
    requires detail::map_like<T>
struct convert<T> {
    using mapped = typename T::mapped_type;

    static void write(json_writer& to, T const& from)
        requires writable<mapped>
    {
        to.begin_object();
        for (auto const& [key, data] : from) {
            to.key(key);
            detail::write(to, data);
        }
        to.end_object();
    }
    static bool read(value_view from, T& into, mismatch& reason)
        requires readable<mapped>
    {
        if (!from.is_object())
            return detail::refuse(from, "object", reason);
        into.clear();
        for (auto const member : from.members()) {
            mapped next{};
            if (!detail::read(member.value, next, reason))
                return detail::at_key(member.key, reason);
            into.insert_or_assign(std::string{member.key}, std::move(next));
        }
        return true;
    }
};

} // namespace socketio

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

// Another library's string, or one with an allocator of its own.
template <class T>
concept text_like = requires { requires std::same_as<typename T::value_type, char>; } && std::is_convertible_v<T const&, std::string_view>;

// A list of char may be meant as text or as bytes: neither is guessed.
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
    static bool read(value_view from, T& into, mismatch& why)
        requires std::is_assignable_v<T&, std::string_view>
    {
        if (!from.is_string())
            return detail::refuse(from, "string", why);
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
    static bool read(value_view from, T& into, mismatch& why)
        requires readable<element> && detail::can_grow<T>
    {
        if (!from.is_array())
            return detail::refuse(from, "array", why);
        into.clear();
        if constexpr (requires { into.reserve(from.size()); })
            into.reserve(from.size());
        std::size_t index = 0;
        for (value_view const each : from.elements()) {
            element next{};
            if (!detail::read(each, next, why))
                return detail::at_index(index, why);
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
    static bool read(value_view from, std::array<T, N>& into, mismatch& why)
        requires readable<T> && (!std::same_as<T, char>)
    {
        if (!from.is_array())
            return detail::refuse(from, "array", why);
        if (from.size() != N)
            return detail::refuse_size(from, N, "elements", why);
        std::size_t index = 0;
        for (value_view const each : from.elements()) {
            if (!detail::read(each, into[index], why))
                return detail::at_index(index, why);
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
    static bool read(value_view from, T& into, mismatch& why)
        requires readable<mapped>
    {
        if (!from.is_object())
            return detail::refuse(from, "object", why);
        into.clear();
        for (auto const member : from.members()) {
            mapped next{};
            if (!detail::read(member.value, next, why))
                return detail::at_key(member.key, why);
            into.insert_or_assign(std::string{member.key}, std::move(next));
        }
        return true;
    }
};

} // namespace socketio

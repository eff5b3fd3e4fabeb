// std::optional, std::variant, std::tuple and std::pair.
#pragma once

#include <socketio/core/convert_base.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

namespace socketio {
namespace detail {

template <class T>
inline constexpr bool is_optional_v = false;
template <class T>
inline constexpr bool is_optional_v<std::optional<T>> = true;

template <class Variant, class T>
bool read_alternative(value_view from, Variant& into, mismatch& reason, std::string& expected)
{
    T candidate{};
    if (read(from, candidate, reason)) {
        into = Variant{std::in_place_type<T>, std::move(candidate)};
        return true;
    }
    expected += (expected.empty() ? "" : " or ") + reason.expected;
    return false;
}

template <class Tuple, std::size_t... I>
bool read_elements(value_view from, Tuple& into, mismatch& reason, std::index_sequence<I...>)
{
    if (!from.is_array())
        return refuse(from, "array", reason);
    if (from.size() != sizeof...(I))
        return refuse_size(from, sizeof...(I), "elements", reason);
    [[maybe_unused]] args rest = from.elements();
    auto const one = [&](auto& element, std::size_t index) {
        bool const fits = read(*rest.begin(), element, reason) || at_index(index, reason);
        rest.drop_front(1);
        return fits;
    };
    static_cast<void>(one);
    return (one(std::get<I>(into), I) && ...);
}

template <class Tuple>
void write_tuple(json_writer& to, Tuple const& from)
{
    to.begin_array();
    std::apply([&to](auto const&... each) { (write(to, each), ...); }, from);
    to.end_array();
}

} // namespace detail

// Null stands for std::nullopt. In an object, an absent member does so, too.
template <class T>
struct convert<std::optional<T>> {
    static void write(json_writer& to, std::optional<T> const& from)
        requires writable<T>
    {
        from ? detail::write(to, *from) : to.null();
    }
    static bool read(value_view from, std::optional<T>& into, mismatch& reason)
        requires readable<T>
    {
        if (from.is_null()) {
            into.reset();
            return true;
        }
        return detail::read(from, into.emplace(), reason);
    }
};

// Reads the first alternative that fits.
template <class... T>
struct convert<std::variant<T...>> {
    static void write(json_writer& to, std::variant<T...> const& from)
        requires(writable<T> && ...)
    {
        std::visit([&to](auto const& each) { detail::write(to, each); }, from);
    }
    static bool read(value_view from, std::variant<T...>& into, mismatch& reason)
        requires(readable<T> && ...)
    {
        std::string expected;
        return (detail::read_alternative<std::variant<T...>, T>(from, into, reason, expected) || ...) ||
               detail::refuse(from, expected, reason);
    }
};

// Arrays of exactly that many elements.
template <class... T>
struct convert<std::tuple<T...>> {
    static void write(json_writer& to, std::tuple<T...> const& from)
        requires(writable<T> && ...)
    {
        detail::write_tuple(to, from);
    }
    static bool read(value_view from, std::tuple<T...>& into, mismatch& reason)
        requires(readable<T> && ...)
    {
        return detail::read_elements(from, into, reason, std::index_sequence_for<T...>{});
    }
};

template <class A, class B>
struct convert<std::pair<A, B>> {
    static void write(json_writer& to, std::pair<A, B> const& from)
        requires writable<A> && writable<B>
    {
        detail::write_tuple(to, from);
    }
    static bool read(value_view from, std::pair<A, B>& into, mismatch& reason)
        requires readable<A> && readable<B>
    {
        return detail::read_elements(from, into, reason, std::index_sequence_for<A, B>{});
    }
};

} // namespace socketio

// bool, numbers, enums, text, null, binary data and the library's own value types.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/convert_base.hpp>
#include <socketio/core/number_bits.hpp>
#include <socketio/core/value.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace socketio {
namespace detail {

SOCKETIO_DECL bool read_signed(value_view from, std::int64_t& into) noexcept;
SOCKETIO_DECL bool read_unsigned(value_view from, std::uint64_t& into) noexcept;

template <class T>
concept byte_like = std::same_as<T, std::byte> || std::same_as<T, unsigned char>;

template <class Integer>
bool read_integer(value_view from, Integer& into, mismatch& reason)
{
    using limits = std::numeric_limits<Integer>;
    using widest = std::conditional_t<std::is_signed_v<Integer>, std::int64_t, std::uint64_t>;
    widest number = 0;
    bool fits = false;
    if constexpr (std::is_signed_v<Integer>)
        fits = read_signed(from, number) && number >= (limits::min)() && number <= (limits::max)();
    else
        fits = read_unsigned(from, number) && number <= (limits::max)();
    if (!fits) {
        std::string const range = std::to_string((limits::min)()) + " to " + std::to_string((limits::max)());
        return refuse(from, "integer from " + range, reason);
    }
    into = static_cast<Integer>(number);
    return true;
}

template <class Text>
bool read_text(value_view from, Text& into, mismatch& reason)
{
    if (!from.is_string())
        return refuse(from, "string", reason);
    into = from.as_string();
    return true;
}

template <class Byte>
bytes_view bytes_of(Byte const* data, std::size_t size) noexcept
{
    return {reinterpret_cast<std::byte const*>(data), size};
}

template <class Null>
struct convert_null {
    static void write(json_writer& to, Null const&) { to.null(); }
    static bool read(value_view from, Null&, mismatch& reason)
    {
        return from.is_null() || refuse(from, "null", reason);
    }
};

} // namespace detail

template <>
struct convert<bool> {
    static void write(json_writer& to, bool from) { to.boolean(from); }
    static bool read(value_view from, bool& into, mismatch& reason)
    {
        if (!from.is_bool())
            return detail::refuse(from, "boolean", reason);
        into = from.as_bool();
        return true;
    }
};

// A text of one character. A non-ASCII character has several chars: use a string for it.
template <>
struct convert<char> {
    static void write(json_writer& to, char from) { to.string({&from, 1}); }
    static bool read(value_view from, char& into, mismatch& reason)
    {
        if (from.as_string().size() != 1)
            return detail::refuse(from, "string of one character", reason);
        into = from.as_string().front();
        return true;
    }
};

template <class T>
    requires std::integral<T>
struct convert<T> {
    static void write(json_writer& to, T from)
    {
        if constexpr (std::is_signed_v<T>)
            to.integer(from);
        else
            to.unsigned_integer(from);
    }
    static bool read(value_view from, T& into, mismatch& reason) { return detail::read_integer(from, into, reason); }
};

template <class T>
    requires std::floating_point<T>
struct convert<T> {
    static void write(json_writer& to, T from) { to.number(static_cast<double>(from)); }
    static bool read(value_view from, T& into, mismatch& reason)
    {
        double const number = from.as_double();
        constexpr double most = (std::numeric_limits<T>::max)();
        bool const fits = !detail::is_finite(number) || (-most <= number && number <= most);
        if (!from.is_number() || !fits)
            return detail::refuse(from, fits ? "number" : "number that fits a float", reason);
        into = static_cast<T>(number);
        return true;
    }
};

// Converts the number of the enumerator. A number without an enumerator is accepted.
template <class T>
    requires std::is_enum_v<T> && (!std::same_as<T, std::byte>)
struct convert<T> {
    using number = std::underlying_type_t<T>;
    static void write(json_writer& to, T from) { convert<number>::write(to, static_cast<number>(from)); }
    static bool read(value_view from, T& into, mismatch& reason)
    {
        number plain{};
        if (!convert<number>::read(from, plain, reason))
            return false;
        into = static_cast<T>(plain);
        return true;
    }
};

template <>
struct convert<std::nullptr_t> : detail::convert_null<std::nullptr_t> {};
template <>
struct convert<std::monostate> : detail::convert_null<std::monostate> {};

template <>
struct convert<std::string> {
    static void write(json_writer& to, std::string_view from) { to.string(from); }
    static bool read(value_view from, std::string& into, mismatch& reason)
    {
        return detail::read_text(from, into, reason);
    }
};

// A text that was read points into the message: it is valid until the listener returns.
template <>
struct convert<std::string_view> {
    static void write(json_writer& to, std::string_view from) { to.string(from); }
    static bool read(value_view from, std::string_view& into, mismatch& reason)
    {
        return detail::read_text(from, into, reason);
    }
};

// C strings, up to the null character. A null pointer becomes null.
template <>
struct convert<char const*> {
    static void write(json_writer& to, char const* from) { from ? to.string(from) : to.null(); }
};
template <>
struct convert<char*> : convert<char const*> {};
template <std::size_t N>
struct convert<char[N]> {
    static void write(json_writer& to, char const (&from)[N])
    {
        void const* const end = std::memchr(from, '\0', N);
        to.string({from, end ? static_cast<std::size_t>(static_cast<char const*>(end) - from) : N});
    }
};

template <class Byte, class Allocator>
    requires detail::byte_like<Byte>
struct convert<std::vector<Byte, Allocator>> {
    static void write(json_writer& to, std::vector<Byte, Allocator> const& from)
    {
        to.binary(detail::bytes_of(from.data(), from.size()));
    }
    static bool read(value_view from, std::vector<Byte, Allocator>& into, mismatch& reason)
    {
        if (!from.is_binary())
            return detail::refuse(from, "binary", reason);
        bytes_view const data = from.as_binary();
        into.resize(data.size());
        if (!data.empty())
            std::memcpy(into.data(), data.data(), data.size());
        return true;
    }
};

template <class Byte, std::size_t N>
    requires detail::byte_like<Byte>
struct convert<std::array<Byte, N>> {
    static void write(json_writer& to, std::array<Byte, N> const& from)
    {
        to.binary(detail::bytes_of(from.data(), N));
    }
    static bool read(value_view from, std::array<Byte, N>& into, mismatch& reason)
    {
        if (!from.is_binary())
            return detail::refuse(from, "binary", reason);
        if (from.size() != N)
            return detail::refuse_size(from, N, "bytes", reason);
        if constexpr (N != 0)
            std::memcpy(into.data(), from.as_binary().data(), N);
        return true;
    }
};

// A span that was read points into the attachment: it is valid until the listener returns.
template <class Byte>
    requires detail::byte_like<std::remove_const_t<Byte>>
struct convert<std::span<Byte>> {
    static void write(json_writer& to, std::span<Byte> from) { to.binary(detail::bytes_of(from.data(), from.size())); }
    static bool read(value_view from, std::span<Byte>& into, mismatch& reason)
        requires std::is_const_v<Byte>
    {
        if (!from.is_binary())
            return detail::refuse(from, "binary", reason);
        bytes_view const data = from.as_binary();
        into = {reinterpret_cast<Byte*>(data.data()), data.size()};
        return true;
    }
};

template <>
struct convert<value> {
    static void write(json_writer& to, value const& from) { detail::write_tree(to, from); }
    static bool read(value_view from, value& into, mismatch&)
    {
        into = from.to_value();
        return true;
    }
};

template <>
struct convert<value_view> {
    static void write(json_writer& to, value_view from) { detail::write_tree(to, from); }
    static bool read(value_view from, value_view& into, mismatch&) noexcept
    {
        into = from;
        return true;
    }
};

template <>
struct convert<args> {
    static void write(json_writer& to, args const& from)
    {
        to.begin_array();
        for (value_view const each : from)
            detail::write_tree(to, each);
        to.end_array();
    }
};

template <>
struct convert<array> {
    static void write(json_writer& to, array const& from)
    {
        to.begin_array();
        for (value const& each : from)
            detail::write_tree(to, each);
        to.end_array();
    }
    static bool read(value_view from, array& into, mismatch& reason)
    {
        if (!from.is_array())
            return detail::refuse(from, "array", reason);
        value copy = from.to_value();
        into = std::move(*copy.if_array());
        return true;
    }
};

template <>
struct convert<object> {
    static void write(json_writer& to, object const& from)
    {
        to.begin_object();
        for (auto const& [key, data] : from) {
            to.key(key);
            detail::write_tree(to, data);
        }
        to.end_object();
    }
    static bool read(value_view from, object& into, mismatch& reason)
    {
        if (!from.is_object())
            return detail::refuse(from, "object", reason);
        value copy = from.to_value();
        into = std::move(*copy.if_object());
        return true;
    }
};

} // namespace socketio

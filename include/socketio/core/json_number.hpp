// JSON's numbers: all digits of integers that fit 64 bits, the nearest double for all others. RapidJSON 1.1.0
// rejects 1e999, loses -0 and reads beyond its tables for numbers such as 0.000[400 zeros]1, so this library
// reads numbers itself.
#pragma once

#include <socketio/core/config.hpp>
#include <socketio/core/json_node.hpp>

#include <cstddef>
#include <cstdint>

namespace socketio::detail {

// Reads the number at `at`. Returns the position behind it, or null if there is no number.
SOCKETIO_DECL char const* read_long_number(char const* at, char const* end, json_node& into) noexcept;

// The room that write_number may need.
inline constexpr std::size_t number_room = 32;

// Writes the shortest digits that read back as the same number, which must be finite. Returns their end.
SOCKETIO_DECL char* write_number(char* to, double number) noexcept;

constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

// Keeps the other one out of the code of all numbers.
SOCKETIO_NOINLINE inline char const* read_unusual_number(char const* at, char const* end, json_node& into) noexcept
{
    return read_long_number(at, end, into);
}

inline char const* read_number(char const* at, char const* end, json_node& into) noexcept
{
    bool const minus = *at == '-';
    char const* const digits = minus ? at + 1 : at;
    char const* const most = end - digits > 18 ? digits + 18 : end; // this many digits always fit
    char const* stop = digits;
    std::uint64_t number = 0;
    for (; stop != most && is_digit(*stop); ++stop)
        number = number * 10 + static_cast<std::uint64_t>(*stop - '0');
    bool const ends = stop == end || *stop == ',' || *stop == '}' || *stop == ']';
    if (!ends || stop == digits || (*digits == '0' && (minus || stop - digits > 1)))
        return read_unusual_number(at, end, into);
    into.type = value_type::int64;
    into.integer = minus ? -static_cast<std::int64_t>(number) : static_cast<std::int64_t>(number);
    return stop;
}

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/core/impl/json_number.ipp>
#endif

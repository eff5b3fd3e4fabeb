// The grammar of numbers (RFC 8259, section 6) and the edges of their range.
#pragma once

#include <socketio/core/json_number.hpp>
#include <socketio/core/number_bits.hpp>

#include <bit>
#include <charconv>
#include <system_error>
#if !defined(__cpp_lib_to_chars)
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <string>
#endif

namespace socketio::detail {

struct number_shape {
    char const* end = nullptr; // null: not a number
    bool is_integer = true;
};

inline char const* skip_digits(char const* at, char const* end) noexcept
{
    while (at != end && is_digit(*at))
        ++at;
    return at;
}

SOCKETIO_DECL number_shape scan_number(char const* at, char const* end) noexcept
{
    number_shape shape;
    if (at != end && *at == '-')
        ++at;
    char const* stop = skip_digits(at, end);
    if (stop == at || (*at == '0' && stop - at > 1))
        return shape;
    if (stop != end && *stop == '.') {
        shape.is_integer = false;
        at = stop + 1;
        stop = skip_digits(at, end);
        if (stop == at)
            return shape;
    }
    if (stop != end && (*stop == 'e' || *stop == 'E')) {
        shape.is_integer = false;
        at = stop + 1;
        if (at != end && (*at == '+' || *at == '-'))
            ++at;
        stop = skip_digits(at, end);
        if (stop == at)
            return shape;
    }
    shape.end = stop;
    return shape;
}

// For a number out of the range of double: true if it is too large, false if it is too small.
SOCKETIO_DECL bool is_huge(char const* at, char const* end) noexcept
{
    long long magnitude = 0; // digits between the first nonzero digit and the decimal point
    bool counts = false;
    bool fraction = false;
    for (; at != end && *at != 'e' && *at != 'E'; ++at) {
        if (*at == '.')
            fraction = true;
        else if (is_digit(*at)) {
            counts = counts || *at != '0';
            if (fraction && !counts)
                --magnitude;
            else if (!fraction && counts)
                ++magnitude;
        }
    }
    if (at == end)
        return magnitude > 0;
    bool const down = *++at == '-';
    long long exponent = 0;
    for (; at != end; ++at)
        if (is_digit(*at) && exponent < 1'000'000'000'000)
            exponent = exponent * 10 + (*at - '0');
    return magnitude + (down ? -exponent : exponent) > 0;
}

#if defined(__cpp_lib_to_chars)

// Numbers out of range are built from bits: an optimizer may assume that infinity does not occur.
SOCKETIO_DECL void read_double(char const* at, char const* end, double& into) noexcept
{
    if (std::from_chars(at, end, into).ec == std::errc{})
        return;
    std::uint64_t const magnitude = is_huge(at, end) ? infinity_bits : 0;
    into = std::bit_cast<double>(*at == '-' ? magnitude | sign_bit : magnitude);
}

SOCKETIO_DECL char* write_number(char* to, double number) noexcept
{
    return std::to_chars(to, to + number_room, number).ptr;
}

#else

// Some standard libraries convert integers only. Their C functions use the decimal point of the locale.
SOCKETIO_DECL void read_double(char const* at, char const* end, double& into) noexcept
{
    std::string text{at, end};
    if (auto const point = text.find('.'); point != std::string::npos)
        text.replace(point, 1, std::localeconv()->decimal_point);
    into = std::strtod(text.c_str(), nullptr);
}

SOCKETIO_DECL char* write_number(char* to, double number) noexcept
{
    int size = 0;
    for (int digits = 15; digits <= 17; ++digits) {
        size = std::snprintf(to, number_room, "%.*g", digits, number);
        if (std::strtod(to, nullptr) == number)
            break;
    }
    for (char* at = to; at != to + size; ++at)
        if (!is_digit(*at) && *at != '-' && *at != '+' && *at != 'e')
            *at = '.';
    return to + size;
}

#endif

SOCKETIO_DECL char const* read_long_number(char const* at, char const* end, json_node& into) noexcept
{
    number_shape const shape = scan_number(at, end);
    if (!shape.end)
        return nullptr;
    bool const zero = *at == '-' && at[1] == '0'; // only doubles have a negative zero
    if (shape.is_integer && !zero) {
        into.type = value_type::int64;
        if (std::from_chars(at, shape.end, into.integer).ec == std::errc{})
            return shape.end;
        into.type = value_type::uint64;
        if (*at != '-' && std::from_chars(at, shape.end, into.unsigned_integer).ec == std::errc{})
            return shape.end;
    }
    into.type = value_type::number;
    read_double(at, shape.end, into.number);
    return shape.end;
}

} // namespace socketio::detail

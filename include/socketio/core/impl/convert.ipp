// The messages for values that do not fit, and the conversions that are not templates.
#pragma once

#include <socketio/core/convert_base.hpp>
#include <socketio/core/convert_scalar.hpp>
#include <socketio/core/number_bits.hpp>

#include <cmath>
#include <limits>

namespace socketio::detail {

SOCKETIO_DECL bool refuse(value_view from, std::string_view expected, mismatch& reason)
{
    reason.path.clear();
    reason.expected = expected;
    reason.actual = type_name(from.type());
    if (from.is_number())
        reason.actual += ' ' + from.to_json();
    return false;
}

SOCKETIO_DECL bool refuse_size(value_view from, std::size_t size, std::string_view unit, mismatch& reason)
{
    reason.path.clear();
    reason.expected = std::to_string(size) + ' ' + std::string{unit};
    reason.actual = std::to_string(from.size());
    return false;
}

SOCKETIO_DECL bool at_index(std::size_t index, mismatch& reason)
{
    bool const more = !reason.path.empty() && reason.path.front() != '[';
    reason.path.insert(0, '[' + std::to_string(index) + (more ? "]." : "]"));
    return false;
}

SOCKETIO_DECL bool at_key(std::string_view key, mismatch& reason)
{
    constexpr std::size_t most = 64; // the peer chooses the keys of a map, so that a path has a limit
    bool const more = !reason.path.empty() && reason.path.front() != '[';
    std::string front{key.substr(0, most)};
    if (more)
        front += '.';
    reason.path.insert(0, front);
    return false;
}

inline bool is_whole_within(json_node const& node, double least, double most) noexcept
{
    double const number = node.number;
    return node.type == value_type::number && is_finite(number) && number >= least && number <= most &&
           number == std::floor(number);
}

// JavaScript's only numbers are doubles, so an integer may arrive as one.
SOCKETIO_DECL bool read_signed(value_view from, std::int64_t& into) noexcept
{
    json_node const& node = *from.node();
    if (node.type == value_type::int64) {
        into = node.integer;
        return true;
    }
    if (node.type == value_type::uint64 && node.unsigned_integer <= 9223372036854775807U) {
        into = node.integer;
        return true;
    }
    if (!is_whole_within(node, -9223372036854775808.0, 9223372036854774784.0))
        return false;
    into = static_cast<std::int64_t>(node.number);
    return true;
}

SOCKETIO_DECL bool read_unsigned(value_view from, std::uint64_t& into) noexcept
{
    json_node const& node = *from.node();
    if (node.type == value_type::uint64 || (node.type == value_type::int64 && node.integer >= 0)) {
        into = node.unsigned_integer;
        return true;
    }
    if (!is_whole_within(node, 0, 18446744073709549568.0))
        return false;
    into = static_cast<std::uint64_t>(node.number);
    return true;
}

} // namespace socketio::detail

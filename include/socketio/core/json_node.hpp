// One piece of parsed data in 16 bytes. A tape is an array of nodes.
#pragma once

#include <socketio/core/value_type.hpp>

#include <cstddef>
#include <cstdint>

namespace socketio::detail {

// After an array come its elements; after an object come its members as key, value, key, value.
struct json_node {
    value_type type = value_type::null;
    std::uint32_t size = 0; // text and binary: bytes; containers: elements or members
    union {
        std::uint64_t unsigned_integer = 0;
        std::int64_t integer;
        double number;
        bool boolean;
        char const* text;
        std::byte const* data; // null until the attachment arrives; `size` is its number then
        std::uint32_t end;     // number of nodes from the container to its successor
    };
};
static_assert(sizeof(json_node) == 16);

inline constexpr json_node null_node{};

inline json_node const* next_node(json_node const* node) noexcept
{
    return node + (node->type >= value_type::array ? node->end : 1u);
}

} // namespace socketio::detail

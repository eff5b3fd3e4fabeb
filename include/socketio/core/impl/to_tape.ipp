// Lays a user's value on a tape, so that it can be read like a received one.
#pragma once

#include <socketio/core/convert.hpp>
#include <socketio/core/error.hpp>

#include <limits>

namespace socketio::detail {

SOCKETIO_DECL std::uint32_t tape_size(std::size_t size)
{
    if (size > (std::numeric_limits<std::uint32_t>::max)())
        throw_misuse("socketio::value: too large");
    return static_cast<std::uint32_t>(size);
}

SOCKETIO_DECL void lay_text(std::vector<json_node>& tape, std::string_view text)
{
    json_node& node = tape.emplace_back();
    node.type = value_type::string;
    node.size = tape_size(text.size());
    node.text = text.data();
}

SOCKETIO_DECL void lay_scalar(json_node& node, value const& from)
{
    switch (node.type) {
    case value_type::boolean: node.boolean = *from.if_bool(); break;
    case value_type::int64: node.integer = *from.if_int64(); break;
    case value_type::uint64: node.unsigned_integer = *from.if_uint64(); break;
    case value_type::number: node.number = *from.if_double(); break;
    case value_type::binary:
        node.data = from.if_binary()->data();
        node.size = tape_size(from.if_binary()->size());
        break;
    default: break;
    }
}

SOCKETIO_DECL void lay(std::vector<json_node>& tape, value const& from)
{
    if (auto const* const text = from.if_string())
        return lay_text(tape, *text);
    std::size_t const where = tape.size();
    tape.emplace_back().type = from.type();
    if (auto const* const elements = from.if_array()) {
        tape[where].size = tape_size(elements->size());
        for (value const& each : *elements)
            lay(tape, each);
        tape[where].end = tape_size(tape.size() - where);
    } else if (auto const* const members = from.if_object()) {
        tape[where].size = tape_size(members->size());
        for (auto const& [key, data] : *members) {
            lay_text(tape, key);
            lay(tape, data);
        }
        tape[where].end = tape_size(tape.size() - where);
    } else {
        lay_scalar(tape[where], from);
    }
}

SOCKETIO_DECL std::vector<json_node> to_tape(value const& from)
{
    std::vector<json_node> tape;
    lay(tape, from);
    return tape;
}

} // namespace socketio::detail

// Look-ups on the tape, and copies of its data. The parser limits the nesting, and so the recursion.
#pragma once

#include <socketio/core/json_writer.hpp>
#include <socketio/core/tape.hpp>
#include <socketio/core/value.hpp>

#include <cstring>

namespace socketio {

SOCKETIO_DECL double value_view::as_double() const noexcept
{
    switch (type()) {
    case value_type::int64: return static_cast<double>(node_->integer);
    case value_type::uint64: return static_cast<double>(node_->unsigned_integer);
    case value_type::number: return node_->number;
    default: return 0;
    }
}

namespace detail {

// Keys are short: a call of memcmp would cost more than the comparison.
inline bool is_key(json_node const& node, std::string_view key) noexcept
{
    if (node.size != key.size() || key.empty())
        return node.size == key.size();
    return node.text[0] == key.front() && node.text[key.size() - 1] == key.back() &&
           (key.size() <= 2 || std::memcmp(node.text, key.data(), key.size()) == 0);
}

} // namespace detail

SOCKETIO_DECL std::optional<value_view> value_view::find(std::string_view key) const noexcept
{
    if (!is_object())
        return std::nullopt;
    detail::json_node const* found = nullptr;
    detail::json_node const* const last = detail::next_node(node_);
    for (auto const* at = node_ + 1; at != last; at = detail::next_node(at + 1))
        if (detail::is_key(*at, key))
            found = at + 1;
    return found ? std::optional{value_view{found}} : std::nullopt;
}

SOCKETIO_DECL value value_view::to_value() const
{
    switch (type()) {
    case value_type::null: return nullptr;
    case value_type::boolean: return node_->boolean;
    case value_type::int64: return node_->integer;
    case value_type::uint64: return node_->unsigned_integer;
    case value_type::number: return node_->number;
    case value_type::string: return as_string();
    case value_type::binary: return as_binary();
    case value_type::array: {
        array copy;
        copy.reserve(size());
        for (value_view const each : elements())
            copy.push_back(each.to_value());
        return copy;
    }
    case value_type::object: {
        object copy;
        copy.reserve(size());
        for (auto const member : members())
            copy.append(std::string{member.key}, member.value.to_value());
        return copy;
    }
    }
    return nullptr;
}

SOCKETIO_DECL std::string value_view::to_json() const
{
    detail::byte_buffer text;
    json_writer to{text};
    detail::write_tree(to, *this);
    return std::string{text.view()};
}

namespace detail {

SOCKETIO_DECL void write_tree(json_writer& to, value_view from)
{
    json_node const& node = *from.node();
    switch (node.type) {
    case value_type::null: return to.null();
    case value_type::boolean: return to.boolean(node.boolean);
    case value_type::int64: return to.integer(node.integer);
    case value_type::uint64: return to.unsigned_integer(node.unsigned_integer);
    case value_type::number: return to.number(node.number);
    case value_type::string: return to.string(from.as_string());
    case value_type::binary: return to.binary(from.as_binary());
    case value_type::array:
        to.begin_array();
        for (value_view const each : from.elements())
            write_tree(to, each);
        return to.end_array();
    case value_type::object:
        to.begin_object();
        for (auto const member : from.members()) {
            to.key(member.key);
            write_tree(to, member.value);
        }
        return to.end_object();
    }
}

} // namespace detail
SOCKETIO_DECL value::value(value_view from) : value{from.to_value()} {}

SOCKETIO_DECL value::value(args const& from)
{
    array elements;
    elements.reserve(from.size());
    for (value_view const each : from)
        elements.push_back(each.to_value());
    *this = std::move(elements);
}

} // namespace socketio

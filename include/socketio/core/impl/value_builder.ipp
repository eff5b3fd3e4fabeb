// The containers that are open form a chain on the tape itself, so that no other memory is needed for them.
#pragma once

#include <socketio/core/utf8.hpp>
#include <socketio/core/value_builder.hpp>

#include <algorithm>
#include <cstring>
#include <string>

namespace socketio {

SOCKETIO_DECL bool value_builder::fail(socketio::error why)
{
    if (!error_)
        error_ = why;
    return false;
}

SOCKETIO_DECL void value_builder::start(detail::json_limits limits) noexcept
{
    used_ = 0;
    open_ = none;
    depth_ = 0;
    limits_ = {std::min<std::size_t>(limits.depth, max_json_depth + 1),
               std::min<std::size_t>(limits.values, none - 1)};
    error_.clear();
    for (auto& each : pieces_)
        each.clear();
    piece_ = 0;
}

SOCKETIO_DECL bool value_builder::has_room()
{
    if (error_)
        return false;
    if (used_ < std::min(tape_.size(), limits_.values))
        return true;
    if (used_ >= limits_.values)
        return fail(error::json_too_large);
    tape_.resize(std::min(std::max<std::size_t>(2 * used_, 16), limits_.values));
    return true;
}

// For every node, keys included: a container counts them all until it ends.
SOCKETIO_DECL detail::json_node* value_builder::add(value_type type)
{
    if (!has_room())
        return nullptr;
    if (open_ == none) {
        if (used_ != 0)
            return fail(error::packet_invalid_payload), nullptr;
    } else {
        detail::json_node& around = tape_[open_];
        bool const key_due = around.type == value_type::object && around.size % 2 == 0;
        if (key_due)
            return fail(error::packet_invalid_payload), nullptr;
        ++around.size;
    }
    detail::json_node& node = tape_[used_++];
    node = detail::json_node{};
    node.type = type;
    return &node;
}

SOCKETIO_DECL detail::json_node* value_builder::add_sized(value_type type, std::size_t size)
{
    if (size > (std::numeric_limits<std::uint32_t>::max)())
        return fail(error::json_too_large), nullptr;
    auto* const node = add(type);
    if (node)
        node->size = static_cast<std::uint32_t>(size);
    return node;
}

SOCKETIO_DECL bool value_builder::undefined() { return add_sized(value_type::null, 1) != nullptr; }

SOCKETIO_DECL std::string_view value_builder::well_formed(std::string_view text)
{
    if (error_ || detail::is_utf8(text))
        return text;
    std::string const repaired = detail::to_well_formed(text);
    auto const kept = memory(repaired.size());
    std::memcpy(kept.data(), repaired.data(), kept.size());
    return {kept.data(), kept.size()};
}

SOCKETIO_DECL bool value_builder::string(std::string_view text)
{
    text = well_formed(text);
    auto* const node = add_sized(value_type::string, text.size());
    return node && (node->text = text.data(), true);
}

SOCKETIO_DECL bool value_builder::binary(bytes_view data)
{
    auto* const node = add_sized(value_type::binary, data.size());
    return node && (node->data = data.data(), true);
}

SOCKETIO_DECL bool value_builder::key(std::string_view name)
{
    if (open_ == none || tape_[open_].type != value_type::object || tape_[open_].size % 2 != 0)
        return fail(error::packet_invalid_payload);
    if (!has_room())
        return false;
    name = well_formed(name);
    if (name.size() > (std::numeric_limits<std::uint32_t>::max)())
        return fail(error::json_too_large);
    ++tape_[open_].size;
    detail::json_node& node = tape_[used_++];
    node = detail::json_node{};
    node.type = value_type::string;
    node.size = static_cast<std::uint32_t>(name.size());
    node.text = name.data();
    return true;
}

SOCKETIO_DECL bool value_builder::begin(value_type type)
{
    if (depth_ >= limits_.depth)
        return fail(error::json_too_deep);
    auto* const node = add(type);
    if (!node)
        return false;
    node->end = open_;
    open_ = static_cast<std::uint32_t>(used_ - 1);
    ++depth_;
    return true;
}

SOCKETIO_DECL bool value_builder::end(value_type type)
{
    if (error_)
        return false;
    if (open_ == none || tape_[open_].type != type || (type == value_type::object && tape_[open_].size % 2 != 0))
        return fail(error::packet_invalid_payload);
    detail::json_node& node = tape_[open_];
    std::uint32_t const around = node.end;
    node.end = static_cast<std::uint32_t>(used_) - open_;
    if (type == value_type::object)
        node.size /= 2;
    open_ = around;
    --depth_;
    return true;
}

SOCKETIO_DECL std::span<char> value_builder::memory(std::size_t size)
{
    while (piece_ != pieces_.size() && pieces_[piece_].capacity() - pieces_[piece_].size() < size)
        ++piece_;
    if (piece_ == pieces_.size()) {
        std::size_t const last = pieces_.empty() ? 128 : pieces_.back().capacity();
        pieces_.emplace_back().reserve(std::max(size, 2 * last));
    }
    detail::byte_buffer& from = pieces_[piece_];
    char* const at = from.prepare(size);
    from.commit(size);
    return {at, size};
}

SOCKETIO_DECL void value_builder::shrink(std::size_t keep) noexcept
{
    std::size_t all = tape_.size() * sizeof(detail::json_node);
    for (auto const& each : pieces_)
        all += each.capacity();
    if (all <= keep)
        return;
    tape_ = std::vector<detail::json_node>{};
    pieces_ = std::vector<detail::byte_buffer>{};
    used_ = 0;
    piece_ = 0;
    open_ = none;
}

} // namespace socketio

// The arguments of events that do not come from the network: a text or a number.
#pragma once

#include <socketio/core/tape.hpp>

#include <cstdint>
#include <string_view>

namespace socketio::detail {

class local_args {
public:
    explicit local_args(std::string_view text) noexcept
    {
        json_node& node = begin();
        node.type = value_type::string;
        node.size = static_cast<std::uint32_t>(text.size());
        node.text = text.data();
    }
    explicit local_args(std::uint64_t number) noexcept
    {
        json_node& node = begin();
        node.type = value_type::int64;
        node.integer = static_cast<std::int64_t>(number);
    }
    local_args(local_args const&) = delete;
    local_args& operator=(local_args const&) = delete;

    args view() const noexcept { return args{value_view{nodes_}}; }

private:
    json_node& begin() noexcept
    {
        nodes_[0].type = value_type::array;
        nodes_[0].size = 1;
        nodes_[0].end = 2;
        return nodes_[1];
    }

    json_node nodes_[2];
};

} // namespace socketio::detail

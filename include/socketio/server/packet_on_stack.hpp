// An event of a namespace, encoded where most events need no memory of their own.
#pragma once

#include <socketio/codec/packet_encoder.hpp>
#include <socketio/server/namespace_core.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace socketio::detail {

// Encodes on the stack: most packets are small and leave at once, and need no memory of their own.
struct packet_on_stack {
    std::array<char, 1024> room;
    byte_buffer text{room};
    std::vector<bytes_view> attachments;

    packet_on_stack() {} // not value-initialised
    packet_on_stack(packet_on_stack const&) = delete;
    packet_on_stack& operator=(packet_on_stack const&) = delete;

    template <class... Args>
    void encode(namespace_core const& nsp, std::optional<std::uint64_t> id, std::string_view event,
        Args const&... arguments)
    {
        static_assert(check_arguments<Args...>());
        encode_event(nsp.parser(), text, attachments, nsp.name(), id, event, arguments...);
        nsp.check_emit(event, attachments.size());
    }
};

} // namespace socketio::detail

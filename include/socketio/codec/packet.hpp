// A Socket.IO packet (protocol revision 5) between its encoded form and the application.
#pragma once

#include <socketio/core/json.hpp>
#include <socketio/core/value_view.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace socketio {

enum class packet_type : std::uint8_t { connect, disconnect, event, ack, connect_error, binary_event, binary_ack };

// A received packet. It points into its message and is valid as long as the message.
struct packet {
    packet_type type = packet_type::event;
    std::string_view nsp = "/";
    std::optional<std::uint64_t> id{}; // of the acknowledgement that this packet requests or carries
    bool has_payload = false;
    value_view payload{}; // CONNECT and CONNECT_ERROR: an object (or string); all others: an array
    std::size_t attachments = 0;

    bool is_event() const noexcept { return type == packet_type::event || type == packet_type::binary_event; }
    bool is_ack() const noexcept { return type == packet_type::ack || type == packet_type::binary_ack; }
};

namespace detail {

// Limits for one packet from the network.
struct packet_limits {
    std::size_t attachments = 10; // the default of the reference's decoder: socket.io-parser/lib/index.ts
    json_limits json{};
    // Bytes of a packet with attachments: the text, the attachments, and the attachments again for each use of them.
    std::uint64_t size = static_cast<std::uint64_t>(-1);
};

// The main namespace; without a call of memcmp.
constexpr bool is_root(std::string_view nsp) noexcept { return nsp.size() == 1 && nsp.front() == '/'; }

// Event names of the library, which the application may not emit: RESERVED_EVENTS in
// socket.io/lib/socket-types.ts and socket.io-client/lib/socket.ts.
constexpr bool is_reserved_event(std::string_view name) noexcept
{
    if (name.size() < 7) // shorter than every reserved name, like most event names
        return false;
    return name == "connect" || name == "connect_error" || name == "disconnect" || name == "disconnecting" ||
           name == "newListener" || name == "removeListener";
}

} // namespace detail
} // namespace socketio

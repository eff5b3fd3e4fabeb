// A Socket.IO packet (protocol revision 5) as it is known between the wire and the application.
#pragma once

#include <socketio/core/json.hpp>
#include <socketio/core/value_view.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace socketio {

enum class packet_type : std::uint8_t { connect, disconnect, event, ack, connect_error, binary_event, binary_ack };

// A packet that was received. It looks into the message it came in and is valid as long as that is.
struct packet {
    packet_type type = packet_type::event;
    std::string_view nsp = "/";
    std::optional<std::uint64_t> id{}; // of the acknowledgement that is wanted or given
    bool has_payload = false;
    value_view payload{}; // of CONNECT and CONNECT_ERROR an object (or string), of the others an array
    std::size_t attachments = 0;

    bool is_event() const noexcept { return type == packet_type::event || type == packet_type::binary_event; }
    bool is_ack() const noexcept { return type == packet_type::ack || type == packet_type::binary_ack; }
};

namespace detail {

// What a packet from the network may cost.
struct packet_limits {
    std::size_t attachments = 10; // as the reference's parser has it since 4.2.6
    json_limits json{};
    // Bytes of a packet with attachments: its text and they, and again they as often as they are used.
    std::uint64_t size = static_cast<std::uint64_t>(-1);
};

// Event names that belong to the library: neither side may emit them.
constexpr bool is_reserved_event(std::string_view name) noexcept
{
    if (name.size() < 7) // as nearly all that is emitted
        return false;
    return name == "connect" || name == "connect_error" || name == "disconnect" || name == "disconnecting" ||
           name == "newListener" || name == "removeListener";
}

// The event's name in an encoded packet, for an error message.
inline std::string_view event_of(std::string_view text) noexcept
{
    auto const from = text.find("[\"");
    if (from == std::string_view::npos)
        return {};
    std::string_view const name = text.substr(from + 2);
    return name.substr(0, name.find('"'));
}

} // namespace detail
} // namespace socketio

// Engine.IO packets (protocol revision 4): one type character and the data behind it, and the open packet with
// its settings. Knows no transport.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/error.hpp>
#include <socketio/core/json.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <system_error>
#include <vector>

namespace socketio::detail {

enum class engine_packet_type : std::uint8_t { open, close, ping, pong, message, upgrade, noop };

struct engine_packet {
    engine_packet_type type = engine_packet_type::noop;
    std::span<char> data{};
};

// Reads the packet in one text message. engine_packet_invalid: it is empty or of an unknown type.
inline std::error_code read_engine_packet(std::span<char> message, engine_packet& out) noexcept
{
    if (message.empty() || message.front() < '0' || message.front() > '6')
        return error::engine_packet_invalid;
    out.type = static_cast<engine_packet_type>(message.front() - '0');
    out.data = message.subspan(1);
    return {};
}

inline bool is_message(std::span<char> packet) noexcept { return !packet.empty() && packet.front() == '4'; }

// The content of the server's open packet.
struct engine_settings {
    std::string sid;
    std::vector<std::string> upgrades;
    std::chrono::milliseconds ping_interval{25000};
    std::chrono::milliseconds ping_timeout{20000};
    std::uint64_t max_payload = 0; // bytes; 0: the server sets no limit
};

// The longest interval of a heartbeat, some 24.8 days: the maximum of JavaScript's timers.
inline constexpr std::chrono::milliseconds longest_interval{std::numeric_limits<std::int32_t>::max()};

// Reads the data of an open packet. engine_open_invalid: the sid is missing; an interval is missing, not
// positive, or longer than longest_interval; the data exceeds 64 KiB or a thousand values.
std::error_code read_engine_open(std::span<char> data, engine_settings& out);

void write_engine_open(byte_buffer& to, engine_settings const& settings);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/codec/impl/engine_packet.ipp>
#endif

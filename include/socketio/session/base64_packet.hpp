// Binary data in a text transport (Engine.IO 4): the letter b and base64. HTTP long-polling always uses it, and
// WebSocket for peers without binary frames.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/error.hpp>
#include <socketio/wire/base64.hpp>

#include <cstddef>
#include <cstring>
#include <span>
#include <system_error>

namespace socketio::detail {

inline bool is_base64_packet(std::span<char const> packet) noexcept
{
    return !packet.empty() && packet.front() == 'b';
}

// Decodes the data of such a packet in place. engine_packet_invalid: it is not canonical base64.
inline std::error_code read_base64_packet(std::span<char> packet, std::span<char>& data,
    base64_padding padding = base64_padding::required) noexcept
{
    data = packet.subspan(1);
    return base64_decode_in_place(data, padding) ? std::error_code{} : make_error_code(error::engine_packet_invalid);
}

// The size of such a packet.
constexpr std::size_t base64_packet_size(std::size_t data) noexcept { return 1 + base64_size(data); }

inline void append_base64_packet(byte_buffer& to, bytes_view data)
{
    std::size_t const size = base64_packet_size(data.size());
    char* const packet = to.prepare(size);
    *packet = 'b';
    base64_encode_to(as_text(data), packet + 1);
    to.commit(size);
}

// Makes such a packet of the bytes behind the first `start`.
inline void make_base64_packet(byte_buffer& in, std::size_t start)
{
    std::size_t const data = in.size() - start;
    std::size_t const size = base64_packet_size(data);
    in.prepare(size - data);
    char* const packet = in.data() + start;
    char* const moved = packet + (size - data);
    std::memmove(moved, packet, data);
    *packet = 'b';
    base64_encode_to({moved, data}, packet + 1);
    in.commit(size - data);
}

} // namespace socketio::detail

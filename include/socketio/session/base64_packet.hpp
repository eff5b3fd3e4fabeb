// Binary data in a text transport (Engine.IO 4): the letter b and base64. HTTP long-polling always uses it, and
// WebSocket for peers without binary frames.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/error.hpp>
#include <socketio/wire/base64.hpp>

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
constexpr std::size_t base64_packet_size(std::size_t data) noexcept { return 1 + (data + 2) / 3 * 4; }

// `to` is a string or a byte_buffer.
template <class Output>
void append_base64_packet(Output& to, bytes_view data)
{
    to.push_back('b');
    to.append(base64_encode(as_text(data)));
}

} // namespace socketio::detail

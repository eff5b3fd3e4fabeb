// Streams of WebSocket frames out of the input: its bytes as they are, or valid headers and masks around
// payloads that it chooses, so that the fuzzer need not find out what a mask is.
#pragma once

#include "fuzz.hpp"

#include <socketio/wire/frame.hpp>

#include <string>
#include <string_view>

namespace fuzz {

inline void append_frame(std::string& to, socketio::detail::frame_header header, std::string_view payload, bool shortest = true)
{
    char bytes[socketio::detail::max_frame_header];
    header.length = payload.size();
    std::size_t const head = to.size();
    to.append(bytes, socketio::detail::write_header(bytes, header));
    if (!shortest && payload.size() < 126) // its length in two bytes
        to.replace(head + 1, 1, {static_cast<char>((header.masked ? 0x80 : 0) | 126), '\0', static_cast<char>(payload.size())});
    std::size_t const from = to.size();
    to.append(payload);
    if (header.masked)
        socketio::detail::apply_mask(to.data() + from, payload.size(), header.mask);
}

// Each frame is a byte of flags and a text: most of what comes is right, some of it is not.
inline void append_chosen_frame(std::string& to, choices& from, bool masked)
{
    using socketio::detail::opcode;
    constexpr opcode codes[] = {opcode::text, opcode::binary,       opcode::continuation, opcode::continuation,
                                opcode::ping, opcode::continuation, opcode::pong,         opcode::close};
    unsigned const flags = from.byte();
    socketio::detail::frame_header header;
    header.code = codes[flags & 7u];
    header.fin = (flags & 8u) == 0;
    header.masked = masked;
    header.mask = 0x9D3C5A21u * (flags + 1);
    bool shortest = true;
    if ((flags & 0xF0u) == 0xF0) { // wrong in a way of its own
        unsigned const wrong = from.byte();
        header.reserved = wrong & 7u;
        header.masked = masked != ((wrong & 8u) != 0);
        if ((wrong & 16u) != 0)
            header.code = static_cast<opcode>(wrong >> 4 & 15u);
        shortest = (wrong & 32u) == 0;
    }
    std::string_view const chosen = from.text(255);
    if ((flags & 0xF0u) == 0xE0) { // long enough for the other lengths
        std::string long_one;
        std::size_t const size = from.up_to(65535) + from.up_to(8);
        while (!chosen.empty() && long_one.size() < size)
            long_one.append(chosen);
        return append_frame(to, header, long_one, shortest);
    }
    append_frame(to, header, chosen, shortest);
}

inline std::string frame_stream(choices& from, bool masked)
{
    if (from.flag())
        return std::string{from.rest()};
    std::string result;
    while (!from.empty() && result.size() < 300000)
        append_chosen_frame(result, from, masked);
    return result;
}

} // namespace fuzz

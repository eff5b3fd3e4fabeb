// One WebSocket frame: its header and its mask (RFC 6455, sections 5.2 and 5.3). Knows no messages and validates
// no rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace socketio::detail {

enum class opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

constexpr bool is_control(opcode code) noexcept
{
    return (static_cast<unsigned>(code) & 8u) != 0;
}

inline constexpr std::uint8_t rsv1 = 4; // in a data message's first frame: the message is compressed (RFC 7692)

struct frame_header {
    bool fin = true;
    std::uint8_t reserved = 0; // RSV1 to RSV3 as 4, 2 and 1
    opcode code = opcode::text;
    bool masked = false;
    std::uint64_t length = 0;
    std::uint32_t mask = 0;    // its four bytes in network order
};

inline constexpr std::size_t max_frame_header = 14;
inline constexpr std::size_t max_control_payload = 125;

constexpr std::size_t header_size(std::uint64_t length, bool masked) noexcept
{
    std::size_t const extended = length <= 125 ? 0 : length <= 0xFFFF ? 2 : 8;
    return 2 + extended + (masked ? 4u : 0u);
}

// The size of a frame that write_header() wrote, payload included.
inline std::uint64_t frame_size(char const* at) noexcept
{
    auto const byte = [at](int i) { return static_cast<unsigned>(static_cast<unsigned char>(at[i])); };
    std::uint64_t length = byte(1) & 0x7Fu;
    if (length >= 126) {
        int const bytes = length == 126 ? 2 : 8;
        length = 0;
        for (int i = 0; i != bytes; ++i)
            length = length << 8 | byte(2 + i);
    }
    return header_size(length, (byte(1) & 0x80u) != 0) + length;
}

// Writes header_size() bytes, the length in its shortest form. Returns the position behind them.
inline char* write_header(char* to, frame_header const& header) noexcept
{
    auto const put = [&to](std::uint64_t byte) { *to++ = static_cast<char>(static_cast<unsigned char>(byte & 0xFFu)); };
    unsigned const masked = header.masked ? 0x80u : 0u;
    put((header.fin ? 0x80u : 0u) | unsigned{header.reserved} << 4 | static_cast<unsigned>(header.code));
    if (header.length <= 125) {
        put(masked | header.length);
    } else {
        int const bytes = header.length <= 0xFFFF ? 2 : 8;
        put(masked | (bytes == 2 ? 126u : 127u));
        for (int i = bytes - 1; i >= 0; --i)
            put(header.length >> (8 * i));
    }
    if (header.masked) {
        std::memcpy(to, &header.mask, 4);
        to += 4;
    }
    return to;
}

// Applies the XOR of section 5.3 while it copies. `to` may equal `from`, but must not overlap it otherwise.
inline void copy_masked(char* to, char const* from, std::size_t n, std::uint32_t mask) noexcept
{
    // Both halves are the same four bytes, so this holds for either byte order.
    std::uint64_t const wide = std::uint64_t{mask} << 32 | mask;
    std::uint64_t word[4];
    for (; n >= 32; n -= 32, to += 32, from += 32) {
        std::memcpy(word, from, 32);
        word[0] ^= wide;
        word[1] ^= wide;
        word[2] ^= wide;
        word[3] ^= wide;
        std::memcpy(to, word, 32);
    }
    for (; n >= 8; n -= 8, to += 8, from += 8) {
        std::memcpy(word, from, 8);
        word[0] ^= wide;
        std::memcpy(to, word, 8);
    }
    if ((n & 4) != 0) {
        std::uint32_t half;
        std::memcpy(&half, from, 4);
        half ^= mask;
        std::memcpy(to, &half, 4);
        to += 4;
        from += 4;
    }
    char key[4];
    std::memcpy(key, &mask, 4);
    for (std::size_t i = 0; i < (n & 3); ++i)
        to[i] = static_cast<char>(from[i] ^ key[i]);
}

// Masks or unmasks in place a piece that begins `offset` bytes into the payload.
inline void apply_mask(char* data, std::size_t n, std::uint32_t mask, std::size_t offset = 0) noexcept
{
    if ((offset & 3u) != 0) {
        char key[8];
        std::memcpy(key, &mask, 4);
        std::memcpy(key + 4, &mask, 4);
        std::memcpy(&mask, key + (offset & 3u), 4);
    }
    copy_masked(data, data, n, mask);
}

} // namespace socketio::detail

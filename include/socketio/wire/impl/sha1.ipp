// SHA-1 of a complete text.
#pragma once

#include <socketio/wire/sha1.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace socketio::detail {

using sha1_state = std::array<std::uint32_t, 5>;

inline void sha1_expand(std::uint32_t (&w)[80], unsigned char const* block) noexcept
{
    for (std::size_t i = 0; i < 16; ++i, block += 4)
        w[i] = std::uint32_t{block[0]} << 24 | std::uint32_t{block[1]} << 16 | std::uint32_t{block[2]} << 8 | block[3];
    for (std::size_t i = 16; i < 80; ++i)
        w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
}

inline std::uint32_t sha1_mix(std::size_t round, std::uint32_t b, std::uint32_t c, std::uint32_t d) noexcept
{
    if (round < 20)
        return ((b & c) | (~b & d)) + 0x5A827999u;
    if (round < 40)
        return (b ^ c ^ d) + 0x6ED9EBA1u;
    if (round < 60)
        return ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDCu;
    return (b ^ c ^ d) + 0xCA62C1D6u;
}

SOCKETIO_DECL void sha1_block(sha1_state& state, unsigned char const* block) noexcept
{
    std::uint32_t w[80];
    sha1_expand(w, block);
    auto [a, b, c, d, e] = state;
    for (std::size_t i = 0; i < 80; ++i) {
        std::uint32_t const next = std::rotl(a, 5) + sha1_mix(i, b, c, d) + e + w[i];
        e = d;
        d = c;
        c = std::rotl(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

SOCKETIO_DECL std::array<unsigned char, 20> sha1(std::string_view text)
{
    sha1_state state{0x67452301u, 0xEFCDAB89u, 0x98BADCFEu, 0x10325476u, 0xC3D2E1F0u};
    std::uint64_t const bits = std::uint64_t{text.size()} * 8;
    unsigned char block[128] = {};
    for (; text.size() >= 64; text.remove_prefix(64)) {
        std::memcpy(block, text.data(), 64);
        sha1_block(state, block);
    }
    std::memset(block, 0, sizeof block);
    if (!text.empty())
        std::memcpy(block, text.data(), text.size());
    block[text.size()] = 0x80;
    std::size_t const size = text.size() < 56 ? 64 : 128;
    for (std::size_t i = 0; i < 8; ++i)
        block[size - 1 - i] = static_cast<unsigned char>(bits >> (8 * i));
    sha1_block(state, block);
    if (size == 128)
        sha1_block(state, block + 64);

    std::array<unsigned char, 20> digest{};
    for (std::size_t i = 0; i < digest.size(); ++i)
        digest[i] = static_cast<unsigned char>(state[i / 4] >> (24 - 8 * (i % 4)));
    return digest;
}

} // namespace socketio::detail

// Skips or copies the plain part of a JSON string, eight bytes at a time.
#pragma once

#include <socketio/core/config.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace socketio::detail {

enum class plain_bytes { any, ascii }; // whether bytes from 0x80 on are plain

template <plain_bytes P>
constexpr bool is_plain(char c) noexcept
{
    auto const byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte != '"' && byte != '\\' && (P == plain_bytes::any || byte < 0x80);
}

// Marks, in their top bits, the bytes of `word` that are not plain. Bytes behind the first marked one may be
// marked wrongly, since subtraction borrows. It borrows from bytes below 0x80 only, and the others keep their top bit:
// one mask for all three subtractions is enough.
template <plain_bytes P>
constexpr std::uint64_t special_bytes(std::uint64_t word) noexcept
{
    constexpr std::uint64_t ones = 0x0101010101010101u;
    constexpr std::uint64_t tops = ones * 0x80;
    std::uint64_t const quote = word ^ ones * '"';
    std::uint64_t const backslash = word ^ ones * '\\';
    std::uint64_t const below = (quote - ones) | (backslash - ones) | (word - ones * 0x20);
    return (P == plain_bytes::ascii ? below | word : below & ~word) & tops;
}

template <plain_bytes P>
SOCKETIO_NOINLINE char const* skip_plain_bytes(char const* at, char const* end) noexcept
{
    while (at != end && is_plain<P>(*at))
        ++at;
    return at;
}

// The position of the first byte in [at, end) that is a quote, a backslash or a control character (or not ASCII).
template <plain_bytes P>
inline char const* skip_plain(char const* at, char const* end) noexcept
{
    for (; end - at >= 8; at += 8) {
        std::uint64_t word;
        std::memcpy(&word, at, 8);
        std::uint64_t const marks = special_bytes<P>(word);
        if (marks == 0)
            continue;
        if constexpr (std::endian::native == std::endian::little)
            return at + std::countr_zero(marks) / 8;
        break;
    }
    return skip_plain_bytes<P>(at, end);
}

// Copies `n` bytes if all of them are plain ASCII. Otherwise returns false, and may have copied some of them.
// Nearly all names and texts are short: the last word overlaps the one before, instead of a loop over single
// bytes.
inline bool copy_plain(char* to, char const* from, std::size_t n) noexcept
{
    std::uint64_t word = 0;
    if (n >= 8) {
        char const* const last = from + n - 8;
        for (; from < last; from += 8, to += 8) {
            std::memcpy(&word, from, 8);
            if (special_bytes<plain_bytes::ascii>(word) != 0)
                return false;
            std::memcpy(to, &word, 8);
        }
        to -= from - last;
        std::memcpy(&word, last, 8);
        std::memcpy(to, &word, 8);
        return special_bytes<plain_bytes::ascii>(word) == 0;
    }
    if (n >= 4) {
        std::uint32_t half[2];
        std::memcpy(&half[0], from, 4);
        std::memcpy(&half[1], from + n - 4, 4);
        std::memcpy(to, &half[0], 4);
        std::memcpy(to + n - 4, &half[1], 4);
        std::memcpy(&word, half, 8);
        return special_bytes<plain_bytes::ascii>(word) == 0;
    }
    if (n == 0)
        return true;
    char const byte[3] = {from[0], from[n / 2], from[n - 1]};
    to[0] = byte[0];
    to[n / 2] = byte[1];
    to[n - 1] = byte[2];
    word = 0x2020202020000000u; // spaces are plain
    for (int i = 0; i != 3; ++i)
        word |= std::uint64_t{static_cast<unsigned char>(byte[i])} << (8 * i);
    return special_bytes<plain_bytes::ascii>(word) == 0;
}

} // namespace socketio::detail

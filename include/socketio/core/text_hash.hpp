// Hash tables for keys that a peer may choose. The hash has a secret seed, so that a peer cannot construct names
// that collide.
#pragma once

#include <socketio/core/config.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace socketio::detail {

using hash_key = std::array<std::uint64_t, 2>;

// SipHash-1-3 (Aumasson and Bernstein, 2012): one round per eight bytes, three at the end.
class sip_hash {
public:
    explicit sip_hash(hash_key const& key) noexcept
        : a_{key[0] ^ 0x736f6d6570736575}, b_{key[1] ^ 0x646f72616e646f6d}, c_{key[0] ^ 0x6c7967656e657261},
          d_{key[1] ^ 0x7465646279746573}
    {
    }

    std::uint64_t operator()(std::string_view text) noexcept
    {
        char const* from = text.data();
        std::size_t left = text.size();
        for (; left >= 8; from += 8, left -= 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, from, sizeof word);
            take(word);
        }
        std::uint64_t last = std::uint64_t{text.size()} << 56;
        for (std::size_t i = 0; i != left; ++i)
            last |= std::uint64_t{static_cast<unsigned char>(from[i])} << (8 * i);
        take(last);
        c_ ^= 0xff;
        for (int i = 0; i != 3; ++i)
            mix();
        return a_ ^ b_ ^ c_ ^ d_;
    }

private:
    void take(std::uint64_t word) noexcept
    {
        d_ ^= word;
        mix();
        a_ ^= word;
    }
    void mix() noexcept
    {
        a_ += b_;
        c_ += d_;
        b_ = std::rotl(b_, 13) ^ a_;
        d_ = std::rotl(d_, 16) ^ c_;
        a_ = std::rotl(a_, 32) + d_;
        c_ += b_;
        d_ = std::rotl(d_, 21) ^ a_;
        b_ = std::rotl(b_, 17) ^ c_;
        c_ = std::rotl(c_, 32);
    }

    std::uint64_t a_, b_, c_, d_;
};

// The key of this process, taken once from the operating system's random numbers.
SOCKETIO_DECL hash_key const& secret_hash_key();

class text_hash {
public:
    using is_transparent = void;

    text_hash() : key_{&secret_hash_key()} {}
    // Not noexcept, although it does not throw: libstdc++ then stores the hash beside the key instead of
    // computing it again.
    std::size_t operator()(std::string_view text) const { return static_cast<std::size_t>(sip_hash{*key_}(text)); }

private:
    hash_key const* key_;
};

// The only hash table of this library with texts as keys.
template <class T>
using text_map = std::unordered_map<std::string, T, text_hash, std::equal_to<>>;

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/core/impl/text_hash.ipp>
#endif

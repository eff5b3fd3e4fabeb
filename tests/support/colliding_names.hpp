// Names with one and the same std::hash, for libstdc++'s on 64 bits: its murmur hash has a known seed, and each of its
// steps can be undone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace support {

inline std::vector<std::string> colliding_names(std::size_t count)
{
    constexpr std::uint64_t factor = 0xc6a4a7935bd1e995;
    std::uint64_t inverse = factor; // of an odd number, by Newton's steps
    for (int i = 0; i != 6; ++i)
        inverse *= 2 - factor * inverse;
    auto const fold = [](std::uint64_t from) { return from ^ (from >> 47); }; // its own opposite
    std::vector<std::string> names;
    for (std::uint64_t first = 0; first != count; ++first) {
        std::uint64_t const begun = (0xc70f6907u ^ (16 * factor) ^ (fold(first * factor) * factor)) * factor;
        std::uint64_t const second = fold(begun * inverse) * inverse; // makes the state 0
        std::string name(16, '\0');
        std::memcpy(name.data(), &first, 8);
        std::memcpy(name.data() + 8, &second, 8);
        names.push_back(name);
    }
    return names;
}

} // namespace support

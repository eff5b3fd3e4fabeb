// Uses getrandom where it exists: std::random_device of libstdc++ asks the processor, which takes tens of
// microseconds inside a virtual machine.
#pragma once

#include <socketio/core/random.hpp>

#include <array>
#include <cstring>
#include <random>

#if defined(__linux__) && !defined(__ANDROID__) && __has_include(<sys/random.h>)
#define SOCKETIO_HAS_GETRANDOM 1
#include <sys/random.h>
#else
#define SOCKETIO_HAS_GETRANDOM 0
#endif

namespace socketio::detail {

SOCKETIO_DECL void fill_random(std::span<unsigned char> to)
{
#if SOCKETIO_HAS_GETRANDOM
    // The kernel gives up to 256 bytes at once or not at all.
    if (to.size() <= 256 && ::getrandom(to.data(), to.size(), 0) == static_cast<ssize_t>(to.size()))
        return;
#endif
    std::random_device device;
    for (unsigned char& each : to)
        each = static_cast<unsigned char>(device());
}

SOCKETIO_DECL std::uint64_t random_seed()
{
    std::array<unsigned char, 8> bytes{};
    fill_random(bytes);
    std::uint64_t seed = 0;
    std::memcpy(&seed, bytes.data(), sizeof seed);
    return seed;
}

} // namespace socketio::detail

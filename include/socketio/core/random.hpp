// Bytes of the operating system's random generator, for values that a peer must not be able to guess.
#pragma once

#include <socketio/core/config.hpp>

#include <cstdint>
#include <span>

namespace socketio::detail {

SOCKETIO_DECL void fill_random(std::span<unsigned char> to);
SOCKETIO_DECL std::uint64_t random_seed();

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/core/impl/random.ipp>
#endif

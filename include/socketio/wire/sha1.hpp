// SHA-1 (RFC 3174), for the handshake of RFC 6455. Not for secrets.
#pragma once

#include <socketio/core/config.hpp>

#include <array>
#include <string_view>

namespace socketio::detail {

SOCKETIO_DECL std::array<unsigned char, 20> sha1(std::string_view text);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/sha1.ipp>
#endif

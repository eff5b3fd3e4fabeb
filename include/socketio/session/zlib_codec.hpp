// Both directions of permessage-deflate with zlib (RFC 7692, section 7.2), and gzip for HTTP. Only
// impl/zlib_codec.ipp includes zlib.
#pragma once

#include <socketio/session/codec_factory.hpp>

// Compiled separately only if the whole program is built with zlib. Otherwise inline, so that any source file
// may include it.
#if defined(SOCKETIO_HEADER_ONLY) || !defined(SOCKETIO_WITH_ZLIB)
#define SOCKETIO_ZLIB_DECL inline
#else
#define SOCKETIO_ZLIB_DECL
#endif

namespace socketio::detail {

// Each direction allocates its memory with the first compressed message.
SOCKETIO_ZLIB_DECL message_codec make_zlib_codec(role own, deflate_parameters const& agreed,
                                                 deflate_options const& options);

SOCKETIO_ZLIB_DECL bool gzip_with_zlib(std::string_view body, std::string& out);
SOCKETIO_ZLIB_DECL std::error_code gunzip_with_zlib(std::string_view coding, std::size_t limit, std::string& body);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/session/impl/zlib_codec.ipp>
#endif

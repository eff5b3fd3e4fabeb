// Compression of messages with zlib. Include it in any one source file of the program, and link with -lz.
// See socketio::deflate_options.
#pragma once

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/session/zlib_codec.hpp>
#if !defined(SOCKETIO_WITH_ZLIB)
#include <socketio/session/impl/zlib_codec.ipp>
#endif

namespace socketio::detail {

inline bool install_zlib() noexcept
{
    installed_codec.store(&make_zlib_codec, std::memory_order_release);
    installed_gzip.store(&gzip_with_zlib, std::memory_order_release);
    installed_gunzip.store(&gunzip_with_zlib, std::memory_order_release);
    return true;
}

inline bool const zlib_is_installed = install_zlib();

} // namespace socketio::detail

#include <socketio/core/foreign_macros_end.hpp>

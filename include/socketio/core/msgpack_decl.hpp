// How the parts of MessagePack are compiled: separately only in programs that say so by SOCKETIO_WITH_MSGPACK.
// Otherwise inline, so that any source file may include them, and others have nothing of them.
#pragma once

#include <socketio/core/config.hpp>

#if defined(SOCKETIO_HEADER_ONLY) || !defined(SOCKETIO_WITH_MSGPACK)
#define SOCKETIO_MSGPACK_HEADER_ONLY 1
#define SOCKETIO_MSGPACK_DECL inline
#else
#define SOCKETIO_MSGPACK_DECL
#endif

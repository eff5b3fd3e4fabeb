// The Socket.IO server: server, its namespaces and sockets.
#pragma once

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/net/background_context.hpp>
#include <socketio/server/server.hpp>
#if defined(SOCKETIO_WITH_ZLIB)
#include <socketio/deflate.hpp>
#endif
#if defined(SOCKETIO_WITH_TLS)
#include <socketio/tls.hpp>
#endif

#include <socketio/core/foreign_macros_end.hpp>

// The Socket.IO client: io(), manager and socket.
#pragma once

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/client/io.hpp>
#include <socketio/client/manager.hpp>
#include <socketio/client/socket.hpp>
#include <socketio/net/background_context.hpp>
#if defined(SOCKETIO_WITH_ZLIB)
#include <socketio/deflate.hpp>
#endif
#if defined(SOCKETIO_WITH_TLS)
#include <socketio/tls.hpp>
#endif

#include <socketio/core/foreign_macros_end.hpp>

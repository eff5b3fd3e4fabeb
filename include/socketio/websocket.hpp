// WebSocket connections without Socket.IO, for a client and for a server.
#pragma once

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/websocket/websocket.hpp>
#include <socketio/websocket/websocket_server.hpp>

#if defined(SOCKETIO_WITH_ZLIB)
#include <socketio/deflate.hpp>
#endif
#if defined(SOCKETIO_WITH_TLS)
#include <socketio/tls.hpp>
#endif

#include <socketio/core/foreign_macros_end.hpp>

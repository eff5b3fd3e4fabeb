// All of the library but what has a header of its own: <socketio/static_files.hpp>, and, where no build option asks for
// them, <socketio/tls.hpp> and <socketio/deflate.hpp>.
#pragma once

#include <socketio/client.hpp>
#include <socketio/server.hpp>
#include <socketio/websocket.hpp>

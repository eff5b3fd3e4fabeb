// All of the library.
#pragma once

#include <socketio/client.hpp>
#include <socketio/server.hpp>
#include <socketio/websocket.hpp>

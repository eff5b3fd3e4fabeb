// The API of socket.io-client-cpp 3.1 over this library: a program that was written for it includes this header in
// place of "sio_client.h". docs/compat_sio.md has the differences, and the way on to this library's own API.
#pragma once

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/compat/client.hpp>

#include <socketio/core/foreign_macros_end.hpp>

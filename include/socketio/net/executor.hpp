// The part of Asio that the public headers need: executors and io_context.
#pragma once

#include <socketio/net/asio_library.hpp>

#include SOCKETIO_ASIO(any_io_executor.hpp)
#include SOCKETIO_ASIO(io_context.hpp)

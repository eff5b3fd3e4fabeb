// What is compiled once.
#define SOCKETIO_IMPLEMENTATION
#include <socketio.hpp>

#include <asio/impl/src.hpp>

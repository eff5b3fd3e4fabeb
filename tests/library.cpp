// The library and Asio, compiled once for every doctest program.
#include <asio/impl/src.hpp>
#include <socketio/src.hpp>

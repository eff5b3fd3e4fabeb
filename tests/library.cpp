// The library and Asio, compiled once for every doctest program.
#include <socketio/src.hpp> // first, see net/executor.hpp

#include SOCKETIO_ASIO(impl/src.hpp)

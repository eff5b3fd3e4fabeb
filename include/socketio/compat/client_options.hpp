// The options of a client. Only the first is socket.io-client-cpp's.
#pragma once

#include <socketio/client.hpp>

#include <exception>
#include <functional>

namespace sio {

struct client_options {
    // The context that the client runs on, in place of a thread of its own. It must outlive the client, and somebody
    // has to run it. (The original also runs it on its own thread.)
    asio::io_context* io_context = nullptr;
    // Called on the client's own thread with an exception of a callback; the next callback follows. Without it such
    // an exception ends the program, as in the original.
    std::function<void(std::exception_ptr)> on_exception{};
    // All that this library can do besides: TLS, transports, limits, compression, the handler of logs, ... What the
    // functions of client set is not taken from here: auth, query, extraHeaders, path, autoConnect, reconnection and
    // reconnectionAttempts, reconnectionDelay and reconnectionDelayMax. Nor is callback_executor.
    socketio::options settings{.randomizationFactor = 0};
};

} // namespace sio

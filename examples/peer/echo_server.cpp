// The server of several examples, in C++: it sends every event back, and answers with its arguments. echo_server.js is the
// same with npm's socket.io.
// It prints "listening <port>" once it can be reached, and serves until it is stopped: echo_server 3000
#include <socketio/server.hpp>

#include <asio/signal_set.hpp>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>

int main(int argc, char** argv)
{
    asio::io_context context;
    auto const port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0);
    socketio::server io(context, port, {.address = "127.0.0.1"});
    io.on("connection", [](socketio::server_socket socket) {
        for (char const* event : {"readings", "picture", "square", "question", "note", "move", "title", "join"})
            socket.on(event, [socket, event](socketio::value_view first, std::optional<socketio::value_view> second, socketio::ack reply) {
                if (second) {
                    reply(first, *second);
                    socket.emit(event, first, *second);
                } else {
                    reply(first);
                    socket.emit(event, first);
                }
            });
    });
    std::cout << "listening " << io.port() << std::endl;

    asio::signal_set stop{context, SIGINT, SIGTERM};
    stop.async_wait([&](std::error_code, int) { io.close(); });
    context.run();
}

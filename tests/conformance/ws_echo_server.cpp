// An echo server for fuzzing clients, the Autobahn testsuite's say:
//     ws_echo_server <port>
// serves until it is ended.
#include "unlimited.hpp"

#include <asio/io_context.hpp>

#include <cstdint>
#include <cstdlib>
#include <iostream>

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::cerr << "usage: ws_echo_server <port>\n";
        return EXIT_FAILURE;
    }
    asio::io_context context;
    socketio::websocket_server server(
        context, static_cast<std::uint16_t>(std::atoi(argv[1])), {.perMessageDeflate = conformance::compress_all(), .limits = conformance::unlimited()});
    server.on_connection([](socketio::websocket socket, socketio::websocket_request const&) {
        socket.on_message([socket](socketio::websocket_message const& message) mutable {
            conformance::echo(socket, message);
        });
    });
    std::cout << "listening on " << server.port() << std::endl;
    context.run();
}

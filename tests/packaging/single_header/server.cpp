// The half of a program that knows the server alone.
#include <socketio_server.hpp>

#include "client.hpp"

int main()
{
    asio::io_context context;
    socketio::server server(context, 0);
    std::string answer;

    server.on("connection", [&](socketio::server_socket socket) {
        socket.on("greet", [](std::string name, socketio::ack callback) { callback("hello " + name); });
        socket.on("disconnect", [&](std::string_view) { server.close(); });
    });
    converse(context, "http://localhost:" + std::to_string(server.port()), [&](std::string text) { answer = text; });
    context.run();
    return answer == "hello client" ? 0 : 1;
}

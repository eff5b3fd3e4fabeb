// A server and a client of it in one program, to be compiled and measured.
#include <socketio/client.hpp>
#include <socketio/server.hpp>

#include <iostream>
#include <string>

int main()
{
    asio::io_context context;
    socketio::server io(context, 3000);
    io.on("connection", [](socketio::server_socket client) {
        client.join("room");
        client.broadcast().emit("joined", client.id());
        client.on("myEvent", [](std::string text, int, socketio::ack reply) { reply("got " + text); });
    });
    io.to("room").emit("news", "hello");

    auto socket = socketio::io(context, "http://localhost:3000");
    socket.on("connect", [&] {
        socket.emit("myEvent", "hello", 42, [](std::string response) { std::cout << response << '\n'; });
    });
    context.run();
}

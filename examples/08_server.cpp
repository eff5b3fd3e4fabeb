// A server and a client of it in one program: events both ways, and an acknowledgement. The client could as well be in
// a browser, or elsewhere. It ends by itself, and needs no server but its own.
#include <socketio/socketio.hpp>

#include <iostream>
#include <string>

int main()
{
    asio::io_context context;
    socketio::server io(context, 0); // a port that is free; 3000 would be that one
    bool answered = false;

    io.on("connection", [&](socketio::server_socket socket) {
        std::cout << "server: " << socket.id() << " has connected\n";
        socket.on("myEvent", [socket](std::string data, socketio::ack callback) {
            std::cout << "server: got " << data << '\n';
            callback("OK"); // sends back to the client
            socket.emit("news", "that was " + std::to_string(data.size()) + " letters");
        });
        socket.onAny([](std::string_view event) { std::cout << "server: there is an event, " << event << '\n'; });
        socket.on("disconnect", [&](std::string_view reason) {
            std::cout << "server: gone, " << reason << '\n';
            io.close(); // otherwise it would wait for others
        });
    });

    auto socket = socketio::io(context, "http://localhost:" + std::to_string(io.port()));
    socket.on("connect", [&] {
        socket.emit("myEvent", "data", [&](std::string response) {
            std::cout << "client: Server responded: " << response << '\n';
            answered = response == "OK";
        });
    });
    socket.on("news", [&](std::string text) {
        std::cout << "client: " << text << '\n';
        socket.disconnect();
    });

    context.run();
    return answered ? 0 : 1;
}

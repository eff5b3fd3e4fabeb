// A conversation with a Socket.IO server: events both ways, an acknowledgement, a second namespace,
// and a restart of the server that the client lives through.
// Runs against examples/peer/conversation_server: 01_conversation http://localhost:3000
#include <socketio/socketio.hpp>

#include <iostream>
#include <vector>

int main(int argc, char** argv)
{
    std::cout << std::unitbuf; // each line at once, also into a pipe
    asio::io_context context;
    std::string const url = argc > 1 ? argv[1] : "http://localhost:3000";
    auto socket = socketio::io(context, url, {.reconnectionDelay = std::chrono::milliseconds{200}});
    auto clock = socket.io().socket("/clock");
    bool restarted = false;
    bool survived = false;

    socket.on("connect", [&] {
        std::cout << "connected as " << socket.id() << '\n';
        if (!restarted)
            socket.emit("hello", "Ada"); // a reconnected socket goes on below, in "reconnect"
    });
    socket.on("welcome", [&](std::string text, int people) {
        std::cout << "the server says: " << text << " (" << people << " here)\n";
        std::cout << "what is 20 + 22?\n";
        socket.emit("sum", std::vector{20, 22}, [&](int total) {
            std::cout << "the server answers: " << total << '\n';
            clock.once("tick", [&](int n) {
                std::cout << "tick " << n << " from the namespace " << clock.nsp() << '\n';
                std::cout << "please restart\n";
                restarted = true;
                socket.emit("restart please");
            });
        });
    });
    socket.on("connect_error", [](socketio::connect_error const& e) { std::cout << "no connection: " << e.message() << '\n'; });
    socket.on("disconnect", [&](std::string_view reason) {
        std::cout << "disconnected: " << reason << '\n';
        if (reason == "io server disconnect")
            clock.disconnect();
    });
    socket.on("reconnect", [&](int attempts) {
        survived = true;
        std::cout << "reconnected after " << attempts << (attempts == 1 ? " attempt" : " attempts") << ", saying bye\n";
        socket.emit("bye");
    });

    context.run(); // returns when nothing is left to do: both namespaces have been left
    std::cout << "done\n";
    return survived ? 0 : 1;
}

// Who may come in: a namespace for operators, with a middleware that looks at what the client says of itself, and another
// that looks at each event. Needs no server but its own.
#include <socketio/socketio.hpp>

#include <iostream>
#include <string>
#include <string_view>

void serve(socketio::server& io)
{
    auto operators = io.of("/operators");
    operators.use([](socketio::server_socket socket, socketio::next next) {
        if (socket.handshake().auth["token"] != "open sesame")
            return next({"not without the token", socketio::object{{"hint", "it opens caves"}}});
        socket.set_data(socketio::object{{"name", socket.handshake().auth["name"]}}); // anything that belongs to the socket
        next(); // now, or later, from any thread
    });
    operators.on("connection", [&io](socketio::server_socket socket) {
        socket.use([](std::string_view event, socketio::args const&, socketio::next next) {
            if (event == "format the disk")
                return next({"not even operators do that"});
            next();
        });
        socket.on("error", [socket](std::string_view what) { socket.emit("refused", what); });
        socket.on("stop", [&io, socket] {
            std::cout << "server: stopped by " << socket.data()["name"].to_json() << '\n';
            io.close();
        });
    });
}

int main()
{
    asio::io_context context;
    socketio::server io(context, 0);
    serve(io);
    std::string const url = "http://localhost:" + std::to_string(io.port()) + "/operators";
    bool refused = false, stopped = false;

    auto socket = socketio::io(context, url, {.auth = {{"token", "open sesame"}, {"name", "Ada"}}, .autoConnect = false});
    socket.on("connect", [&] { socket.emit("format the disk"); });
    socket.on("refused", [&](std::string_view why) {
        std::cout << "client: " << why << '\n';
        socket.emit("stop");
    });
    socket.on("disconnect", [&](std::string_view reason) {
        std::cout << "client: " << reason << '\n';
        stopped = true;
        socket.disconnect(); // it would reconnect
    });

    auto stranger = socketio::io(context, url, {.auth = {{"token", "please"}}, .forceNew = true});
    stranger.on("connect_error", [&](socketio::connect_error const& e) {
        std::cout << "stranger: " << e.message() << ", " << e.data()["hint"].to_json() << '\n';
        refused = true;
        socket.connect();
    });

    context.run();
    return refused && stopped ? 0 : 1;
}

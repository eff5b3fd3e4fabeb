// A chat room and its web page, both from one port, and a client in C++ that takes part in it. Needs no server: it is one.
//   chat_room [port] [folder]...
// The page, public/index.html, is found beside this file, or in a folder that is named. It needs npm's client: from a folder
// that is named (node_modules/socket.io-client/dist), or from the folder public, if it is put there, or from
// cdn.socket.io. Ends with Ctrl+C; chat_room --once ends when a visitor was greeted.
#include "../pages.hpp"

#include <socketio/socketio.hpp>

#include <asio/signal_set.hpp>

#include <csignal>
#include <exception>
#include <iostream>
#include <string>

void serve(socketio::server& io)
{
    io.on("connection", [](socketio::server_socket socket) {
        socket.once("join", [socket](std::string name) {
            socket.join("chat");
            socket.to("chat").emit("joined", name);
            socket.on("say", [socket, name](std::string text, socketio::ack done) {
                socket.to("chat").emit("said", name, text);
                done();
            });
            socket.on("disconnect", [socket, name] { socket.to("chat").emit("left", name); });
        });
    });
}

void take_part(socketio::socket& host)
{
    host.on("connect", [&host] { host.emit("join", "Host"); });
    host.on("joined", [&host](std::string name) { host.emit("say", "Welcome, " + name + "!"); });
    host.on("said", [&host](std::string name, std::string text) {
        if (text.ends_with('?'))
            host.emit("say", "Good question, " + name + ".");
    });
}

void open_room(page_arguments const& given)
{
    asio::io_context context;
    socketio::server io(context, given.port);
    io.on_request(find_pages(given, __FILE__));
    serve(io);

    std::string const url = "http://localhost:" + std::to_string(io.port());
    std::cout << "open " << url << std::endl;
    auto host = socketio::io(context, url);
    take_part(host);

    auto visitor = socketio::io(context, url, {.forceNew = true, .autoConnect = given.once});
    visitor.on("connect", [&] { visitor.emit("join", "Visitor"); });
    visitor.on("said", [&](std::string who, std::string text) {
        std::cout << who << ": " << text << '\n';
        std::raise(SIGINT); // as Ctrl+C would
    });

    asio::signal_set stop{context, SIGINT, SIGTERM};
    stop.async_wait([&](std::error_code, int) {
        visitor.disconnect();
        host.disconnect();
        io.close();
    });
    context.run();
}

int main(int argc, char** argv)
{
    try {
        open_room(read_arguments(argc, argv));
        return 0;
    } catch (std::exception const& e) {
        std::cerr << "chat_room: " << e.what() << '\n';
        return 1;
    }
}

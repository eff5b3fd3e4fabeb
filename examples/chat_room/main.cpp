// A chat room and its web page, both from one port, and a client in C++ that takes part in it. Needs no server: it is one.
//   chat_room [port] [folder of socket.io.min.js]
// The page needs npm's client: from the folder that is named (node_modules/socket.io-client/dist), or from the folder
// public, if it is put there, or from cdn.socket.io. Ends with Ctrl+C; chat_room --once ends when a visitor was greeted.
#include <socketio/socketio.hpp>

#include <asio/signal_set.hpp>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <string>

// What is in the folder public, and npm's client from where that is.
auto pages(std::string const& scripts)
{
    auto const page = socketio::serve_files(std::filesystem::path{__FILE__}.replace_filename("public"));
    auto const script = scripts.empty() ? page : socketio::serve_files(scripts);
    return [page, script](socketio::http_request const& request) {
        return request.path() == "/socket.io.min.js" ? script(request) : page(request);
    };
}

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

int main(int argc, char** argv)
{
    bool const once = argc > 1 && argv[1] == std::string{"--once"};
    asio::io_context context;
    socketio::server io(context, static_cast<std::uint16_t>(once ? 0 : argc > 1 ? std::stoi(argv[1]) : 3000));
    io.on_request(pages(argc > 2 ? argv[2] : ""));
    serve(io);

    std::string const url = "http://localhost:" + std::to_string(io.port());
    std::cout << "open " << url << std::endl;
    auto host = socketio::io(context, url);
    take_part(host);

    auto visitor = socketio::io(context, url, {.forceNew = true, .autoConnect = once});
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

// The server of examples/01_conversation, in C++; conversation_server.js is the same with npm's socket.io.
// It prints "listening <port>" once it can be reached, and serves until it is stopped: conversation_server 3000
#include <socketio/server.hpp>

#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;

class conversation {
public:
    explicit conversation(asio::io_context& context) : context_{context}, ticking_{context}, downtime_{context} {}

    void serve(std::uint16_t port)
    {
        io_.emplace(context_, port, socketio::server_options{.address = "127.0.0.1"});
        io_->on("connection", [this](socketio::server_socket socket) {
            socket.on("hello", [this, socket](std::string name) {
                socket.emit("welcome", "Welcome, " + name + "!", io_->sockets().sockets().size());
            });
            socket.on("sum", [](std::vector<int> numbers, socketio::ack reply) {
                reply(std::accumulate(numbers.begin(), numbers.end(), 0));
            });
            socket.on("restart please", [this] { restart(); });
            socket.on("bye", [socket] {
                std::cout << "somebody says bye\n";
                socket.disconnect();
            });
        });
        io_->of("/clock").on("connection", [this](socketio::server_socket socket) { socket.emit("tick", ticks_); });
        tick();
        std::cout << "listening " << io_->port() << '\n';
    }
    void stop()
    {
        ticking_.cancel();
        downtime_.cancel();
        io_.reset(); // closes it
    }

private:
    void tick()
    {
        ticking_.expires_after(100ms);
        ticking_.async_wait([this](std::error_code ec) {
            if (ec)
                return;
            io_->of("/clock").emit("tick", ++ticks_);
            tick();
        });
    }
    void restart()
    {
        std::cout << "going down for 300 ms\n";
        ticking_.cancel();
        io_->close([this, port = io_->port()](std::error_code) {
            downtime_.expires_after(300ms);
            downtime_.async_wait([this, port](std::error_code ec) {
                if (!ec)
                    serve(port);
            });
        });
    }

    asio::io_context& context_;
    asio::steady_timer ticking_, downtime_;
    std::optional<socketio::server> io_;
    int ticks_ = 1;
};

int main(int argc, char** argv)
{
    std::cout << std::unitbuf;
    asio::io_context context;
    conversation here{context};
    here.serve(static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0));
    asio::signal_set stop{context, SIGINT, SIGTERM};
    stop.async_wait([&](std::error_code, int) { here.stop(); });
    context.run();
}

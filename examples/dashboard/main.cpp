// A device that serves its own dashboard, pushes its readings to whoever looks at it, and is told there how often. Needs no
// server: it is one.
//   dashboard [port]
// For a device without a way to cdn.socket.io, put socket.io.min.js (of npm's socket.io-client/dist) into the folder
// public. Ends with Ctrl+C; dashboard --once ends by itself when somebody has looked.
#include <socketio/socketio.hpp>

#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <deque>
#include <filesystem>
#include <iostream>
#include <string>

struct reading {
    int number;
    double celsius;
};
SOCKETIO_FIELDS(reading, number, celsius)

class device {
public:
    explicit device(asio::io_context& context, socketio::server& io) : io_{io}, timer_{context}
    {
        io_.on("connection", [this](socketio::server_socket socket) {
            socket.emit("history", history_, interval_.count());
            socket.on("interval", [this](int milliseconds, socketio::ack reply) {
                interval_ = std::chrono::milliseconds{std::clamp(milliseconds, 20, 5000)};
                reply(interval_.count());
                io_.emit("interval", interval_.count()); // to whoever else looks
            });
        });
        measure();
    }
    void stop() { timer_.cancel(); }

private:
    void measure()
    {
        history_.push_back({++count_, 20 + 5 * std::sin(count_ / 10.0)});
        if (history_.size() > 100)
            history_.pop_front();
        io_.volatile_().emit("reading", history_.back()); // whoever cannot take it now takes the next one
        timer_.expires_after(interval_);
        timer_.async_wait([this](std::error_code ec) { ec ? void() : measure(); });
    }

    socketio::server& io_;
    asio::steady_timer timer_;
    std::chrono::milliseconds interval_{500};
    std::deque<reading> history_{};
    int count_ = 0;
};

int main(int argc, char** argv)
{
    bool const once = argc > 1 && argv[1] == std::string{"--once"};
    asio::io_context context;
    socketio::server io(context, static_cast<std::uint16_t>(once ? 0 : argc > 1 ? std::stoi(argv[1]) : 3000));
    io.on_request(socketio::serve_files(std::filesystem::path{__FILE__}.replace_filename("public")));
    device here{context, io};
    std::string const url = "http://localhost:" + std::to_string(io.port());
    std::cout << "open " << url << std::endl;

    auto visitor = socketio::io(context, url, {.autoConnect = once});
    visitor.on("connect", [&] { visitor.emit("interval", 20); });
    visitor.on("reading", [&](reading const& each) {
        std::cout << each.number << ": " << each.celsius << " C\n";
        if (each.number > 3)
            std::raise(SIGINT); // as Ctrl+C would
    });

    asio::signal_set stop{context, SIGINT, SIGTERM};
    stop.async_wait([&](std::error_code, int) {
        visitor.disconnect();
        here.stop();
        io.close();
    });
    context.run();
}

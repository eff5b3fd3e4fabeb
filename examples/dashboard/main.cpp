// A device that serves its own dashboard, pushes its readings to whoever looks at it, and is told there how often.
// Needs no server: it is one.
//   dashboard [port] [folder]...
// The page, public/index.html, is found beside this file, or in a folder that is named. For a device without a way to
// cdn.socket.io, put socket.io.min.js (of npm's socket.io-client/dist) into one of them. Ends with Ctrl+C; dashboard --once
// ends by itself when somebody has looked.
#include "../pages.hpp"

#include <socketio/socketio.hpp>

#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <deque>
#include <exception>
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

void serve(page_arguments const& given)
{
    asio::io_context context;
    socketio::server io(context, given.port);
    io.on_request(find_pages(given, __FILE__));
    device here{context, io};
    std::string const url = "http://localhost:" + std::to_string(io.port());
    std::cout << "open " << url << std::endl;

    auto visitor = socketio::io(context, url, {.autoConnect = given.once});
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

int main(int argc, char** argv)
{
    try {
        serve(read_arguments(argc, argv));
        return 0;
    } catch (std::exception const& e) {
        std::cerr << "dashboard: " << e.what() << '\n';
        return 1;
    }
}

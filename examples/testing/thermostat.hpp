// A device's program: it reports a temperature each minute, until the server has taken it, and obeys the server's target.
#pragma once

#include <socketio/client.hpp>
#include <socketio/testing/timer.hpp> // virtual time in a test, real time elsewhere

#include <chrono>
#include <functional>
#include <string_view>
#include <system_error>

class thermostat {
public:
    thermostat(asio::io_context& context, std::string_view url, socketio::options options, std::function<double()> measure)
        : socket{socketio::io(context, url, options)}, timer_{context}, measure_{std::move(measure)}
    {
        socket.on("target", [this](double degrees) { target = degrees; });
        report();
    }

    // For a client of this kind: each reading is sent until it has been taken.
    static socketio::options patient(socketio::options from)
    {
        from.retries = 1000;
        from.ackTimeout = std::chrono::seconds{10};
        return from;
    }

    socketio::socket const socket;
    double target = 20;
    int unreported = 0;

private:
    void report()
    {
        ++unreported;
        socket.emit("reading", measure_(), [this](std::error_code ec) { unreported -= ec ? 0 : 1; });
        timer_.expires_after(std::chrono::minutes{1});
        timer_.async_wait([this](std::error_code ec) { ec ? void() : report(); });
    }

    socketio::testing::timer timer_;
    std::function<double()> measure_;
};

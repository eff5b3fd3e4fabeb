// What tests of the client share: an io_context, a diary of what was heard on it, and threads to run it.
// Knows the public client only.
#pragma once

#include <socketio/client.hpp>

#include "run_until.hpp"
#include "script.hpp"

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace support {

// Attempts follow each other with next to no delay.
inline socketio::options quick(socketio::options from = {})
{
    from.reconnectionDelay = std::chrono::milliseconds(2);
    from.reconnectionDelayMax = std::chrono::milliseconds(2);
    from.randomizationFactor = 0;
    return from;
}

// Quick ones by these transports.
inline socketio::options by_transports(std::vector<std::string> transports, socketio::options from = {})
{
    from.transports = std::move(transports);
    return quick(std::move(from));
}

inline socketio::options once_only(socketio::options from = {})
{
    from.reconnection = false;
    return from;
}

// What was heard, in order.
class diary {
public:
    void note(std::string line) { lines_.push_back(std::move(line)); }
    void clear() { lines_.clear(); }
    bool has(std::string_view line) const { return count(line) != 0; }
    std::ptrdiff_t count(std::string_view line) const { return std::count(lines_.begin(), lines_.end(), line); }
    std::ptrdiff_t count_of(std::string_view prefix) const
    {
        return std::count_if(
            lines_.begin(), lines_.end(), [&](std::string const& line) { return line.starts_with(prefix); });
    }

    // All of it, as "connect | disconnect: ping timeout".
    std::string text() const
    {
        std::string all;
        for (std::string const& line : lines_)
            (all += all.empty() ? "" : " | ") += line;
        return all;
    }

    // The library's own events of a socket.
    void follow(socketio::socket socket, std::string const& who = "")
    {
        socket.on("connect", [this, who] { note(who + "connect"); });
        socket.on("connect_error", [this, who](socketio::connect_error const& why) {
            note(who + "connect_error: " + why.message());
        });
        socket.on("disconnect", [this, who](std::string_view reason) {
            note(who + "disconnect: " + std::string(reason));
        });
        socket.on("reconnect", [this, who](int attempts) { note(who + "reconnect: " + std::to_string(attempts)); });
    }

    // All of a manager but "ping" and "packet".
    void follow(socketio::manager manager)
    {
        for (char const* const event : {"open", "reconnect_failed"})
            manager.on(event, [this, event] { note(event); });
        for (char const* const event : {"error", "reconnect_error"})
            manager.on(event, [this, event](socketio::connect_error const&) { note(event); });
        for (char const* const event : {"reconnect_attempt", "reconnect"})
            manager.on(event, [this, event](int number) {
                note("manager " + std::string(event) + ": " + std::to_string(number));
            });
        manager.on("close", [this](std::string_view reason) { note("close: " + std::string(reason)); });
    }

    // Every event of the server, by name.
    void follow_events(socketio::socket socket)
    {
        socket.onAny([this](std::string_view event) { note("event " + std::string(event)); });
    }

private:
    std::vector<std::string> lines_;
};

// For TEST_CASE_FIXTURE. Listeners may refer to the members: the context dies before the diary.
struct client_test {
    diary heard;
    asio::io_context context;

    template <class Predicate>
    bool until(Predicate predicate)
    {
        return run_until(context, std::move(predicate));
    }
    bool until_heard(std::string_view line)
    {
        return until([&] { return heard.has(line); });
    }
    // Nothing is left to be done, now or later: no connection, no timer.
    bool idle() { return run_out(context); }

    bool until_connected(socketio::socket const& socket)
    {
        return until([&] { return socket.connected(); });
    }

    // A handler that notes the first answer, or why there is none: "name: text".
    auto note_answer(std::string name)
    {
        return [this, name = std::move(name)](std::error_code ec, std::optional<std::string> const& text) {
            heard.note(name + ": " + (ec ? ec.message() : text.value_or("nothing")));
        };
    }

    // True when npm's server has answered, and so heard and said all that was before.
    bool round_trip(socketio::socket& socket)
    {
        auto const back = std::make_shared<bool>(false);
        socket.emit("echo", [back] { *back = true; });
        return until([back] { return *back; });
    }
};

// A port that is taken, and where nobody listens.
class silent_port {
public:
    explicit silent_port(asio::io_context& context)
        : taken_(context, asio::ip::tcp::v4())
    {
        taken_.bind({asio::ip::address_v4::loopback(), 0});
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(taken_.local_endpoint().port()); }

private:
    asio::ip::tcp::socket taken_;
};

// Threads that run a context, as long as this lives.
class client_group {
public:
    client_group(asio::io_context& context, unsigned threads) : context_(context), work_(asio::make_work_guard(context))
    {
        for (unsigned i = 0; i != threads; ++i)
            threads_.emplace_back([&context] { context.run(); });
    }
    client_group(client_group const&) = delete;
    client_group& operator=(client_group const&) = delete;
    ~client_group()
    {
        context_.stop();
        for (std::thread& each : threads_)
            each.join();
    }

private:
    asio::io_context& context_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::vector<std::thread> threads_;
};

} // namespace support

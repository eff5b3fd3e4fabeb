// One connected client, the event that the workloads exchange, and the loop they run in.
#pragma once

#include <socketio/client.hpp>

#include "measure.hpp"

#include <cstdint>
#include <cstdio>
#include <string_view>

namespace bench {

inline constexpr std::string_view greeting = "hello world";

struct message {
    std::uint32_t id = 0;
    std::string_view text{};
    bool ok = false;
};
SOCKETIO_FIELDS(message, id, text, ok)

// Always six digits, so that all messages have the same length.
inline message nth_message(std::uint64_t i) { return {100000 + static_cast<std::uint32_t>(i % 4096), greeting, true}; }

// One thread; done() ends the run() that is under way.
class loop {
public:
    asio::io_context& context() noexcept { return context_; }
    void run()
    {
        context_.restart();
        context_.run();
    }
    void done() { context_.stop(); }

private:
    asio::io_context context_{1};
};

inline socketio::socket make_client(loop& on, request const& asked)
{
    socketio::options settings{.reconnection = false};
    if (asked.by_polling())
        settings.transports = {"polling"};
    return socketio::io(on.context(), asked.url, settings);
}

// A socket that is connected; an empty one, and a word about it, if that is not possible.
inline socketio::socket connect(loop& on, request const& asked)
{
    auto socket = make_client(on, asked);
    socket.once("connect", [&on] { on.done(); });
    socket.once("connect_error", [&on](socketio::connect_error const& why) {
        std::fprintf(stderr, "%s\n", why.message().c_str());
        on.done();
    });
    on.run();
    return socket.connected() ? socket : socketio::socket{};
}

} // namespace bench

// A client of a server that speaks WebSocket, and above it says what it likes.
#pragma once

#include <socketio/websocket.hpp>

#include "run_until.hpp"

#include <asio/io_context.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

class raw_client {
public:
    raw_client(asio::io_context& context, std::uint16_t port, std::string_view more_query = "")
        : context_{context}, state_{std::make_shared<state>()},
          socket_{context, "ws://127.0.0.1:" + std::to_string(port) + "/socket.io/?EIO=4&transport=websocket" +
                               std::string{more_query}}
    {
        socket_.on_message([state = state_](socketio::websocket_message const& message) {
            state->heard.push_back(message.is_text() ? std::string{message.text()} : "binary " + std::to_string(message.size()));
        });
        socket_.on_close([state = state_](socketio::websocket_close const& how) { state->closed = how; });
    }

    void say(std::string_view text) { static_cast<void>(socket_.send(text)); }
    void say(socketio::bytes_view binary) { static_cast<void>(socket_.send(binary)); }
    // Waits for the open packet, and for the answer to a CONNECT.
    bool enter(std::string_view nsp = "")
    {
        if (!until_heard("0"))
            return false;
        say("40" + (nsp.empty() ? std::string{} : std::string{nsp} + ','));
        return until_heard("40" + std::string{nsp});
    }
    // Reads nothing any more, or again.
    void pause() { socket_.pause(); }
    void resume() { socket_.resume(); }
    void leave(std::uint16_t code = 1000) { socket_.close(code); }

    bool until_heard(std::string_view beginning, std::ptrdiff_t times = 1)
    {
        return run_until(context_, [&] { return count(beginning) >= times; });
    }
    bool until_closed()
    {
        return run_until(context_, [&] { return state_->closed.has_value(); });
    }
    std::ptrdiff_t count(std::string_view beginning) const
    {
        return std::count_if(state_->heard.begin(), state_->heard.end(),
                             [&](std::string const& line) { return line.starts_with(beginning); });
    }
    std::vector<std::string> const& heard() const noexcept { return state_->heard; }
    bool closed() const noexcept { return state_->closed.has_value(); }
    // Of the server's close frame, see websocket_close.
    int close_code() const { return state_->closed ? state_->closed->code : 0; }

private:
    struct state {
        std::vector<std::string> heard;
        std::optional<socketio::websocket_close> closed;
    };

    asio::io_context& context_;
    std::shared_ptr<state> state_;
    socketio::websocket socket_;
};

} // namespace support

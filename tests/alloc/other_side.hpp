// A server on a thread of its own, for clients whose allocations are counted.
#pragma once

#include <socketio/server.hpp>

#include "client_conversation.hpp"

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

class other_side {
public:
    explicit other_side(std::shared_ptr<socketio::packet_parser const> parser, bool with_binary = false)
        : io_{context_, 0, {.address = "127.0.0.1", .parser = std::move(parser)}}, with_binary_{with_binary}
    {
        io_.on("connection", [this](socketio::server_socket socket) {
            socket.on("more", [this, socket](int count) mutable {
                for (int i = 0; i != count; ++i)
                    if (with_binary_)
                        socket.emit("item", i, text, std::vector<int>(20, i), socketio::bytes(100));
                    else
                        socket.emit("item", i, text, std::vector<int>(20, i));
            });
            socket.on("item", [socket](int, std::string_view, bool is_last, socketio::args const&) mutable {
                if (is_last)
                    socket.emit("go");
            });
            socket.on("question", [](int number, socketio::ack reply) { reply(number); });
        });
    }
    other_side(other_side const&) = delete;
    other_side& operator=(other_side const&) = delete;
    ~other_side()
    {
        asio::post(context_, [this] { io_.close(); });
        thread_.join();
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
    asio::io_context context_{1};
    socketio::server io_;
    bool const with_binary_;
    std::uint16_t const port_ = io_.port();
    std::thread thread_{[this] { context_.run(); }};
};

} // namespace

// A server on a thread of its own, for clients whose allocations are counted.
#pragma once

#include <socketio/server.hpp>

#include "client_conversation.hpp"
#include "support/server_thread.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

class other_side {
public:
    explicit other_side(std::shared_ptr<socketio::packet_parser const> parser, bool with_binary = false)
        : with_binary_{with_binary}, server_{{.address = "127.0.0.1", .parser = std::move(parser)}}
    {
        server_.io().on("connection", [this](socketio::server_socket socket) {
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
    std::string url() const { return server_.url(); }

private:
    bool const with_binary_;
    support::server_thread server_;
};

} // namespace

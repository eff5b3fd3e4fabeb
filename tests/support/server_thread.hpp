// A server on a thread of its own, for programs that measure their own thread: without doctest.
#pragma once

#include <socketio/server.hpp>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <cstdint>
#include <string>
#include <thread>
#include <utility>

namespace support {

class server_thread {
public:
    explicit server_thread(socketio::server_options options) : io_{context_, 0, std::move(options)} {}
    server_thread(server_thread const&) = delete;
    server_thread& operator=(server_thread const&) = delete;
    ~server_thread()
    {
        asio::post(context_, [this] { io_.close(); });
        thread_.join();
    }

    socketio::server& io() noexcept { return io_; } // for any thread
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
    asio::io_context context_{1};
    socketio::server io_;
    std::uint16_t const port_ = io_.port();
    std::thread thread_{[this] { context_.run(); }};
};

} // namespace support

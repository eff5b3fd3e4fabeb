// The two operations that every message goes through, and the two ways to end.
#pragma once

#include <socketio/net/stream.hpp>

namespace socketio::detail {

SOCKETIO_DECL void stream::async_read_some(asio::mutable_buffer into, io_handler handler)
{
    if (above_)
        above_->async_read_some(into, std::move(handler));
    else
        socket_.async_read_some(into, asio::bind_executor(strand_, std::move(handler)));
}

SOCKETIO_DECL void stream::async_write(asio::const_buffer from, io_handler handler)
{
    if (above_) {
        above_->async_write(from, std::move(handler));
        return;
    }
    // Asio's own completion conditions send at most 64 KiB at once.
    constexpr std::size_t most_at_once = 16 * 1024 * 1024;
    auto const as_much_as_possible = [](std::error_code ec, std::size_t) { return ec ? std::size_t{0} : most_at_once; };
    asio::async_write(socket_, from, as_much_as_possible, asio::bind_executor(strand_, std::move(handler)));
}

SOCKETIO_DECL void stream::shutdown_send() noexcept
{
    if (above_) {
        above_->shutdown_send();
        return;
    }
    std::error_code ignored;
    socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

SOCKETIO_DECL void stream::close() noexcept
{
    if (above_) {
        above_->close();
        return;
    }
    std::error_code ignored;
    socket_.close(ignored);
}

} // namespace socketio::detail

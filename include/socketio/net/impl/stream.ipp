// The read and write of every message, and the two ways to close.
#pragma once

#include <socketio/net/stream.hpp>

#include SOCKETIO_ASIO(ip/address.hpp)
#include SOCKETIO_ASIO(ip/tcp.hpp)

#include <algorithm>
#include <cstring>

namespace socketio::detail {

// Connects a stream on one strand with an owner on another.
class strand_bridge final : public byte_stream, public std::enable_shared_from_this<strand_bridge> {
public:
    strand_bridge(strand const& there, strand const& here, std::shared_ptr<byte_stream> stream)
        : there_{there}, here_{here}, stream_{std::move(stream)}
    {
    }

    void async_read_some(asio::mutable_buffer into, handler done) override
    {
        post(there_, [self = shared_from_this(), into, done = std::move(done)]() mutable {
            self->stream_->async_read_some(into, self->return_to_strand(std::move(done)));
        });
    }
    void async_write(asio::const_buffer from, handler done) override
    {
        post(there_, [self = shared_from_this(), from, done = std::move(done)]() mutable {
            self->stream_->async_write(from, self->return_to_strand(std::move(done)));
        });
    }
    void shutdown_send() noexcept override
    {
        post(there_, [self = shared_from_this()] { self->stream_->shutdown_send(); });
    }
    void close() noexcept override
    {
        post(there_, [self = shared_from_this()] { self->stream_->close(); });
    }

private:
    handler return_to_strand(handler done)
    {
        return [here = here_, done = std::move(done)](std::error_code ec, std::size_t count) mutable {
            post(here, [done = std::move(done), ec, count]() mutable { done(ec, count); });
        };
    }

    strand const there_;
    strand const here_;
    std::shared_ptr<byte_stream> const stream_;
};

SOCKETIO_DECL void stream::move_to(strand const& other)
{
    if (other == strand_)
        return;
    if (above_)
        above_ = std::make_shared<strand_bridge>(strand_, other, std::move(above_));
    strand_ = other;
}

SOCKETIO_DECL std::string stream::peer_address() const
{
    asio_error_code ec;
    auto const peer = socket_.remote_endpoint(ec);
    int const family = peer.protocol().family();
    asio::ip::tcp::endpoint endpoint;
    if (ec || (family != asio::ip::tcp::v4().family() && family != asio::ip::tcp::v6().family()))
        return {};
    // On Windows the size is that of the largest address there is.
    std::memcpy(endpoint.data(), peer.data(), std::min(peer.size(), endpoint.capacity()));
    return endpoint.address().to_string();
}

SOCKETIO_DECL void stream::async_read_some(asio::mutable_buffer into, io_handler handler)
{
    if (above_)
        above_->async_read_some(into, std::move(handler));
    else
        socket_.async_read_some(into, handler_on(strand_, std::move(handler)));
}

SOCKETIO_DECL void stream::async_write(asio::const_buffer from, io_handler handler)
{
    if (above_) {
        above_->async_write(from, std::move(handler));
        return;
    }
    // Asio's own completion conditions limit a write to 64 KiB.
    constexpr std::size_t most_at_once = 16 * 1024 * 1024;
    auto const as_much_as_possible = [](std::error_code ec, std::size_t) { return ec ? std::size_t{0} : most_at_once; };
    asio::async_write(socket_, from, as_much_as_possible, handler_on(strand_, std::move(handler)));
}

SOCKETIO_DECL void stream::shutdown_send() noexcept
{
    if (above_) {
        above_->shutdown_send();
        return;
    }
    asio_error_code ignored;
    socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

SOCKETIO_DECL void stream::close() noexcept
{
    if (above_) {
        above_->close();
        return;
    }
    asio_error_code ignored;
    socket_.close(ignored);
}

} // namespace socketio::detail

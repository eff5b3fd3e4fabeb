// The stream of bytes below a session. TCP today; TLS, Unix-domain and in-memory streams go behind
// this same class, so that nobody above needs a template parameter.
#pragma once

#include <socketio/core/function.hpp>
#include <socketio/net/asio.hpp>

#include <cstddef>
#include <utility>

namespace socketio::detail {

// How reading and writing end. Erased, so that Asio's templates are instantiated once for each
// operation and not for each of its uses; what it captures should fit unique_function's inline room.
using io_handler = unique_function<void(std::error_code, std::size_t)>;

class stream {
public:
    explicit stream(strand const& on) : strand_{on}, socket_{on.get_inner_executor().any()} {}

    asio::ip::tcp::socket& lowest_layer() noexcept { return socket_; }

    // Handlers run on the strand.
    void async_read_some(asio::mutable_buffer into, io_handler handler);
    // All of `from`, in as few system calls as the kernel allows.
    void async_write(asio::const_buffer from, io_handler handler);

    // Small packets leave at once: what belongs together is already in one buffer.
    void set_no_delay() noexcept
    {
        std::error_code ignored;
        socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
    }

    void shutdown_send() noexcept
    {
        std::error_code ignored;
        socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    }

    // Pending operations complete with operation_aborted.
    void close() noexcept
    {
        std::error_code ignored;
        socket_.close(ignored);
    }

private:
    strand strand_;
    asio::ip::tcp::socket socket_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/stream.ipp>
#endif

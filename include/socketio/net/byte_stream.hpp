// The bytes of a connection that is not a plain socket: TLS, or a stream of the user's own.
#pragma once

#include <socketio/core/function.hpp>
#include <socketio/net/executor.hpp>

#include SOCKETIO_ASIO(buffer.hpp)

#include <cstddef>
#include <system_error>

namespace socketio {

// A connected stream, in both directions. At most one read and one write are pending at a time, and their
// buffers stay valid until they end. Every operation ends exactly once, and not inside the call that begins it.
// An operation that is pending when the stream is closed ends with asio::error::operation_aborted.
class byte_stream {
public:
    // The end of an operation: the error, if there is one, and the number of bytes transferred.
    using handler = detail::unique_function<void(std::error_code, std::size_t)>;

    byte_stream() = default;
    byte_stream(byte_stream const&) = delete;
    byte_stream& operator=(byte_stream const&) = delete;
    virtual ~byte_stream() = default;

    // Ends with at least one byte, or with an error: asio::error::eof when the peer has closed its direction.
    virtual void async_read_some(asio::mutable_buffer into, handler done) = 0;
    // Writes all of `from`. With an error, the number is that of the bytes that may have left.
    virtual void async_write(asio::const_buffer from, handler done) = 0;
    // Closes this side's direction; reading continues. Called at most once, while no write is pending and before
    // close(). No write follows.
    virtual void shutdown_send() noexcept = 0;
    // May be called again.
    virtual void close() noexcept = 0;
};

} // namespace socketio

// The stream below an HTTP client. It is read while the connection is idle, too: so its end is noticed before the next
// request, and not by it.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/function.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/deadline_timer.hpp>
#include <socketio/net/stream.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <system_error>

namespace socketio::detail {

// On the strand. Pending operations own it. It owns a waiting handler: if the context is destroyed, that is destroyed.
class http_link : public std::enable_shared_from_this<http_link> {
public:
    using handler = unique_function<void(std::error_code)>;

    http_link(strand const& on, stream connected);

    // Ends later with at least one more byte in input(), or with an error. One at a time.
    void read(std::size_t most, handler done);
    // Bytes that have come. Untouchable while a read is pending.
    byte_buffer& input() noexcept { return input_; }

    // Nothing is expected until the next read. What comes all the same, or the peer's end, closes the stream.
    void rest();
    // True between rest() and the next read(), while nothing has come.
    bool is_resting() const noexcept { return reading_ && !waiter_ && !closed_; }

    // One at a time. A failure makes the pending read fail, if that does not end by itself within a second: the peer
    // may have answered before it stopped reading.
    void write(byte_buffer bytes);
    bool is_writing() const noexcept { return writing_; }
    // Ends when no write is pending. Only while one is, and no read.
    void await_written(handler done) noexcept { waiter_ = std::move(done); }
    std::error_code write_error() const noexcept { return write_error_; }
    // True if the last bytes have not left as a whole.
    bool write_was_short() const noexcept { return short_; }

    // Says to the peer that nothing will follow; close() comes next. Only while it rests.
    void shutdown_send() noexcept { stream_.shutdown_send(); }
    void close() noexcept;
    // Closes it in a second.
    void close_soon() noexcept;
    // While no operation is pending.
    stream take_stream() noexcept { return std::move(stream_); }

    std::uint64_t received() const noexcept { return received_; } // bytes
    std::uint64_t sent() const noexcept { return sent_; }

private:
    class io_end;

    void begin(std::size_t most);
    void on_read(std::error_code ec, std::size_t count);
    void on_written(std::error_code ec, std::size_t count);
    void drop() noexcept;

    stream stream_;
    deadline_timer timer_;
    byte_buffer input_;
    byte_buffer output_;
    handler waiter_;
    std::error_code write_error_;
    std::uint64_t received_ = 0;
    std::uint64_t sent_ = 0;
    bool reading_ = false;
    bool starting_ = false;
    bool writing_ = false;
    bool short_ = false; // the last write
    bool closed_ = false;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/http_link.ipp>
#endif

// At most one read and one write are pending, and each owns the link.
#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/net/http_link.hpp>

#include <chrono>
#include <utility>

namespace socketio::detail {

// The completion of a read or a write. If it is dropped, because the context was destroyed, the waiting handler is
// released: it owns what owns this link.
class http_link::io_end {
public:
    using step = void (http_link::*)(std::error_code, std::size_t);

    io_end(std::shared_ptr<http_link> on, step then) noexcept : on_{std::move(on)}, then_{then} {}
    io_end(io_end&&) noexcept = default;
    io_end& operator=(io_end&&) = delete;
    ~io_end()
    {
        if (on_ && !on_->starting_)
            on_->drop();
    }
    void operator()(std::error_code ec, std::size_t count)
    {
        auto const on = std::move(on_);
        ((*on).*then_)(ec, count);
    }

private:
    std::shared_ptr<http_link> on_;
    step then_;
};

SOCKETIO_DECL http_link::http_link(strand const& on, stream connected) : stream_{std::move(connected)}, timer_{on} {}

SOCKETIO_DECL void http_link::begin(std::size_t most)
{
    char* const at = input_.prepare(most);
    flag_guard const starting{starting_};
    stream_.async_read_some(asio::buffer(at, most), io_end{shared_from_this(), &http_link::on_read});
    reading_ = true;
}

SOCKETIO_DECL void http_link::read(std::size_t most, handler done)
{
    if (!reading_)
        begin(most);
    waiter_ = std::move(done); // last: what fails before ends the operation by its exception alone
}

SOCKETIO_DECL void http_link::rest()
{
    constexpr std::size_t most = 2048;
    input_.shrink(most);
    if (!reading_)
        begin(most);
}

SOCKETIO_DECL void http_link::on_read(std::error_code ec, std::size_t count)
{
    reading_ = false;
    received_ += count;
    input_.commit(count);
    if (closed_ && !ec)
        ec = asio_error(asio::error::operation_aborted);
    handler waiting = std::exchange(waiter_, handler{});
    if (waiting)
        waiting(ec);
    else
        close();
}

SOCKETIO_DECL void http_link::write(byte_buffer bytes)
{
    output_ = std::move(bytes);
    flag_guard const starting{starting_};
    stream_.async_write(asio::buffer(output_.data(), output_.size()),
                        io_end{shared_from_this(), &http_link::on_written});
    writing_ = true;
}

SOCKETIO_DECL void http_link::on_written(std::error_code ec, std::size_t count)
{
    writing_ = false;
    sent_ += count;
    // A handler that is dropped counts nothing.
    short_ = count < output_.size() && ec != asio_error(asio::error::operation_aborted);
    output_.clear();
    output_.shrink(0);
    if (ec && !closed_) {
        write_error_ = ec;
        close_soon();
    }
    if (waiter_ && !reading_)
        std::exchange(waiter_, handler{})(ec);
}

// A timer that finds no memory closes the stream at once.
SOCKETIO_DECL void http_link::close_soon() noexcept
{
    auto const arm = [this] {
        timer_.arm(deadline_after(timer_.now(), std::chrono::seconds{1}),
                   [self = shared_from_this()] { self->close(); });
    };
    if (caught(arm))
        close();
}

SOCKETIO_DECL void http_link::close() noexcept
{
    if (std::exchange(closed_, true))
        return;
    timer_.cancel();
    stream_.close();
}

SOCKETIO_DECL void http_link::drop() noexcept
{
    auto const last = std::move(waiter_);
}

} // namespace socketio::detail

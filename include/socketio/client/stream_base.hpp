// The part of an event stream that does not depend on the types of its events: the strand of its state, its
// deadlines, and its end.
#pragma once

#include <socketio/client/links.hpp>
#include <socketio/core/function.hpp>
#include <socketio/session/alarm_key.hpp>

#include <chrono>
#include <memory>
#include <system_error>
#include <utility>

namespace socketio::detail {

class stream_base : public std::enable_shared_from_this<stream_base> {
public:
    explicit stream_base(socket_link const& of);
    stream_base(stream_base const&) = delete;
    stream_base& operator=(stream_base const&) = delete;
    virtual ~stream_base() = default;

    // Any thread. Empty when the context is destroyed: handlers can no longer run.
    asio::any_io_executor get_executor() const;
    // Any thread: its listener was removed, alone or with all others.
    void source_gone();

protected:
    // Any thread. Runs the command on the strand, or drops it if the context is destroyed.
    void perform(unique_function<void()> command);

    // On the strand.
    void defer(unique_function<void()> step);
    alarm_key set_alarm(std::chrono::milliseconds from_now, unique_function<void()> action);
    void clear_alarm(alarm_key const& which);

    // On the strand: events no longer arrive.
    virtual void end(std::error_code why) = 0;
    // The context is destroyed: handlers are destroyed without a call.
    virtual void drop() noexcept = 0;

private:
    std::shared_ptr<manager_core> manager_;
    std::shared_ptr<socket_core> socket_;
};

// Held by the listener that feeds a stream. Its destructor reports the removal of the listener.
class stream_source {
public:
    explicit stream_source(std::shared_ptr<stream_base> to) noexcept : to_{std::move(to)} {}
    stream_source(stream_source&&) noexcept = default;
    stream_source& operator=(stream_source&&) = delete;
    ~stream_source()
    {
        if (to_)
            to_->source_gone();
    }

private:
    std::shared_ptr<stream_base> to_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/client/impl/stream_base.ipp>
#endif

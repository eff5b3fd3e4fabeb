// One timer for whatever deadline comes first. It is re-armed lazily: a deadline that moves away
// costs nothing until the timer fires and is set anew. A deadline that passes while the machine
// sleeps is noticed about when it wakes. It tells the time, too: of the context's time_source, if that has one.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/core/function.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/installed_sources.hpp>
#include <socketio/net/suspend_watch.hpp>

#include <chrono>
#include <memory>

namespace socketio::detail {

class deadline_timer {
public:
    explicit deadline_timer(strand const& on);
    deadline_timer(deadline_timer const&) = delete;
    deadline_timer& operator=(deadline_timer const&) = delete;
    ~deadline_timer()
    {
        watch_.remove(watched_);
        if (sourced_)
            sourced_->end();
    }

    clock::time_point now() const noexcept { return sourced_ ? sourced_->time().now() : clock::now(); }
    // The time of day, in seconds.
    std::chrono::sys_seconds wall_now() const noexcept
    {
        auto const now = sourced_ ? sourced_->time().wall_now() : std::chrono::system_clock::now();
        return std::chrono::floor<std::chrono::seconds>(now);
    }

    // `due` is called on the strand at `deadline` or before; it should look what is due and arm again.
    // It must hold whatever this timer is a part of. never() cancels; a callable that is dropped because
    // of that is destroyed, not called.
    void arm(clock::time_point deadline, unique_function<void()> due);
    // There is no need to arm it for that.
    bool covers(clock::time_point deadline) const noexcept
    {
        return deadline == clock::never() ? armed_ == deadline : armed_ <= deadline;
    }
    void cancel() { arm(clock::never(), nullptr); }

private:
    void wait(clock::time_point deadline, unique_function<void()> due);
    void disarm() noexcept;

    strand strand_;
    clock_timer timer_;
    suspend_watch& watch_; // younger than Asio's services below it
    suspend_watch::entry watched_;
    std::shared_ptr<sourced_wait> const sourced_; // in place of Asio's timer
    clock::time_point armed_ = clock::never();
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/deadline_timer.ipp>
#endif

// Waits for the earliest time on the system's clock, which does not stop, and then makes Asio check its timers.
#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/net/suspend_watch.hpp>

#include SOCKETIO_ASIO(prefer.hpp)

#include <algorithm>
#include <system_error>
#include <utility>

#if defined(SOCKETIO_HAS_SLEEPLESS_TIMER)
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#endif

namespace socketio::detail {

// One class instead of three lambdas, because Asio makes some thirty functions for each type of handler.
struct suspend_watch::waited {
    suspend_watch* of;
    std::uint64_t round;

    void operator()(std::error_code) const { of->on_waited(round); }
};

// An executor that counts as work is replaced by one that does not.
SOCKETIO_DECL suspend_watch::waiting::waiting(asio::any_io_executor const& on)
    : look_again{asio::prefer(on, asio::execution::outstanding_work.untracked)}, wake_all{look_again.get_executor()}
#if defined(SOCKETIO_HAS_SLEEPLESS_TIMER)
      , sleepless{look_again.get_executor()}
#endif
{
}

SOCKETIO_DECL void suspend_watch::add(entry& of, clock::time_point deadline, asio::any_io_executor const& on) noexcept
{
    std::lock_guard const lock{mutex_};
    if (gone_)
        return;
    static_cast<void>(caught([&] {
        if (!waiting_)
            waiting_.emplace(on);
        insert_entry(of, deadline);
        if (auto const earliest = deadline_after(*moments_.begin(), grace); earliest < waits_until_)
            wait(earliest);
    }));
}

SOCKETIO_DECL void suspend_watch::insert_entry(entry& of, clock::time_point deadline)
{
    if (of.armed_) {
        of.kept_ = moments_.extract(of.position_);
        of.armed_ = false;
    }
    if (of.kept_) {
        of.kept_.value() = deadline;
        of.position_ = moments_.insert(std::move(of.kept_));
    } else {
        of.position_ = moments_.insert(deadline);
    }
    of.armed_ = true;
}

SOCKETIO_DECL void suspend_watch::remove(entry& of) noexcept
{
    std::lock_guard const lock{mutex_};
    if (gone_ || !std::exchange(of.armed_, false))
        return;
    of.kept_ = moments_.extract(of.position_);
    if (moments_.empty())
        static_cast<void>(caught([this] { stop_waiting(); }));
}

SOCKETIO_DECL void suspend_watch::wait(clock::time_point earliest)
{
    if (wait_sleepless(earliest))
        return;
    if (waits_until_ != clock::never())
        return;
    auto const soon = deadline_after(clock::now(), without_help);
    waiting_->look_again.expires_at(soon);
    waiting_->look_again.async_wait(with_reserve{waited{this, round_ + 1}});
    waits_until_ = soon;
    ++round_;
}

// Returns false if the system has no such timer, or none available.
SOCKETIO_DECL bool suspend_watch::wait_sleepless([[maybe_unused]] clock::time_point moment)
{
#if defined(SOCKETIO_HAS_SLEEPLESS_TIMER)
    auto& sleepless = waiting_->sleepless;
    bool const waits = waits_until_ != clock::never();
    if (!sleepless.is_open()) {
        if (waits)
            return false;
        int const made = ::timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
        asio_error_code ec;
        if (made < 0)
            return false;
        sleepless.assign(made, ec);
        if (ec) {
            ::close(made);
            return false;
        }
    }
    auto const since = moment.time_since_epoch();
    auto const whole = std::chrono::duration_cast<std::chrono::seconds>(since);
    itimerspec to{};
    to.it_value.tv_sec = static_cast<time_t>(whole.count());
    to.it_value.tv_nsec = static_cast<long>(std::chrono::nanoseconds{since - whole}.count());
    if (::timerfd_settime(sleepless.native_handle(), TFD_TIMER_ABSTIME, &to, nullptr) != 0)
        return false;
    if (!waits) {
        sleepless.async_wait(asio::posix::stream_descriptor::wait_read,
                             with_reserve{waited{this, round_ + 1}});
        ++round_;
    }
    waits_until_ = moment;
    return true;
#else
    return false;
#endif
}

SOCKETIO_DECL void suspend_watch::on_waited(std::uint64_t round)
{
    std::lock_guard const lock{mutex_};
    if (gone_ || round != round_)
        return;
    waits_until_ = clock::never();
    if (moments_.empty())
        return;
    auto const now = clock::now();
    // Asio checks all timers of a clock when one of them fires.
    if (*moments_.begin() <= now) {
        waiting_->wake_all.expires_at({}); // its handler has the number of no wait
        waiting_->wake_all.async_wait(with_reserve{waited{this, 0}});
    }
    wait(deadline_after(std::max(*moments_.begin(), now), grace));
}

SOCKETIO_DECL void suspend_watch::stop_waiting()
{
    if (waits_until_ == clock::never())
        return;
    waits_until_ = clock::never();
    ++round_;
    waiting_->look_again.cancel();
#if defined(SOCKETIO_HAS_SLEEPLESS_TIMER)
    asio_error_code ignored;
    if (waiting_->sleepless.is_open())
        waiting_->sleepless.cancel(ignored);
#endif
}

SOCKETIO_DECL void suspend_watch::shutdown()
{
    std::lock_guard const lock{mutex_};
    gone_ = true;
    waiting_.reset();
}

// After a fork, both processes would set the same timer.
SOCKETIO_DECL void suspend_watch::notify_fork(asio::execution_context::fork_event event)
{
    if (event != asio::execution_context::fork_child)
        return;
    std::lock_guard const lock{mutex_};
    if (!waiting_)
        return;
    asio::any_io_executor const on = waiting_->look_again.get_executor();
    ++round_;
    waits_until_ = clock::never();
    waiting_.reset();
    waiting_.emplace(on);
    if (!moments_.empty())
        wait(deadline_after(*moments_.begin(), grace));
}

} // namespace socketio::detail

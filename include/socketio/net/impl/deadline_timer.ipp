// Arming, lazily.
#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/net/deadline_timer.hpp>

#include <utility>

namespace socketio::detail {

SOCKETIO_DECL deadline_timer::deadline_timer(strand const& on)
    : strand_{on}, timer_{on.get_inner_executor().any()},
      watch_{asio::use_service<suspend_watch>(asio::query(on.get_inner_executor(), asio::execution::context))},
      sourced_{sourced_wait::make(on)}
{
}

SOCKETIO_DECL void deadline_timer::arm(clock::time_point deadline, unique_function<void()> due)
{
    if (deadline == clock::never()) {
        if (armed_ != clock::never()) {
            disarm();
            if (sourced_)
                sourced_->cancel();
            else
                timer_.cancel();
        }
        return;
    }
    if (armed_ <= deadline)
        return;
    armed_ = clock::never(); // until it waits again
    if (sourced_)
        sourced_->begin(deadline, [this, due = std::move(due)]() mutable {
            disarm();
            due();
        });
    else
        wait(deadline, std::move(due));
    armed_ = deadline;
}

SOCKETIO_DECL void deadline_timer::wait(clock::time_point deadline, unique_function<void()> due)
{
    watch_.add(watched_, deadline, timer_.get_executor());
    scope_fail not_waiting{[this] { watch_.remove(watched_); }}; // it would keep the context at work for ever
    timer_.expires_at(deadline);
    timer_.async_wait(handler_on(strand_, [this, due = std::move(due)](std::error_code ec) mutable {
        if (ec)
            return;
        disarm();
        due();
    }));
    not_waiting.done();
}

SOCKETIO_DECL void deadline_timer::disarm() noexcept
{
    armed_ = clock::never();
    watch_.remove(watched_);
}

} // namespace socketio::detail

// Arming, lazily.
#pragma once

#include <socketio/net/deadline_timer.hpp>

#include <chrono>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL void deadline_timer::arm(clock::time_point deadline, unique_function<void()> due)
{
    if (deadline == clock::never()) {
        if (std::exchange(armed_, clock::never()) != clock::never())
            timer_.cancel();
        return;
    }
    if (armed_ <= deadline)
        return;
    armed_ = deadline;
    timer_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(deadline - clock::now()));
    timer_.async_wait(handler_on(strand_, [this, due = std::move(due)](std::error_code ec) mutable {
        if (ec)
            return;
        armed_ = clock::never();
        due();
    }));
}

} // namespace socketio::detail

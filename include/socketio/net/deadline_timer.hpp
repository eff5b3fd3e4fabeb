// One timer for whatever deadline comes first. It is re-armed lazily: a deadline that moves away
// costs nothing until the timer fires and is set anew.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/core/function.hpp>
#include <socketio/net/asio.hpp>

namespace socketio::detail {

class deadline_timer {
public:
    explicit deadline_timer(strand const& on) : strand_{on}, timer_{on.get_inner_executor().any()} {}

    // `due` is called on the strand at `deadline` or before; it should look what is due and arm again.
    // It must hold whatever this timer is a part of. never() cancels; a callable that is dropped because
    // of that is destroyed, not called.
    void arm(clock::time_point deadline, unique_function<void()> due);
    void cancel() { arm(clock::never(), nullptr); }

private:
    strand strand_;
    asio::steady_timer timer_;
    clock::time_point armed_ = clock::never();
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/deadline_timer.ipp>
#endif

// The transitions. The order of events is the reference's (socket.io-client/lib/manager.ts).
#pragma once

#include <socketio/session/connect_machine.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL void connect_machine::enter(connect_phase phase, clock::time_point deadline) noexcept
{
    phase_ = phase;
    deadline_ = deadline;
}

SOCKETIO_DECL connect_action connect_machine::open(clock::time_point now, std::chrono::milliseconds timeout) noexcept
{
    if (is_busy())
        return {};
    wanted_ = true;
    // An explicit open() resets the count of earlier losses.
    if (!reconnecting_)
        backoff_.reset();
    return begin(now, timeout);
}

SOCKETIO_DECL connect_action connect_machine::announced(clock::time_point now,
                                                        std::chrono::milliseconds timeout) noexcept
{
    return phase_ == connect_phase::announced ? begin(now, timeout) : connect_action{};
}

SOCKETIO_DECL connect_action connect_machine::begin(clock::time_point now, std::chrono::milliseconds timeout) noexcept
{
    pace_.made(now);
    enter(connect_phase::asking_query, limit_after(now, timeout));
    return {.type = connect_action::kind::begin, .attempt = ++attempt_};
}

SOCKETIO_DECL bool connect_machine::advance(std::uint64_t attempt, connect_phase done) noexcept
{
    if (!is_current(attempt) || phase_ != done)
        return false;
    phase_ = static_cast<connect_phase>(static_cast<std::uint8_t>(done) + 1);
    return true;
}

SOCKETIO_DECL std::uint64_t connect_machine::opened(clock::time_point now) noexcept
{
    enter(connect_phase::open);
    backoff_.opened(now);
    return std::exchange(reconnecting_, false) ? backoff_.attempts() : 0;
}

SOCKETIO_DECL void connect_machine::lost(clock::time_point now, backoff_rule rule, bool was_good) noexcept
{
    enter(connect_phase::closed);
    reconnecting_ = false;
    backoff_.set_rule(rule);
    if (was_good)
        backoff_.lost(now);
}

SOCKETIO_DECL connect_action connect_machine::next(clock::time_point now, reconnect_values const& values,
                                                   std::chrono::milliseconds asked) noexcept
{
    connect_action then{.reconnect_error = std::exchange(reconnecting_, false)};
    if (!wanted_ || !values.reconnection)
        return then;
    if (values.attempts != 0 && backoff_.attempts() >= values.attempts) {
        backoff_.reset();
        then.type = connect_action::kind::give_up;
        return then;
    }
    backoff_.set_rule(values.wait);
    then.type = connect_action::kind::wait;
    then.until = std::max(deadline_after(now, backoff_.next(asked)), pace_.earliest());
    reconnecting_ = true;
    enter(connect_phase::waiting, then.until);
    return then;
}

SOCKETIO_DECL void connect_machine::abandon() noexcept
{
    wanted_ = false;
    reconnecting_ = false;
}

SOCKETIO_DECL bool connect_machine::close() noexcept
{
    bool const ends = is_busy() || reconnecting_;
    wanted_ = false;
    stop_waiting();
    reconnecting_ = false;
    return ends;
}

SOCKETIO_DECL bool connect_machine::stop_waiting() noexcept
{
    if (is_busy())
        return false;
    bool const waited = phase_ == connect_phase::waiting;
    reconnecting_ = false;
    enter(connect_phase::closed);
    return waited;
}

SOCKETIO_DECL connect_action connect_machine::reconnect_now() noexcept
{
    if (phase_ != connect_phase::waiting)
        return {};
    backoff_.reset();
    static_cast<void>(backoff_.next()); // counts this attempt, which does not wait
    return announce();
}

SOCKETIO_DECL connect_action connect_machine::tick(clock::time_point now) noexcept
{
    if (now < deadline_)
        return {};
    if (phase_ == connect_phase::waiting)
        return announce();
    return {.type = is_opening() ? connect_action::kind::time_out : connect_action::kind::none};
}

SOCKETIO_DECL connect_action connect_machine::announce() noexcept
{
    enter(connect_phase::announced);
    return {.type = connect_action::kind::announce, .attempt = backoff_.attempts()};
}

} // namespace socketio::detail

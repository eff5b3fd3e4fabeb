// The heartbeat of Engine.IO 4: the server pings, the client answers. Time is an argument.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/core/role.hpp>

#include <chrono>

namespace socketio::detail {

// Client: after a ping the next one must come within pingInterval + pingTimeout; other traffic does
// not extend that. Server: a ping is due pingInterval after the last pong, and must be answered
// within pingTimeout.
class heartbeat {
public:
    using duration = std::chrono::milliseconds;

    heartbeat() = default;
    heartbeat(role own, duration interval, duration timeout, clock::time_point now) noexcept
        : own_{own}, interval_{interval}, timeout_{timeout}
    {
        deadline_ = silent_until(now);
    }

    // A ping (client) or a pong (server) came. What was found expired stays so.
    void heard(clock::time_point now) noexcept
    {
        if (found_expired_)
            return;
        waiting_ = false;
        deadline_ = silent_until(now);
    }

    // Server: another packet came. While a pong is due, the first of them gives it as much time again: the pong may
    // stand behind a large message on a slow line. (As npm's engine.io does since 6.6.12.)
    void heard_other(clock::time_point now) noexcept
    {
        if (own_ == role::client || !waiting_ || extended_ || found_expired_)
            return;
        extended_ = true;
        deadline_ = deadline_after(now, timeout_);
    }

    clock::time_point deadline() const noexcept { return deadline_; }

    // Whoever is told so acts upon it, so that a ping which comes a moment later must not undo it.
    bool expired(clock::time_point now) noexcept
    {
        found_expired_ = found_expired_ || (now >= deadline_ && (own_ == role::client || waiting_));
        return found_expired_;
    }

    // Server: true when a ping is to be sent now; counts the time for its answer from here.
    bool take_ping(clock::time_point now) noexcept
    {
        if (own_ == role::client || waiting_ || now < deadline_)
            return false;
        waiting_ = true;
        extended_ = false;
        deadline_ = deadline_after(now, timeout_);
        return true;
    }

private:
    clock::time_point silent_until(clock::time_point now) const noexcept
    {
        auto const next_ping = deadline_after(now, interval_);
        return own_ == role::client ? deadline_after(next_ping, timeout_) : next_ping;
    }

    role own_ = role::client;
    bool waiting_ = false;
    bool extended_ = false;
    bool found_expired_ = false;
    duration interval_{};
    duration timeout_{};
    clock::time_point deadline_ = clock::never();
};

} // namespace socketio::detail

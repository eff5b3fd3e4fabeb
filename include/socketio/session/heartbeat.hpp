// The heartbeat of Engine.IO 4: the server pings, the client answers. Time is an argument.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/core/role.hpp>

#include <chrono>
#include <utility>

namespace socketio::detail {

// Client: after a ping the next one must arrive within pingInterval + pingTimeout. Other traffic does not extend
// that. Server: a ping is due pingInterval after the last pong, and its pong must arrive within pingTimeout.
class heartbeat {
public:
    using duration = std::chrono::milliseconds;

    heartbeat() = default;
    heartbeat(role own, duration interval, duration timeout, clock::time_point now) noexcept
        : own_{own}, interval_{interval}, timeout_{timeout}
    {
        deadline_ = silent_until(now);
    }

    // A ping (client) or a pong (server) has arrived. An expired heartbeat stays expired.
    void received(clock::time_point now) noexcept
    {
        if (found_expired_)
            return;
        waiting_ = false;
        deadline_ = silent_until(now);
    }

    // Server: another packet has arrived. The first one after a ping extends the deadline of its pong once,
    // since the pong may be queued behind a large message on a slow connection. (npm's engine.io does so since
    // 6.6.12: engine.io/lib/socket.ts.)
    void received_other(clock::time_point now) noexcept
    {
        if (own_ == role::client || !waiting_ || extended_ || found_expired_)
            return;
        extended_ = true;
        deadline_ = deadline_after(now, timeout_);
    }

    clock::time_point deadline() const noexcept { return deadline_; }

    // True once the deadline has passed. The caller acts on it, so that a later ping must not undo it.
    bool expired(clock::time_point now) noexcept
    {
        found_expired_ = found_expired_ || (now >= deadline_ && (own_ == role::client || waiting_));
        return found_expired_;
    }

    // Server: true when a ping is due. The time for its pong starts here.
    bool take_ping(clock::time_point now) noexcept
    {
        if (own_ == role::client || waiting_ || now < deadline_)
            return false;
        waiting_ = true;
        extended_ = false;
        deadline_ = deadline_after(now, timeout_);
        return true;
    }

    // Server: the ping of take_ping() has not been sent, and is due again.
    void ping_unsent() noexcept
    {
        if (std::exchange(waiting_, false))
            deadline_ -= timeout_;
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

// The wait before each attempt to reconnect. Knows no socket. Time is an argument.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/session/reconnect_values.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>

namespace socketio::detail {

// The delay doubles with every attempt up to delay_max, which no wait exceeds. Unlike the reference
// (socket.io-client/contrib/backo2.ts), the jitter is added after the cap, at the cap downwards only, so that
// the clients of a server that was down do not return at the same time. The exponent is clamped, so that the
// thousandth attempt waits as long as the tenth. A connection that is lost before it was stable counts as a
// failed attempt, so that a server that accepts and drops connections is not asked again and again at the first
// delay.
class backoff {
public:
    backoff(backoff_rule rule, std::uint64_t seed) noexcept : rule_{rule}, state_{seed} {}

    std::uint64_t attempts() const noexcept { return attempts_; }
    void reset() noexcept { attempts_ = 0; }
    void set_rule(backoff_rule rule) noexcept { rule_ = rule; }
    backoff_rule rule() const noexcept { return rule_; }

    // The connection is established, or lost.
    void opened(clock::time_point now) noexcept { opened_ = now; }
    void lost(clock::time_point now) noexcept
    {
        // In whole milliseconds: the longest ones do not fit into the clock's unit.
        if (std::chrono::duration_cast<std::chrono::milliseconds>(now - opened_) >= rule_.stable_after)
            reset();
    }

    // Counts one attempt and returns the wait before it. `asked`: the server's minimum (Retry-After). The wait
    // exceeds it by up to the randomization's share, since other clients received the same value.
    std::chrono::nanoseconds next(std::chrono::milliseconds asked = {}) noexcept
    {
        auto const exponent = static_cast<int>(std::min<std::uint64_t>(attempts_, 60));
        if (attempts_ != std::numeric_limits<std::uint64_t>::max())
            ++attempts_;
        double const first = std::max(0.0, static_cast<double>(rule_.delay.count()));
        double const most = std::max(0.0, static_cast<double>(rule_.delay_max.count()));
        double const grown = std::min(std::ldexp(first, exponent), most);
        double const share = std::clamp(rule_.randomization, 0.0, 1.0);
        double const low = grown * (1.0 - share);
        double const high = std::min(grown * (1.0 + share), most);
        double const spread = random();
        double const asked_delay = std::max(0.0, static_cast<double>(asked.count())) * (1.0 + share * spread);
        double const wait = std::min(std::max(low + (high - low) * spread, asked_delay), longest) * 1e6;
        return std::chrono::nanoseconds{static_cast<std::int64_t>(wait)};
    }

private:
    static constexpr double longest = 1e9; // milliseconds, some eleven days: keeps the sum inside 64 bits

    // splitmix64; uniform in [0, 1).
    double random() noexcept
    {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        z ^= z >> 31;
        return static_cast<double>(z >> 11) * 0x1.0p-53;
    }

    backoff_rule rule_;
    std::uint64_t state_;
    std::uint64_t attempts_ = 0;
    clock::time_point opened_{};
};

// Limits the rate of attempts, whatever their waits are: a burst in a row, and then one at a time.
class attempt_pace {
public:
    static constexpr int in_a_row = 20;
    static constexpr std::chrono::milliseconds step{50};

    void made(clock::time_point now) noexcept { rested_at_ = deadline_after(std::max(rested_at_, now), step); }

    // The earliest time of the next attempt.
    clock::time_point earliest() const noexcept { return deadline_after(rested_at_, -(in_a_row - 1) * step); }

private:
    clock::time_point rested_at_{}; // from this time on, a whole burst is permitted again
};

} // namespace socketio::detail

// The name of an alarm. See alarms.
#pragma once

#include <socketio/core/clock.hpp>

#include <cstdint>
#include <tuple>

namespace socketio::detail {

// Identifies an alarm. It may be cleared after the alarm, too. The default identifies no alarm.
struct alarm_key {
    clock::time_point at{};
    std::uint64_t number = 0;
    // Written out: chrono has no <=> in libc++ before 17.
    bool operator==(alarm_key const&) const = default;
    friend bool operator<(alarm_key const& a, alarm_key const& b) noexcept
    {
        return std::tie(a.at, a.number) < std::tie(b.at, b.number);
    }
};

} // namespace socketio::detail

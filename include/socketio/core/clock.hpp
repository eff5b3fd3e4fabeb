// The time that protocol deadlines are counted in.
// It goes on while the machine is suspended, so that a heartbeat that passed in the
// meantime is noticed on wake-up; std::chrono::steady_clock on Linux stands still then.
#pragma once

#include <chrono>

#if defined(__linux__)
#include <time.h>
#endif

namespace socketio {

struct clock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<clock>;
    static constexpr bool is_steady = true;

    static time_point now() noexcept
    {
#if defined(__linux__)
        timespec t{};
        if (::clock_gettime(CLOCK_BOOTTIME, &t) == 0)
            return time_point{std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec}};
#endif
        return time_point{std::chrono::duration_cast<duration>(std::chrono::steady_clock::now().time_since_epoch())};
    }

    // "Never": later than every deadline.
    static constexpr time_point never() noexcept { return time_point::max(); }
};

} // namespace socketio

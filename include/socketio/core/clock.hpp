// The clock of protocol deadlines. It advances while the machine is suspended, so that a heartbeat that was due
// in the meantime is noticed on wake-up. On Linux, std::chrono::steady_clock stands still then.
#pragma once

#include <chrono>
#include <concepts>
#include <ratio>

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
    static constexpr time_point never() noexcept { return (time_point::max)(); }
};

namespace detail {

// Converts to another unit. A duration that does not fit becomes the longest or the shortest of that unit.
template <class To, std::integral Count, class Period>
constexpr To saturated(std::chrono::duration<Count, Period> of) noexcept
{
    using factor = std::ratio_divide<Period, typename To::period>;
    static_assert(factor::num == 1 || factor::den == 1, "one unit is a multiple of the other");
    constexpr auto most = (To::max)().count() / factor::num;
    if (of.count() > most)
        return (To::max)();
    if (of.count() < -most)
        return (To::min)();
    return std::chrono::duration_cast<To>(of);
}

// Adds a duration of any length to a time point. A sum beyond the clock's range is never().
template <std::integral Count, class Period>
constexpr clock::time_point deadline_after(clock::time_point now, std::chrono::duration<Count, Period> wait) noexcept
{
    auto const span = saturated<clock::duration>(wait);
    auto const since = now.time_since_epoch();
    if (span > span.zero() && since > (span.max)() - span)
        return clock::never();
    if (span < span.zero() && since < (span.min)() - span)
        return (clock::time_point::min)();
    return now + span;
}

// The deadline of a limit. A limit of zero or less is switched off: never().
template <std::integral Count, class Period>
constexpr clock::time_point limit_after(clock::time_point now, std::chrono::duration<Count, Period> limit) noexcept
{
    return limit.count() > 0 ? deadline_after(now, limit) : clock::never();
}

} // namespace detail
} // namespace socketio

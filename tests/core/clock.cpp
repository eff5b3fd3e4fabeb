#include <socketio/core/clock.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <ratio>
#include <type_traits>

namespace clock_tests {

using socketio::clock;
using namespace std::chrono_literals;

TEST_CASE("time goes on and never back")
{
    auto before = clock::now();
    for (int i = 0; i < 1000; ++i) {
        auto const now = clock::now();
        CHECK(now >= before);
        before = now;
    }
    auto const start = clock::now();
    while (clock::now() == start) {
    }
    CHECK(clock::now() > start);
}

TEST_CASE("never is later than now, and than anything that can be waited for")
{
    CHECK(clock::never() > clock::now() + 24h * 365 * 100);
    CHECK(clock::never() == clock::time_point::max());
}

TEST_CASE("a time point that nobody set lies in the past")
{
    CHECK(clock::time_point{} < clock::now());
}

TEST_CASE("time is counted in nanoseconds, at the speed of std::chrono::steady_clock")
{
    CHECK(std::is_same_v<clock::duration, std::chrono::nanoseconds>);
    auto const before = std::chrono::steady_clock::now();
    auto const start = clock::now();
    while (std::chrono::steady_clock::now() - before < 2ms) {
    }
    auto const ours = clock::now() - start;
    auto const around = std::chrono::steady_clock::now() - before;
    CHECK(ours <= around);
    CHECK(ours > 0ns);
}

TEST_CASE("a deadline too far away to be counted is never, and one too long ago the first of all")
{
    using namespace std::chrono;
    using socketio::detail::deadline_after;
    auto const now = clock::time_point{1000h};
    CHECK(deadline_after(now, 5ms) == now + 5ms);
    CHECK(deadline_after(now, -5ms) == now - 5ms);
    CHECK(deadline_after(now, 0s) == now);
    CHECK(deadline_after(now, milliseconds::max()) == clock::never());
    CHECK(deadline_after(now, nanoseconds::max()) == clock::never());
    CHECK(deadline_after(now, hours{24 * 365 * 1000}) == clock::never());
    CHECK(deadline_after(now, hours{24 * 365 * 200}) == now + hours{24 * 365 * 200});
    CHECK(deadline_after(now, duration<int, std::ratio<3600>>::max()) == clock::never());
    CHECK(deadline_after(now, nanoseconds::max() - 1000h) == clock::never());
    CHECK(deadline_after(now, nanoseconds::max() - 1000h - 1ns) == clock::never() - 1ns);
    CHECK(deadline_after(clock::never(), 1s) == clock::never());
    CHECK(deadline_after(clock::never(), -1s) == clock::never() - 1s);
    CHECK(deadline_after(now, milliseconds::min()) == now + nanoseconds::min());
    CHECK(deadline_after(clock::time_point{-1ns}, milliseconds::min()) == clock::time_point::min());
    CHECK(deadline_after(clock::time_point::min(), milliseconds::max()) == clock::time_point{-1ns});
    CHECK(deadline_after(clock::time_point::min(), -1s) == clock::time_point::min());
}

TEST_CASE("a limit of nothing or less is none")
{
    using socketio::detail::limit_after;
    auto const now = clock::time_point{1000h};
    CHECK(limit_after(now, 5ms) == now + 5ms);
    CHECK(limit_after(now, 0ms) == clock::never());
    CHECK(limit_after(now, std::chrono::milliseconds::min()) == clock::never());
    CHECK(limit_after(now, std::chrono::milliseconds::max()) == clock::never());
}

TEST_CASE("a duration in another unit is the longest of that where it does not fit")
{
    using namespace std::chrono;
    using socketio::detail::saturated;
    CHECK(saturated<nanoseconds>(3ms) == 3'000'000ns);
    CHECK(saturated<nanoseconds>(milliseconds::max()) == nanoseconds::max());
    CHECK(saturated<nanoseconds>(milliseconds::min()) == nanoseconds::min());
    CHECK(saturated<milliseconds>(nanoseconds::max()) == duration_cast<milliseconds>(nanoseconds::max()));
    CHECK(saturated<nanoseconds>(duration<int, std::ratio<3600>>{2}) == 2h);
    CHECK(saturated<hours>(nanoseconds::max()) == duration_cast<hours>(nanoseconds::max()));
    CHECK(saturated<milliseconds>(hours{1}) == 3'600'000ms);
}

} // namespace clock_tests

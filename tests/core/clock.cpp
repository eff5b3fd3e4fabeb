#include <socketio/core/clock.hpp>

#include <doctest/doctest.h>

#include <type_traits>

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

#include <socketio/session/backoff.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>
#include <vector>

namespace backoff_tests {

using namespace socketio::detail;
using namespace std::chrono_literals;
using socketio::clock;
using ns = std::chrono::nanoseconds;

namespace {

constexpr backoff_rule plain{.delay = 1000ms, .delay_max = 5000ms, .randomization = 0};

std::vector<ns> waits(backoff& b, int count)
{
    std::vector<ns> result;
    for (int i = 0; i < count; ++i)
        result.push_back(b.next());
    return result;
}

} // namespace

TEST_CASE("without randomization the delay doubles up to its maximum and stays there")
{
    backoff b{plain, 1};
    CHECK(waits(b, 5) == std::vector<ns>{1s, 2s, 4s, 5s, 5s});
    CHECK(b.attempts() == 5);
    b.reset();
    CHECK(b.attempts() == 0);
    CHECK(b.next() == 1s);
}

TEST_CASE("a million attempts never wait for nothing, nor longer than the maximum")
{
    backoff b{{}, 42};
    ns least = ns::max();
    ns most = 0ns;
    for (int i = 0; i < 1000000; ++i) {
        ns const wait = b.next();
        least = std::min(least, wait);
        most = std::max(most, wait);
    }
    CHECK(b.attempts() == 1000000);
    CHECK(least >= 500ms);
    CHECK(most <= 5000ms);
    CHECK(most > 4990ms);
}

TEST_CASE("the first waits are spread to both sides of the delay")
{
    ns const nominal[] = {1s, 2s};
    for (int attempt = 0; attempt < 2; ++attempt) {
        ns least = ns::max();
        ns most = 0ns;
        int above = 0;
        for (std::uint64_t seed = 0; seed < 2000; ++seed) {
            backoff b{{}, seed};
            ns const wait = waits(b, attempt + 1).back();
            least = std::min(least, wait);
            most = std::max(most, wait);
            above += wait > nominal[attempt];
        }
        CHECK(least >= nominal[attempt] / 2);
        CHECK(least < nominal[attempt] * 11 / 20);
        CHECK(most <= nominal[attempt] * 3 / 2);
        CHECK(most > nominal[attempt] * 29 / 20);
        CHECK(above > 900);
        CHECK(above < 1100);
    }
}

TEST_CASE("at the maximum the waits differ, and fill the range below it evenly")
{
    backoff b{{}, 7};
    waits(b, 10);
    std::set<ns> seen;
    std::vector<int> tenths(10);
    for (int i = 0; i < 10000; ++i) {
        ns const wait = b.next();
        seen.insert(wait);
        REQUIRE(wait >= 2500ms);
        REQUIRE(wait <= 5000ms);
        ++tenths[std::min<std::size_t>(9, static_cast<std::size_t>((wait - 2500ms) / 250ms))];
    }
    CHECK(seen.size() > 9900);
    for (int const count : tenths) {
        CHECK(count > 850);
        CHECK(count < 1150);
    }
}

TEST_CASE("clients with different seeds do not come back in step, those with the same seed do")
{
    backoff first{{}, 1};
    backoff second{{}, 2};
    backoff same{{}, 1};
    auto const a = waits(first, 100);
    auto const b = waits(second, 100);
    CHECK(a == waits(same, 100));
    int equal = 0;
    for (std::size_t i = 0; i != a.size(); ++i)
        equal += a[i] == b[i];
    CHECK(equal == 0);
}

TEST_CASE("a delay of nothing waits for nothing, as does a maximum of nothing or less")
{
    for (auto const& rule : {backoff_rule{0ms, 5000ms, 0.5}, backoff_rule{1000ms, 0ms, 0.5}, backoff_rule{-5ms, 5000ms, 1},
                             backoff_rule{1000ms, -1ms, 1}}) {
        backoff b{rule, 3};
        for (int i = 0; i < 100; ++i)
            CHECK(b.next() == 0ns);
    }
}

TEST_CASE("a maximum below the delay counts from the first attempt on")
{
    backoff b{{.delay = 1000ms, .delay_max = 300ms, .randomization = 0}, 1};
    CHECK(b.next() == 300ms);
}

TEST_CASE("a randomization outside of 0 to 1 is taken as the nearest")
{
    backoff none{{.delay = 1000ms, .delay_max = 5000ms, .randomization = -3}, 1};
    CHECK(none.next() == 1s);
    backoff all{{.delay = 1000ms, .delay_max = 100000ms, .randomization = 9}, 1};
    for (int i = 0; i < 1000; ++i) {
        all.reset();
        ns const wait = all.next();
        CHECK(wait >= 0ns);
        CHECK(wait <= 2s);
    }
}

TEST_CASE("the longest durations stay inside 64 bits")
{
    constexpr auto longest = std::chrono::milliseconds::max();
    backoff b{{.delay = longest, .delay_max = longest, .randomization = 1}, 1};
    for (int i = 0; i < 100; ++i) {
        ns const wait = b.next();
        CHECK(wait >= 0ns);
        CHECK(wait <= std::chrono::hours{24 * 12});
    }
}

TEST_CASE("a new rule is followed from the next attempt on and keeps the count")
{
    backoff b{plain, 1};
    waits(b, 2);
    b.set_rule({.delay = 10ms, .delay_max = 1000ms, .randomization = 0});
    CHECK(b.rule().delay == 10ms);
    CHECK(b.attempts() == 2);
    CHECK(b.next() == 40ms);
}

TEST_CASE("a connection that stood long enough is a new beginning, a shorter one is not")
{
    auto rule = plain;
    rule.stable_after = 10s;
    socketio::clock::time_point const start{1h};
    backoff b{rule, 1};
    waits(b, 2);
    b.opened(start);
    b.lost(start + 10s - 1ns);
    CHECK(b.attempts() == 2);
    CHECK(b.next() == 4s);
    b.opened(start + 20s);
    b.lost(start + 30s);
    CHECK(b.attempts() == 0);
    CHECK(b.next() == 1s);
}

TEST_CASE("unless asked for, a connection need not stand at all")
{
    for (auto const stable_after : {0ms, -1ms}) {
        auto rule = plain;
        rule.stable_after = stable_after;
        backoff b{rule, 1};
        waits(b, 3);
        b.opened(socketio::clock::time_point{1h});
        b.lost(socketio::clock::time_point{1h});
        CHECK(b.attempts() == 0);
    }
}

TEST_CASE("a server that accepts and drops a million times is asked ever more seldom, and every attempt counts")
{
    backoff b{{.stable_after = 5s}, 42};
    socketio::clock::time_point now{};
    ns least = ns::max();
    for (std::uint64_t i = 1; i <= 1000000; ++i) {
        ns const wait = b.next();
        if (i > 4)
            least = std::min(least, wait);
        REQUIRE(wait > 0ns);
        REQUIRE(wait <= 5s);
        b.opened(now += wait);
        b.lost(now += 1ms);
        REQUIRE(b.attempts() == i);
    }
    CHECK(least >= 2500ms);
    b.opened(now);
    b.lost(now + 5s);
    CHECK(b.attempts() == 0);
}

TEST_CASE("the longest time to be stable is never reached")
{
    auto rule = plain;
    rule.stable_after = std::chrono::milliseconds::max();
    backoff b{rule, 1};
    b.next();
    b.opened(socketio::clock::time_point{});
    b.lost(socketio::clock::never());
    CHECK(b.attempts() == 1);
}

TEST_CASE("what the server asks for is the least wait, and the spread comes on top of it")
{
    backoff exact{plain, 1};
    CHECK(exact.next(60s) == 60s);
    CHECK(exact.attempts() == 1);
    CHECK(exact.next(1s) == 2s);
    CHECK(exact.next(0ms) == 4s);
    backoff spread{{}, 42};
    ns least = ns::max();
    ns most = 0ns;
    std::set<ns> all;
    for (int i = 0; i < 1000; ++i) {
        ns const wait = spread.next(60s);
        least = std::min(least, wait);
        most = std::max(most, wait);
        all.insert(wait);
    }
    CHECK(least >= 60s);
    CHECK(least < 62s);
    CHECK(most <= 90s);
    CHECK(most > 88s);
    CHECK(all.size() > 990);
    CHECK(spread.next(std::chrono::milliseconds::max()) <= std::chrono::hours(24 * 12));
}

TEST_CASE("attempts that wait for nothing are bounded: some in a row, and then one at a time")
{
    attempt_pace pace;
    clock::time_point now{1h};
    for (int i = 0; i < attempt_pace::in_a_row; ++i) {
        CHECK(pace.earliest() <= now);
        pace.made(now);
    }
    for (int i = 0; i < 1000; ++i) {
        auto const next = std::max(now, pace.earliest());
        CHECK(next == now + attempt_pace::step);
        now = next;
        pace.made(now);
    }
    // Rested, but not more than that.
    now += 1h;
    for (int i = 0; i < attempt_pace::in_a_row; ++i) {
        CHECK(pace.earliest() <= now);
        pace.made(now);
    }
    CHECK(pace.earliest() > now);
}

TEST_CASE("attempts that are slow by themselves wait for no pace")
{
    attempt_pace pace;
    clock::time_point now{1h};
    for (int i = 0; i < 10000; ++i) {
        CHECK(pace.earliest() <= now);
        pace.made(now);
        now += attempt_pace::step;
    }
}

} // namespace backoff_tests

#include <socketio/session/alarms.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>

namespace alarms_tests {

using namespace std::chrono_literals;
using socketio::detail::alarms;

TEST_CASE("alarms go off in the order of their times, once each, and not before")
{
    alarms set;
    CHECK(set.deadline() == socketio::clock::never());
    socketio::clock::time_point const start{};
    std::string rung;
    set.set(start + 3s, [&] { rung += 'c'; });
    set.set(start + 1s, [&] { rung += 'a'; });
    set.set(start + 1s, [&] { rung += 'b'; });
    CHECK(set.deadline() == start + 1s);
    CHECK_FALSE(set.take_due(start + 999ms));
    while (auto due = set.take_due(start + 2s))
        due();
    CHECK(rung == "ab");
    CHECK(set.deadline() == start + 3s);
}

TEST_CASE("an alarm that was cleared does not go off; clearing it later, or none, does nothing")
{
    alarms set;
    socketio::clock::time_point const start{};
    auto const cleared = set.set(start + 1s, [] { FAIL("cleared"); });
    auto const other = set.set(start + 1s, [] {});
    set.clear(cleared);
    set.clear(cleared);
    set.clear({});
    CHECK(set.take_due(start + 1s));
    set.clear(other);
    CHECK_FALSE(set.take_due(start + 1s));
    set.set(start, [] {});
    set.clear_all();
    CHECK(set.deadline() == socketio::clock::never());
}

TEST_CASE("an alarm is brought forward, and not put off")
{
    alarms set;
    socketio::clock::time_point const start{};
    std::string rung;
    alarms::key key;
    set.bring_forward(key, socketio::clock::never(), [] { FAIL("never"); });
    CHECK(key == alarms::key{});
    set.bring_forward(key, start + 3s, [] { FAIL("was brought forward"); });
    set.bring_forward(key, start + 1s, [&] { rung += 'a'; });
    set.bring_forward(key, start + 2s, [] { FAIL("is not sooner"); });
    CHECK(set.deadline() == start + 1s);
    while (auto due = set.take_due(start + 5s))
        due();
    CHECK(rung == "a");
}

} // namespace alarms_tests

#include <socketio/session/connect_throttle.hpp>

#include <doctest/doctest.h>

namespace connect_throttle_tests {

using socketio::clock;
using socketio::detail::connect_throttle;

namespace {
clock::time_point const noon{std::chrono::hours{12}};
}

TEST_CASE("a namespace may be asked for at once if nothing is in the way")
{
    connect_throttle const gate;
    CHECK(gate.opens_at("/") == clock::time_point::min());
}

TEST_CASE("a namespace is not asked for again before the answer")
{
    connect_throttle gate;
    gate.asked("/a");
    CHECK(gate.opens_at("/a") == clock::never());
    CHECK(gate.opens_at("/b") == clock::time_point::min());
    CHECK_FALSE(gate.answered("/b"));
    CHECK(gate.answered("/a"));
    CHECK(gate.opens_at("/a") == clock::time_point::min());
    CHECK_FALSE(gate.answered("/a"));
}

TEST_CASE("after leaving, a namespace is asked for a moment later")
{
    connect_throttle gate;
    gate.left("/a", noon);
    CHECK(gate.opens_at("/a") == noon + connect_throttle::pause);
    CHECK_FALSE(gate.answered("/a"));
    gate.asked("/a");
    CHECK(gate.opens_at("/a") == clock::never());
}

TEST_CASE("a new connection starts with open gates")
{
    connect_throttle gate;
    gate.asked("/a");
    gate.left("/b", noon);
    gate.clear();
    CHECK(gate.opens_at("/a") == clock::time_point::min());
    CHECK(gate.opens_at("/b") == clock::time_point::min());
}

} // namespace connect_throttle_tests

#include <socketio/session/heartbeat.hpp>

#include <doctest/doctest.h>

namespace heartbeat_tests {

using namespace socketio::detail;
using socketio::clock;
using namespace std::chrono_literals;

namespace {

constexpr auto start = clock::time_point{1000h};

} // namespace

TEST_CASE("without settings nothing ever expires")
{
    heartbeat h;
    CHECK(h.deadline() == clock::never());
    CHECK_FALSE(h.expired(start + 100000h));
    CHECK_FALSE(h.take_ping(start + 100000h));
}

TEST_CASE("silence for pingInterval and pingTimeout is the end for a client")
{
    heartbeat h{role::client, 25s, 20s, start};
    CHECK(h.deadline() == start + 45s);
    CHECK_FALSE(h.expired(start));
    CHECK_FALSE(h.expired(start + 45s - 1ns));
    CHECK(h.expired(start + 45s));
    CHECK(h.expired(start + 10h));
}

TEST_CASE("every ping starts the client's time anew, and a client never pings")
{
    heartbeat h{role::client, 25s, 20s, start};
    auto now = start;
    for (int i = 0; i < 1000; ++i) {
        now += 44s;
        CHECK_FALSE(h.expired(now));
        CHECK_FALSE(h.take_ping(now));
        h.received(now);
        CHECK(h.deadline() == now + 45s);
    }
    CHECK_FALSE(h.take_ping(now + 45s));
    CHECK(h.expired(now + 45s));
}

TEST_CASE("a ping may come late, as long as nobody has looked")
{
    heartbeat h{role::client, 25s, 20s, start};
    h.received(start + 60s);
    CHECK_FALSE(h.expired(start + 60s));
    CHECK(h.deadline() == start + 105s);
}

TEST_CASE("once somebody has looked and found it expired, a late ping does not help")
{
    heartbeat h{role::client, 25s, 20s, start};
    CHECK(h.expired(start + 45s));
    h.received(start + 46s);
    CHECK(h.expired(start + 46s));
    CHECK(h.deadline() == start + 45s); // so that a timer finds it at once
}

TEST_CASE("a server pings once, pingInterval after the last pong")
{
    heartbeat h{role::server, 25s, 20s, start};
    CHECK(h.deadline() == start + 25s);
    CHECK_FALSE(h.take_ping(start + 25s - 1ns));
    CHECK_FALSE(h.expired(start + 25s));
    CHECK(h.take_ping(start + 25s));
    CHECK_FALSE(h.take_ping(start + 25s));
    CHECK(h.deadline() == start + 45s);
    h.received(start + 26s);
    CHECK(h.deadline() == start + 51s);
    CHECK_FALSE(h.take_ping(start + 50s));
    CHECK(h.take_ping(start + 51s));
}

TEST_CASE("a ping without an answer for pingTimeout is the end for a server")
{
    heartbeat h{role::server, 25s, 20s, start};
    CHECK_FALSE(h.expired(start + 10h));
    REQUIRE(h.take_ping(start + 30s));
    CHECK(h.deadline() == start + 50s);
    CHECK_FALSE(h.expired(start + 50s - 1ns));
    CHECK(h.expired(start + 50s));
    CHECK_FALSE(h.take_ping(start + 50s));
}

TEST_CASE("a pong that nobody asked for only moves the next ping")
{
    heartbeat h{role::server, 25s, 20s, start};
    h.received(start + 20s);
    CHECK_FALSE(h.take_ping(start + 25s));
    CHECK(h.take_ping(start + 45s));
}

} // namespace heartbeat_tests

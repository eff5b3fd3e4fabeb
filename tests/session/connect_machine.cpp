#include <socketio/session/connect_machine.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace connect_machine_tests {

using namespace socketio::detail;
using namespace std::chrono_literals;
using socketio::clock;

namespace {

std::string milliseconds(clock::duration span)
{
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(span).count()) + " ms";
}

std::string text(connect_phase phase)
{
    switch (phase) {
    case connect_phase::closed: return "closed";
    case connect_phase::waiting: return "waiting";
    case connect_phase::announced: return "announced";
    case connect_phase::asking_query: return "asking for the query";
    case connect_phase::asking_headers: return "asking for the headers";
    case connect_phase::dialing: return "dialing";
    case connect_phase::handshake: return "handshake";
    case connect_phase::open: return "open";
    }
    return "?";
}

// A machine without chance, and the manager's part: it does at once what the machine says, except to wait.
struct driver {
    reconnect_values values{.wait = {.randomization = 0}};
    connect_machine machine{values.wait, 1};
    clock::time_point now{1h};

    std::string text_of(connect_action const& action) const
    {
        std::string said;
        switch (action.type) {
        case connect_action::kind::none: said = "none"; break;
        case connect_action::kind::begin: said = "begin " + std::to_string(action.attempt); break;
        case connect_action::kind::time_out: said = "time out"; break;
        case connect_action::kind::announce: said = "announce " + std::to_string(action.attempt); break;
        case connect_action::kind::wait: said = "wait " + milliseconds(action.until - now); break;
        case connect_action::kind::give_up: said = "give up"; break;
        }
        return action.reconnect_error ? said + ", reconnect_error" : said;
    }

    std::string phase() const { return text(machine.phase()); }
    std::string open() { return text_of(machine.open(now, values.timeout)); }
    std::string announced() { return text_of(machine.announced(now, values.timeout)); }
    std::string next(std::chrono::milliseconds asked = {}) { return text_of(machine.next(now, values, asked)); }
    std::string tick() { return text_of(machine.tick(now)); }
    std::string reconnect_now() { return text_of(machine.reconnect_now()); }

    std::string fail(std::chrono::milliseconds asked = {})
    {
        machine.failed();
        return next(asked);
    }
    std::string lose()
    {
        machine.lost(now, values.wait);
        return next();
    }
    std::string close()
    {
        if (!machine.close())
            return "nothing to end";
        return "ended, " + lose();
    }
    // To the moment that the machine waits for.
    std::string wait()
    {
        now = machine.deadline();
        return tick();
    }
    bool advance_to_handshake(std::uint64_t attempt)
    {
        return machine.advance(attempt, connect_phase::asking_query) &&
               machine.advance(attempt, connect_phase::asking_headers) &&
               machine.advance(attempt, connect_phase::dialing);
    }
    std::uint64_t connect()
    {
        static_cast<void>(open());
        return machine.opened(now);
    }
};

} // namespace

TEST_CASE("at first nothing is under way, and time changes nothing")
{
    driver d;
    CHECK(d.phase() == "closed");
    CHECK(d.machine.deadline() == clock::never());
    d.now += 10000h;
    CHECK(d.tick() == "none");
    CHECK(d.phase() == "closed");
    CHECK(d.machine.attempts() == 0);
}

TEST_CASE("asked to open it begins the first attempt, asked again it does not begin another")
{
    driver d;
    CHECK(d.open() == "begin 1");
    CHECK(d.phase() == "asking for the query");
    CHECK(d.machine.is_opening());
    CHECK(d.open() == "none");
    d.machine.opened(d.now);
    CHECK(d.machine.is_open());
    CHECK(d.open() == "none");
}

TEST_CASE("an attempt goes through its phases in order, each once")
{
    driver d;
    d.open();
    CHECK_FALSE(d.machine.advance(1, connect_phase::asking_headers));
    CHECK_FALSE(d.machine.advance(1, connect_phase::dialing));
    CHECK(d.machine.advance(1, connect_phase::asking_query));
    CHECK(d.phase() == "asking for the headers");
    CHECK_FALSE(d.machine.advance(1, connect_phase::asking_query));
    CHECK(d.machine.advance(1, connect_phase::asking_headers));
    CHECK(d.phase() == "dialing");
    CHECK_FALSE(d.machine.advance(1, connect_phase::asking_headers));
    CHECK(d.machine.advance(1, connect_phase::dialing));
    CHECK(d.phase() == "handshake");
    CHECK(d.machine.is_opening());
    CHECK_FALSE(d.machine.advance(1, connect_phase::dialing));
    CHECK(d.machine.opened(d.now) == 0);
    CHECK(d.phase() == "open");
}

TEST_CASE("the answers of an attempt that is over are dropped, also while the next one is under way")
{
    driver d;
    d.open();
    CHECK(d.machine.is_current(1));
    d.fail();
    CHECK_FALSE(d.machine.is_current(1));
    CHECK_FALSE(d.machine.advance(1, connect_phase::asking_query));
    d.wait();
    CHECK(d.announced() == "begin 2");
    CHECK_FALSE(d.machine.is_current(1));
    CHECK_FALSE(d.machine.advance(1, connect_phase::asking_query));
    CHECK(d.phase() == "asking for the query");
    CHECK(d.advance_to_handshake(2));
}

TEST_CASE("an open connection has no attempt that is current")
{
    driver d;
    d.connect();
    CHECK_FALSE(d.machine.is_current(1));
    CHECK_FALSE(d.machine.advance(1, connect_phase::handshake));
    CHECK_FALSE(d.machine.advance(1, connect_phase::open));
    CHECK(d.phase() == "open");
}

TEST_CASE("an attempt has one deadline for all of its phases")
{
    driver d;
    auto const start = d.now;
    d.open();
    CHECK(d.machine.deadline() == start + 20s);
    d.now += 10s;
    REQUIRE(d.advance_to_handshake(1));
    CHECK(d.machine.deadline() == start + 20s);
    CHECK(d.tick() == "none");
    d.now = start + 20s - 1ns;
    CHECK(d.tick() == "none");
    d.now = start + 20s;
    CHECK(d.tick() == "time out");
    CHECK(d.machine.is_current(1));
    CHECK(d.fail() == "wait 1000 ms");
}

TEST_CASE("an attempt without a timeout may take for ever, and so may an open connection")
{
    driver d;
    d.values.timeout = 0ms;
    d.open();
    CHECK(d.machine.deadline() == clock::never());
    d.now += 100000h;
    CHECK(d.tick() == "none");
    d.machine.opened(d.now);
    CHECK(d.machine.deadline() == clock::never());
}

TEST_CASE("the longest timeout is never reached")
{
    driver d;
    d.values.timeout = std::chrono::milliseconds::max();
    d.open();
    CHECK(d.machine.deadline() == clock::never());
}

TEST_CASE("a failed attempt is followed by another: the wait, its announcement, the attempt")
{
    driver d;
    d.open();
    d.machine.failed();
    CHECK(d.phase() == "closed");
    CHECK(d.next() == "wait 1000 ms");
    CHECK(d.phase() == "waiting");
    CHECK(d.machine.is_reconnecting());
    d.now = d.machine.deadline() - 1ns;
    CHECK(d.tick() == "none");
    d.now += 1ns;
    CHECK(d.tick() == "announce 1");
    CHECK(d.phase() == "announced");
    CHECK(d.machine.deadline() == clock::never());
    CHECK(d.tick() == "none");
    CHECK(d.announced() == "begin 2");
    CHECK(d.machine.is_reconnecting());
    CHECK(d.announced() == "none");
}

TEST_CASE("the waits double up to their maximum, and every failure of an attempt to reconnect is told as one")
{
    driver d;
    d.open();
    std::vector<std::string> waits{d.fail()};
    for (int i = 0; i < 5; ++i) {
        d.wait();
        d.announced();
        waits.push_back(d.fail());
    }
    CHECK(waits == std::vector<std::string>{"wait 1000 ms", "wait 2000 ms, reconnect_error",
                                            "wait 4000 ms, reconnect_error", "wait 5000 ms, reconnect_error",
                                            "wait 5000 ms, reconnect_error", "wait 5000 ms, reconnect_error"});
}

TEST_CASE("opened after attempts it says how many they were, after none nothing")
{
    driver d;
    CHECK(d.connect() == 0);
    CHECK(d.lose() == "wait 1000 ms");
    for (int i = 0; i < 3; ++i) {
        d.wait();
        d.announced();
        d.fail();
    }
    CHECK(d.wait() == "announce 4");
    d.announced();
    CHECK(d.machine.opened(d.now) == 4);
    CHECK_FALSE(d.machine.is_reconnecting());
}

TEST_CASE("a first connection that took attempts is a reconnection as well")
{
    driver d;
    d.open();
    d.fail();
    d.wait();
    d.announced();
    CHECK(d.machine.opened(d.now) == 1);
}

TEST_CASE("the attempts of one loss do not count for the next")
{
    driver d;
    d.connect();
    for (int i = 0; i < 3; ++i) {
        CHECK(d.lose() == "wait 1000 ms");
        CHECK(d.wait() == "announce 1");
        d.announced();
        CHECK(d.machine.opened(d.now) == 1);
        d.now += 1ms;
    }
}

TEST_CASE("with stable_after a connection that is lost too soon was one more attempt that failed")
{
    driver d;
    d.values.wait.stable_after = 10s;
    d.connect();
    d.now += 10s;
    CHECK(d.lose() == "wait 1000 ms");
    d.wait();
    d.announced();
    CHECK(d.machine.opened(d.now) == 1);
    d.now += 10s - 1ns;
    CHECK(d.lose() == "wait 2000 ms");
    CHECK(d.wait() == "announce 2");
    d.announced();
    d.machine.opened(d.now);
    d.now += 10s;
    CHECK(d.lose() == "wait 1000 ms");
}

TEST_CASE("the last of the attempts that are allowed is the last, and opening anew counts from one")
{
    driver d;
    d.values.attempts = 2;
    d.open();
    CHECK(d.fail() == "wait 1000 ms");
    d.wait();
    d.announced();
    CHECK(d.fail() == "wait 2000 ms, reconnect_error");
    d.wait();
    d.announced();
    CHECK(d.fail() == "give up, reconnect_error");
    CHECK(d.phase() == "closed");
    CHECK_FALSE(d.machine.is_reconnecting());
    CHECK(d.machine.deadline() == clock::never());
    d.now += 1000h;
    CHECK(d.tick() == "none");
    d.open();
    CHECK(d.fail() == "wait 1000 ms");
    CHECK(d.machine.attempts() == 1);
}

TEST_CASE("without reconnection a failure and a loss are the end, until a connection is asked for")
{
    driver d;
    d.values.reconnection = false;
    d.open();
    CHECK(d.fail() == "none");
    CHECK(d.phase() == "closed");
    CHECK(d.connect() == 0);
    CHECK(d.lose() == "none");
    CHECK(d.phase() == "closed");
    CHECK(d.open() == "begin 3");
}

TEST_CASE("reconnection switched off during an attempt lets that go on, but makes no other")
{
    driver d;
    d.open();
    d.fail();
    d.wait();
    d.announced();
    d.values.reconnection = false;
    d.machine.stop_waiting();
    CHECK(d.machine.is_current(2));
    CHECK(d.fail() == "none, reconnect_error");
}

TEST_CASE("what is set counts from the next event on")
{
    driver d;
    d.open();
    d.values.wait.delay = 10ms;
    CHECK(d.fail() == "wait 10 ms");
    d.wait();
    d.values.timeout = 1s;
    d.announced();
    CHECK(d.machine.deadline() == d.now + 1s);
    d.values.wait.delay_max = 15ms;
    CHECK(d.fail() == "wait 15 ms, reconnect_error");
    d.wait();
    d.announced();
    d.values.attempts = 2;
    CHECK(d.fail() == "give up, reconnect_error");
}

TEST_CASE("a server that asks for a longer wait gets it, one that asks for less does not")
{
    driver d;
    d.open();
    CHECK(d.fail(60s) == "wait 60000 ms");
    d.wait();
    d.announced();
    CHECK(d.fail(1s) == "wait 2000 ms, reconnect_error");
    d.wait();
    d.announced();
    CHECK(d.fail() == "wait 4000 ms, reconnect_error");
}

TEST_CASE("an attempt that would fail in the same way again is not repeated, not even after a loss of memory")
{
    driver d;
    d.open();
    d.machine.failed();
    d.machine.abandon();
    CHECK(d.phase() == "closed");
    CHECK_FALSE(d.machine.is_stranded());
    CHECK(d.next() == "none");
    CHECK(d.open() == "begin 2");
    CHECK(d.fail() == "wait 1000 ms");
}

TEST_CASE("closed while it is open, opening, waiting or announced, nothing is under way any more")
{
    driver d;
    SUBCASE("open") { d.connect(); }
    SUBCASE("opening") { d.open(); }
    SUBCASE("waiting")
    {
        d.open();
        d.fail();
    }
    SUBCASE("announced")
    {
        d.open();
        d.fail();
        d.wait();
    }
    CHECK(d.close() == "ended, none");
    CHECK(d.phase() == "closed");
    CHECK_FALSE(d.machine.is_current(1));
    CHECK_FALSE(d.machine.is_reconnecting());
    CHECK(d.machine.deadline() == clock::never());
    CHECK(d.announced() == "none");
    CHECK(d.reconnect_now() == "none");
    CHECK(d.next() == "none");
    CHECK(d.close() == "nothing to end");
    d.now += 1000h;
    CHECK(d.tick() == "none");
}

TEST_CASE("closed before anything has begun there is nothing to end, and nothing begins by itself")
{
    driver d;
    CHECK(d.close() == "nothing to end");
    CHECK_FALSE(d.machine.is_stranded());
    CHECK(d.next() == "none");
    CHECK(d.open() == "begin 1");
}

TEST_CASE("after close a new beginning counts from one")
{
    driver d;
    d.connect();
    d.lose();
    d.wait();
    d.announced();
    d.close();
    CHECK(d.open() == "begin 3");
    CHECK(d.machine.opened(d.now) == 0);
    CHECK(d.lose() == "wait 1000 ms");
    CHECK(d.wait() == "announce 1");
}

TEST_CASE("a connection that is asked for during the wait begins at once, and is a reconnection still")
{
    driver d;
    d.open();
    d.fail();
    CHECK(d.open() == "begin 2");
    CHECK(d.machine.is_reconnecting());
    CHECK(d.fail() == "wait 2000 ms, reconnect_error");
    CHECK(d.open() == "begin 3");
    CHECK(d.machine.opened(d.now) == 2);
}

TEST_CASE("a listener of the announcement that asks for a connection begins the one attempt that there is")
{
    driver d;
    d.open();
    d.fail();
    d.wait();
    CHECK(d.open() == "begin 2");
    CHECK(d.announced() == "none");
    CHECK(d.machine.is_current(2));
}

TEST_CASE("a listener of the announcement may call the attempt off, and begin another that is a first one")
{
    driver d;
    d.open();
    d.fail();
    d.wait();
    SUBCASE("by switching reconnection off")
    {
        d.machine.stop_waiting();
        CHECK(d.phase() == "closed");
    }
    SUBCASE("by closing") { d.close(); }
    SUBCASE("by closing, and opening again")
    {
        d.close();
        CHECK(d.open() == "begin 2");
        CHECK(d.announced() == "none");
        CHECK(d.machine.opened(d.now) == 0);
        return;
    }
    CHECK(d.announced() == "none");
    CHECK_FALSE(d.machine.is_reconnecting());
    CHECK(d.open() == "begin 2");
    CHECK(d.machine.opened(d.now) == 0);
}

TEST_CASE("the end of the waiting is no close: the next loss is followed up")
{
    driver d;
    d.connect();
    d.lose();
    d.machine.stop_waiting();
    CHECK(d.phase() == "closed");
    CHECK(d.machine.deadline() == clock::never());
    CHECK(d.connect() == 0);
    d.machine.stop_waiting();
    CHECK(d.phase() == "open");
    CHECK(d.lose() == "wait 1000 ms");
}

TEST_CASE("reconnect_now does not wait, and is the first attempt again each time")
{
    driver d;
    d.open();
    d.fail();
    d.wait();
    d.announced();
    d.fail();
    CHECK(d.machine.attempts() == 2);
    CHECK(d.reconnect_now() == "announce 1");
    CHECK(d.reconnect_now() == "none");
    CHECK(d.announced() == "begin 3");
    CHECK(d.reconnect_now() == "none");
    CHECK(d.fail() == "wait 2000 ms, reconnect_error");
    CHECK(d.reconnect_now() == "announce 1");
    d.announced();
    CHECK(d.machine.opened(d.now) == 1);
    CHECK(d.reconnect_now() == "none");
}

TEST_CASE("reconnect_now does nothing where nothing is waited for")
{
    driver d;
    CHECK(d.reconnect_now() == "none");
    d.open();
    CHECK(d.reconnect_now() == "none");
    d.close();
    CHECK(d.reconnect_now() == "none");
    CHECK(d.machine.attempts() == 0);
}

TEST_CASE("wanted, but with nothing under way, it is stranded: between a failure and its next, and in an announcement")
{
    driver d;
    d.open();
    CHECK_FALSE(d.machine.is_stranded());
    d.machine.failed();
    CHECK(d.machine.is_stranded());
    // No memory to tell the sockets: it fails once more.
    CHECK(d.fail() == "wait 1000 ms");
    CHECK_FALSE(d.machine.is_stranded());
    d.wait();
    CHECK(d.machine.is_stranded());
    CHECK(d.fail() == "wait 2000 ms, reconnect_error");
    CHECK(d.announced() == "none");
}

TEST_CASE("a loss of memory in the middle of a reconnection does not make the failure an ordinary one")
{
    driver d;
    d.open();
    d.fail();
    d.wait();
    d.announced();
    d.machine.failed();
    CHECK(d.machine.is_reconnecting());
    CHECK(d.fail() == "wait 2000 ms, reconnect_error");
}

TEST_CASE("a loss during a reconnection ends that: the wait after it is a new one")
{
    driver d;
    d.connect();
    d.lose();
    d.wait();
    CHECK(d.lose() == "wait 1000 ms");
}

TEST_CASE("a machine that slept through its deadlines announces at once, and times out at once")
{
    driver d;
    d.open();
    d.fail();
    d.now += 100h;
    CHECK(d.tick() == "announce 1");
    d.announced();
    d.now += 100h;
    CHECK(d.tick() == "time out");
}

TEST_CASE("an attempt that times out with no delay is announced in the same moment")
{
    driver d;
    d.values.wait.delay = 0ms;
    d.open();
    d.now = d.machine.deadline();
    CHECK(d.tick() == "time out");
    CHECK(d.fail() == "wait 0 ms");
    CHECK(d.tick() == "announce 1");
}

TEST_CASE("attempts without a delay are paced: some in a row, and then one at a time")
{
    driver d;
    d.values.wait.delay = 0ms;
    d.open();
    auto const start = d.now;
    for (int i = 1; i < attempt_pace::in_a_row; ++i) {
        d.fail();
        d.wait();
        REQUIRE(d.now == start);
        d.announced();
    }
    for (int i = 1; i < 100; ++i) {
        d.fail();
        d.wait();
        REQUIRE(d.now == start + i * attempt_pace::step);
        d.announced();
    }
}

TEST_CASE("a million attempts to reconnect each wait within their bounds, and each is counted")
{
    driver d;
    d.values.wait.randomization = 0.5;
    REQUIRE(d.machine.open(d.now, d.values.timeout).attempt == 1);
    clock::duration least = clock::duration::max();
    clock::duration most{0};
    std::uint64_t wrong = 0;
    for (std::uint64_t i = 1; i <= 1000000; ++i) {
        d.machine.failed();
        auto const wait = d.machine.next(d.now, d.values);
        wrong += wait.type != connect_action::kind::wait || wait.reconnect_error != (i > 1);
        if (i > 4) {
            least = std::min(least, wait.until - d.now);
            most = std::max(most, wait.until - d.now);
        }
        d.now = d.machine.deadline();
        wrong += d.machine.tick(d.now).attempt != i;
        wrong += d.machine.announced(d.now, d.values.timeout).attempt != i + 1;
        wrong += !d.machine.is_current(i + 1) || d.machine.is_current(i);
    }
    CHECK(wrong == 0);
    CHECK(d.machine.attempts() == 1000000);
    CHECK(least >= 2500ms);
    CHECK(least < 2510ms);
    CHECK(most <= 5000ms);
    CHECK(most > 4990ms);
    CHECK(d.advance_to_handshake(1000001));
    CHECK(d.machine.opened(d.now) == 1000000);
    CHECK(d.lose().starts_with("wait "));
    CHECK(d.machine.attempts() == 1);
}

TEST_CASE("a million attempts without a delay take as long as their pace says")
{
    driver d;
    d.values.wait.delay = 0ms;
    auto const start = d.now;
    static_cast<void>(d.machine.open(d.now, d.values.timeout));
    for (int i = 0; i < 1000000; ++i) {
        d.machine.failed();
        static_cast<void>(d.machine.next(d.now, d.values));
        d.now = d.machine.deadline();
        static_cast<void>(d.machine.tick(d.now));
        static_cast<void>(d.machine.announced(d.now, d.values.timeout));
    }
    CHECK(d.now - start == (1000000 - (attempt_pace::in_a_row - 1)) * attempt_pace::step);
}

TEST_CASE("a server that accepts and drops a million times is asked ever more seldom")
{
    driver d;
    d.values.wait = {.randomization = 0.5, .stable_after = 5s};
    d.connect();
    clock::duration least = clock::duration::max();
    for (std::uint64_t i = 1; i <= 1000000; ++i) {
        d.now += 1ms;
        d.machine.lost(d.now, d.values.wait);
        auto const wait = d.machine.next(d.now, d.values);
        if (i > 4)
            least = std::min(least, wait.until - d.now);
        d.now = wait.until;
        static_cast<void>(d.machine.tick(d.now));
        static_cast<void>(d.machine.announced(d.now, d.values.timeout));
        REQUIRE(d.machine.opened(d.now) == i);
    }
    CHECK(least >= 2500ms);
}

TEST_CASE("the longest delays and what a server may ask for stay inside the clock")
{
    driver d;
    constexpr auto longest = std::chrono::milliseconds::max();
    d.values.wait = {.delay = longest, .delay_max = longest, .randomization = 1, .stable_after = longest};
    d.open();
    for (int i = 0; i < 1000; ++i) {
        d.fail(longest);
        REQUIRE(d.machine.deadline() >= d.now);
        REQUIRE(d.machine.deadline() <= d.now + 12 * 24h);
        d.wait();
        d.announced();
    }
    // At the end of time it waits for ever.
    d.now = clock::never() - 1ns;
    d.fail(longest);
    CHECK(d.phase() == "waiting");
    CHECK(d.machine.deadline() == clock::never());
}

} // namespace connect_machine_tests

#include <socketio/core/emitter.hpp>

#include <socketio/core/config.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace emitter_tests {

namespace {

// What is dispatched in these tests: a list that every listener writes its name into.
struct call : socketio::detail::emitted {
    std::string heard;
};

using emitter = socketio::detail::emitter<call>;

auto writes(std::string name)
{
    return [name = std::move(name)](call& c) { c.heard += name; };
}

std::string dispatched(emitter& from, std::string_view event)
{
    call c;
    from.dispatch(event, c);
    return c.heard;
}

} // namespace

TEST_CASE("listeners are called in the order in which they were added")
{
    emitter e;
    e.on("x", writes("1"));
    e.on("x", writes("2"));
    e.on("y", writes("y"));
    e.on("x", writes("3"));
    CHECK(dispatched(e, "x") == "123");
    CHECK(dispatched(e, "y") == "y");
    CHECK(dispatched(e, "z") == "");
}

TEST_CASE("catch-all listeners are called first, those in front before the others")
{
    emitter e;
    e.on("x", writes("x"));
    e.on_any(writes("a"));
    e.on_any(writes("b"));
    e.on_any(writes("c"), true);
    e.on_any(writes("d"), true);
    CHECK(dispatched(e, "x") == "dcabx");
    CHECK(dispatched(e, "nobody listens") == "dcab");
}

TEST_CASE("catch-all listeners do not hear the library's own events")
{
    emitter e;
    e.on_any(writes("a"));
    e.on("connect", writes("c"));
    call c;
    e.dispatch_reserved("connect", c);
    CHECK(c.heard == "c");
}

TEST_CASE("a once listener is called once, also when it causes the same event")
{
    emitter e;
    e.on("x", writes("1"), true);
    e.on("x", writes("2"));
    CHECK(dispatched(e, "x") == "12");
    CHECK(dispatched(e, "x") == "2");

    e.on("again", [&e](call& c) { c.heard += "once" + dispatched(e, "again"); }, true);
    e.on("again", writes("."));
    CHECK(dispatched(e, "again") == "once..");
    CHECK(dispatched(e, "again") == ".");
}

TEST_CASE("off by number takes one listener, off by name those of the event")
{
    emitter e;
    auto const first = e.on("x", writes("1"));
    e.on("x", writes("2"));
    auto const any = e.on_any(writes("a"));
    e.on("y", writes("y"));
    CHECK(dispatched(e, "x") == "a12");
    e.off(first);
    CHECK(dispatched(e, "x") == "a2");
    e.off(first);
    CHECK(dispatched(e, "x") == "a2");
    e.off(any);
    CHECK(dispatched(e, "x") == "2");
    e.off("x");
    e.off("never heard of");
    CHECK(dispatched(e, "x") == "");
    CHECK(dispatched(e, "y") == "y");
}

TEST_CASE("off for all names spares catch-all listeners, and off for these the names")
{
    emitter e;
    e.on("x", writes("x"));
    e.on_any(writes("a"));
    e.off_named();
    CHECK(dispatched(e, "x") == "a");
    e.on("x", writes("x"));
    e.off_any();
    CHECK(dispatched(e, "x") == "x");
    e.on_any(writes("a"));
    e.off_all();
    CHECK(dispatched(e, "x") == "");
}

TEST_CASE("once closed nobody listens any more, and nobody comes")
{
    emitter e;
    auto held = std::make_shared<int>(0);
    e.on("x", [held](call& c) { c.heard += "x"; });
    e.on_any(writes("a"));
    CHECK(dispatched(e, "x") == "ax");
    e.close();
    CHECK(held.use_count() == 1);
    e.on("x", [held](call& c) { c.heard += "late"; });
    e.on_any(writes("late"));
    CHECK(held.use_count() == 1);
    CHECK_FALSE(e.has("x"));
    CHECK_FALSE(e.has_any());
    CHECK(dispatched(e, "x") == "");
    e.close();
}

TEST_CASE("it is known who listens")
{
    emitter e;
    CHECK(e.untouched());
    CHECK_FALSE(e.has("x"));
    CHECK_FALSE(e.has_any());
    auto const number = e.on("x", writes("x"));
    CHECK_FALSE(e.untouched());
    CHECK(e.has("x"));
    CHECK_FALSE(e.has("y"));
    e.off(number);
    CHECK_FALSE(e.has("x"));
    e.on_any(writes("a"));
    CHECK(e.has_any());
    e.on("x", writes("x"), true);
    dispatched(e, "x");
    CHECK_FALSE(e.has("x"));
}

TEST_CASE("numbers are never given twice")
{
    emitter e;
    auto const first = e.on("x", writes("x"));
    e.off(first);
    CHECK(e.on("x", writes("x")) != first);
    CHECK(e.on_any(writes("a")) != first);
}

TEST_CASE("what is removed during a round is not called any more")
{
    emitter e;
    emitter::id second = 0;
    e.on("x", [&](call& c) {
        c.heard += "1";
        e.off(second);
    });
    second = e.on("x", writes("2"));
    e.on("x", writes("3"));
    CHECK(dispatched(e, "x") == "13");

    e.on_any([&e](call& c) {
        c.heard += "a";
        e.off("x");
    });
    CHECK(dispatched(e, "x") == "a");
}

TEST_CASE("what is added during a round is called from the next event on")
{
    emitter e;
    bool added = false;
    e.on("x", [&](call& c) {
        c.heard += "1";
        if (!std::exchange(added, true)) {
            e.on("x", writes("2"));
            e.on_any(writes("a"));
        }
    });
    CHECK(dispatched(e, "x") == "1");
    CHECK(dispatched(e, "x") == "a12");
}

TEST_CASE("an event within an event is dispatched at once, with what was added meanwhile")
{
    emitter e;
    e.on("outer", [&](call& c) {
        e.on("inner", writes("i"));
        e.on("outer", writes("+"));
        c.heard += "(" + dispatched(e, "inner") + ")";
    });
    e.on("outer", writes("o"));
    CHECK(dispatched(e, "outer") == "(i)o");
}

TEST_CASE("a listener may remove itself while it runs, and what it holds lives until it returns")
{
    emitter e;
    auto held = std::make_shared<std::string>("held");
    emitter::id self = 0;
    self = e.on("x", [&e, &self, held](call& c) {
        e.off(self);
        c.heard += *held;
    });
    CHECK(held.use_count() == 2);
    CHECK(dispatched(e, "x") == "held");
    CHECK(held.use_count() == 1);
    CHECK(dispatched(e, "x") == "");
}

TEST_CASE("what a listener holds dies when it is removed, not with the next event")
{
    emitter e;
    auto held = std::make_shared<int>(0);
    auto const holds = [held](call&) {};
    auto const others = held.use_count();
    auto const number = e.on("x", holds);
    e.on("y", holds);
    e.on_any(holds);
    e.on("x", holds, true);
    CHECK(held.use_count() == others + 4);
    dispatched(e, "x");
    CHECK(held.use_count() == others + 3);
    e.off(number);
    CHECK(held.use_count() == others + 2);
    e.off("y");
    CHECK(held.use_count() == others + 1);
    e.off_all();
    CHECK(held.use_count() == others);
}

TEST_CASE("a listener that ends may use the emitter in its last moment")
{
    emitter e;
    struct leaver {
        emitter& from;
        emitter::id other;
        leaver(emitter& f, emitter::id o) : from{f}, other{o} {}
        leaver(leaver const&) = delete;
        leaver& operator=(leaver const&) = delete;
        ~leaver() { from.off(other); }
    };
    auto const other = e.on("y", writes("y"));
    auto const number = e.on("x", [last = std::make_unique<leaver>(e, other)](call&) {});
    dispatched(e, "x");
    e.off(number);
    CHECK_FALSE(e.has("y"));
    CHECK(dispatched(e, "x") == "");
}

TEST_CASE("captures that cannot be copied are no obstacle")
{
    emitter e;
    e.on("x", [text = std::make_unique<std::string>("moved")](call& c) { c.heard += *text; });
    CHECK(dispatched(e, "x") == "moved");
}

#if SOCKETIO_HAS_EXCEPTIONS
TEST_CASE("what a listener throws ends the round, goes through, and harms nothing else")
{
    emitter e;
    e.on("x", writes("1"));
    auto const thrower = e.on("x", [](call&) { throw std::runtime_error{"mine"}; });
    e.on("x", writes("3"));
    call c;
    CHECK_THROWS_WITH_AS(e.dispatch("x", c), "mine", std::runtime_error);
    CHECK(c.heard == "1");
    e.off(thrower);
    CHECK(dispatched(e, "x") == "13");
}

TEST_CASE("a once listener that throws is gone all the same")
{
    emitter e;
    e.on("x", [](call&) { throw std::runtime_error{"once"}; }, true);
    call c;
    CHECK_THROWS_AS(e.dispatch("x", c), std::runtime_error);
    CHECK_FALSE(e.has("x"));
    CHECK_NOTHROW(e.dispatch("x", c));
}
#endif

TEST_CASE("listeners come and go from other threads while events are dispatched")
{
    emitter e;
    std::atomic<bool> stop{false};
    std::atomic<int> heard{0};
    e.on("x", [&heard](call&) { ++heard; });
    auto const changer = [&](std::string const& event) {
        for (int i = 0; i < 300; ++i) {
            auto const number = e.on(event, writes("n"));
            auto const any = e.on_any([](call& c) { c.heard += "a"; }, i % 2 == 0);
            e.on(event, [](call&) {}, true);
            static_cast<void>(e.has(event));
            e.off(any);
            e.off(number);
        }
        if (event == "y")
            e.off(event);
    };
    std::thread one{changer, "x"};
    std::thread two{changer, "y"};
    std::thread three{[&] {
        changer("z");
        stop = true;
    }};
    int rounds = 0;
    while (!stop || rounds < 100) {
        call c;
        e.dispatch("x", c);
        e.dispatch("y", c);
        ++rounds;
    }
    one.join();
    two.join();
    three.join();
    CHECK(heard == rounds);
    CHECK(dispatched(e, "x") == "");
    CHECK(dispatched(e, "y") == "");
    CHECK_FALSE(e.has_any());
}

TEST_CASE("a once listener that another thread removes is called at most once")
{
    for (int round = 0; round < 50; ++round) {
        emitter e;
        std::atomic<int> heard{0};
        auto const number = e.on("x", [&heard](call&) { ++heard; }, true);
        std::thread remover{[&] { e.off(number); }};
        call c;
        e.dispatch("x", c);
        e.dispatch("x", c);
        remover.join();
        int const before = heard;
        e.dispatch("x", c);
        CHECK(before <= 1);
        CHECK(heard == before);
        CHECK_FALSE(e.has("x"));
    }
}

TEST_CASE("events that nobody listens to any more are forgotten, however many there were")
{
    emitter e;
    e.on("stays", writes("s"));
    for (int i = 0; i != 1000; ++i) {
        std::string const name = "answer " + std::to_string(i);
        e.on(name, writes("a"), true);
        REQUIRE(dispatched(e, name) == "a");
        REQUIRE(dispatched(e, name).empty());
    }
    CHECK(dispatched(e, "stays") == "s");
    // Also those that were dispatched for the last time while they had listeners.
    for (int round = 0; round != 3; ++round) {
        for (int i = 0; i != 100; ++i)
            e.on("event " + std::to_string(i), writes("e"));
        for (int i = 0; i != 100; ++i)
            REQUIRE(dispatched(e, "event " + std::to_string(i)) == "e");
        e.off_named();
        e.on("stays", writes("t"));
        CHECK(dispatched(e, "stays") == "t");
        CHECK(dispatched(e, "event 7").empty());
    }
}

TEST_CASE("events of one length that end in the same letter are kept apart, however they come and go")
{
    emitter e;
    for (int round = 0; round != 3; ++round) {
        e.on("first", writes("f"));
        e.on("least", writes("l"));
        CHECK(dispatched(e, "first") == "f");
        CHECK(dispatched(e, "least") == "l");
        CHECK(dispatched(e, "burst") == "");
        CHECK(dispatched(e, "first") == "f");
        e.off("first");
        CHECK(dispatched(e, "first") == "");
        CHECK(dispatched(e, "least") == "l");
        e.off_named();
        for (int i = 0; i != 100; ++i) {
            std::string const name = std::to_string(1000 + i) + "t";
            e.on(name, writes("x"));
            CHECK(dispatched(e, name) == "x");
            e.off(name);
        }
    }
    CHECK(dispatched(e, "") == "");
}

} // namespace emitter_tests

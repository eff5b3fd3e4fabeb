#include <socketio/net/installed_sources.hpp>

#include <socketio/net/deadline_timer.hpp>

#include "../support/hand_turned_sources.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

using namespace std::chrono_literals;
using socketio::clock;
using namespace socketio::detail;

namespace {

strand strand_of(asio::io_context& context) { return strand{known_executor{asio::any_io_executor{context.get_executor()}}}; }

struct timer_fixture {
    support::hand_turned_context world;
    strand on = strand_of(world.context);
    std::optional<deadline_timer> timer{std::in_place, on};
    int calls = 0;

    void arm(std::chrono::nanoseconds wait)
    {
        timer->arm(timer->now() + wait, [this] { ++calls; });
    }
};

} // namespace

TEST_CASE("without installed sources there is the system's time, and its random bytes")
{
    asio::io_context context;
    auto const from = sources_of(context);
    CHECK(from.time() == nullptr);
    auto const before = clock::now();
    auto const seen = from.now();
    CHECK(seen >= before);
    CHECK(seen <= clock::now());
    CHECK(from.random_seed() != from.random_seed());
}

TEST_CASE("installed sources tell the time and give the random bytes")
{
    support::hand_turned_context one{7};
    support::hand_turned_context same{7};
    support::hand_turned_context other{8};
    auto const from = sources_of(one.context);
    CHECK(from.now() == support::hand_turned_time::start);
    CHECK(from.wall_now() == support::hand_turned_time::first_day);
    auto const seed = from.random_seed();
    CHECK(seed == sources_of(same.context).random_seed());
    CHECK(seed != sources_of(other.context).random_seed());
}

TEST_CASE("a null source is the system's")
{
    asio::io_context context;
    socketio::install_sources(context, nullptr, std::make_shared<support::repeated_random>(1));
    auto const from = sources_of(context);
    CHECK(from.time() == nullptr);
    support::hand_turned_context same{1};
    CHECK(from.random_seed() == sources_of(same.context).random_seed());
    deadline_timer timer{strand_of(context)};
    auto const seen = timer.now();
    CHECK(seen <= clock::now());
}

TEST_CASE_FIXTURE(timer_fixture, "a timer fires when the source says so, and not before")
{
    arm(5s);
    world.settle();
    CHECK(calls == 0);
    world.time->turn_to(world.time->now() + 4999ms);
    world.settle();
    CHECK(calls == 0);
    world.time->turn_to(world.time->now() + 1ms);
    CHECK(calls == 0); // not inside the source's call
    world.settle();
    CHECK(calls == 1);
    CHECK(world.time->waiting() == 0);
}

TEST_CASE_FIXTURE(timer_fixture, "an armed timer is the context's work, and a cancelled one is not")
{
    arm(5s);
    world.context.restart();
    world.context.poll();
    CHECK_FALSE(world.context.stopped());
    timer->cancel();
    CHECK(world.time->waiting() == 0);
    world.context.poll();
    CHECK(world.context.stopped());
    CHECK(calls == 0);
}

TEST_CASE_FIXTURE(timer_fixture, "a timer that is armed for an earlier time fires then, once")
{
    arm(5s);
    arm(2s);
    arm(9s); // later: it fires early, and its owner looks again
    CHECK(world.run_until([this] { return calls != 0; }));
    CHECK(world.since_start() == 2s);
    CHECK(world.time->waiting() == 0);
    CHECK_FALSE(world.run_until([this] { return calls == 2; }));
}

TEST_CASE_FIXTURE(timer_fixture, "what a cancelled timer was to call is destroyed later, on the strand")
{
    auto const held = std::make_shared<int>(1);
    timer->arm(timer->now() + 1s, [held] {});
    CHECK(held.use_count() == 2);
    timer->cancel();
    CHECK(held.use_count() == 2);
    world.settle();
    CHECK(held.use_count() == 1);
}

TEST_CASE_FIXTURE(timer_fixture, "what a timer was to call is destroyed with the timer")
{
    auto const held = std::make_shared<int>(1);
    timer->arm(timer->now() + 1s, [held] {});
    timer.reset();
    CHECK(held.use_count() == 1);
    CHECK(world.time->waiting() == 0);
}

TEST_CASE("a callback that owns its timer goes with the context, though the source stays")
{
    struct owner {
        explicit owner(strand const& on) : timer{on} {}
        deadline_timer timer;
    };
    auto const time = std::make_shared<support::hand_turned_time>();
    std::weak_ptr<owner> seen;
    {
        asio::io_context context;
        socketio::install_sources(context, time, nullptr);
        auto const made = std::make_shared<owner>(strand_of(context));
        made->timer.arm(time->now() + 1s, [made] {});
        seen = made;
    }
    CHECK(seen.expired());
    CHECK(time->waiting() == 0);
    time->turn_to(time->now() + 1h);
}

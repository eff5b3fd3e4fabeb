// The timer below all deadlines, when the machine has slept.
#include <socketio/net/deadline_timer.hpp>

#include "sleeping_machine.hpp"
#include "support/run_until.hpp"

#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#if defined(SOCKETIO_TESTS_SLEEP)

namespace timers_tests {

using namespace std::chrono_literals;
using socketio::clock;
using socketio::detail::deadline_timer;

namespace {

struct timer_test {
    asio::io_context context;
    std::optional<support::no_sleepless_timers> without;

    struct one {
        explicit one(asio::io_context& on) : serial{socketio::detail::known_executor{asio::any_io_executor{on.get_executor()}}}, timer{serial} {}

        socketio::detail::strand serial;
        deadline_timer timer;
        int calls = 0;
        void arm(std::shared_ptr<one> const& self, clock::duration from_now)
        {
            timer.arm(clock::now() + from_now, [self] { ++self->calls; });
        }
    };

    std::shared_ptr<one> armed(clock::duration from_now)
    {
        auto const made = std::make_shared<one>(context);
        made->arm(made, from_now);
        return made;
    }
    // Of a system with timers for this, and of one without.
    void both_ways()
    {
        SUBCASE("with timers that go on in the sleep") {}
        SUBCASE("without") { without.emplace(); }
    }
    void run_what_is_ready()
    {
        context.poll();
    }
};

} // namespace

TEST_CASE_FIXTURE(timer_test, "a moment that passes while the machine sleeps is noticed when it wakes")
{
    both_ways();
    auto const first = armed(1h);
    auto const second = armed(3h);
    run_what_is_ready();
    support::sleep_machine(2h);
    REQUIRE(support::run_until(context, [&] { return first->calls == 1; }));
    CHECK(second->calls == 0);
    support::sleep_machine(2h);
    REQUIRE(support::run_until(context, [&] { return second->calls == 1; }));
    CHECK(first->calls == 1);
    CHECK(support::run_out(context));
}

TEST_CASE_FIXTURE(timer_test, "all of a thousand timers notice the same sleep")
{
    both_ways();
    std::vector<std::shared_ptr<one>> all;
    for (int i = 0; i < 1000; ++i)
        all.push_back(armed(std::chrono::minutes{10 + i % 7}));
    run_what_is_ready();
    support::sleep_machine(1h);
    CHECK(support::run_out(context));
    for (auto const& each : all)
        REQUIRE(each->calls == 1);
}

TEST_CASE_FIXTURE(timer_test, "a timer that is armed for later after the moment has passed does not wait for the old one")
{
    both_ways();
    auto const timer = armed(1h);
    run_what_is_ready();
    support::sleep_machine(2h);
    timer->arm(timer, 1ms);
    REQUIRE(support::run_until(context, [&] { return timer->calls == 1; }));
    CHECK(support::run_out(context));
}

TEST_CASE_FIXTURE(timer_test, "a cancelled timer leaves the context nothing to do, and stays silent when the machine has slept")
{
    both_ways();
    auto const timer = armed(1h);
    run_what_is_ready();
    timer->timer.cancel();
    CHECK(support::run_out(context));
    support::sleep_machine(2h);
    CHECK(support::run_out(context));
    CHECK(timer->calls == 0);
    timer->arm(timer, 1h);
    context.restart();
    run_what_is_ready();
    support::sleep_machine(2h);
    REQUIRE(support::run_until(context, [&] { return timer->calls == 1; }));
}

TEST_CASE_FIXTURE(timer_test, "a context that goes on in the child of a fork goes on watching there")
{
    both_ways();
    auto const timer = armed(1h);
    run_what_is_ready();
    context.notify_fork(asio::execution_context::fork_prepare);
    context.notify_fork(asio::execution_context::fork_child);
    support::sleep_machine(2h);
    REQUIRE(support::run_until(context, [&] { return timer->calls == 1; }));
    CHECK(support::run_out(context));
}

TEST_CASE_FIXTURE(timer_test, "a context may end with timers that are armed")
{
    both_ways();
    auto own = std::make_unique<asio::io_context>();
    auto const made = std::make_shared<one>(*own);
    made->arm(made, 1h);
    own->poll();
    std::weak_ptr<one> const watched = made;
    CHECK(watched.use_count() == 2);
    const_cast<std::shared_ptr<one>&>(made).reset();
    CHECK_FALSE(watched.expired());
    own.reset();
    CHECK(watched.expired());
}

TEST_CASE_FIXTURE(timer_test, "timers at rest are looked at when they may be due, and not in between")
{
    int const before = support::sleepless_settings();
    std::vector<std::shared_ptr<one>> all;
    for (int i = 0; i < 100; ++i)
        all.push_back(armed(1h + std::chrono::minutes{i}));
    run_what_is_ready();
    CHECK(support::sleepless_settings() == before + 1);
    support::sleep_machine(59min);
    run_what_is_ready();
    CHECK(support::sleepless_settings() == before + 1);
}

TEST_CASE_FIXTURE(timer_test, "a sleep is noticed by a context of many threads")
{
    both_ways();
    std::atomic<int> calls{0};
    std::vector<std::shared_ptr<one>> all;
    for (int i = 0; i < 100; ++i) {
        all.push_back(std::make_shared<one>(context));
        all.back()->timer.arm(clock::now() + 1h, [&calls, kept = all.back()] { ++calls; });
    }
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([this] { context.run(); });
    support::sleep_machine(2h);
    CHECK(support::run_until(context, [&] { return calls == 100; }));
    for (auto& each : threads)
        each.join();
}

} // namespace timers_tests
#endif

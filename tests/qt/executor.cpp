#include <socketio/qt.hpp>

#include "run_loop.hpp"

#include <QThread>

#include <asio/awaitable.hpp>
#include <asio/bind_executor.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/dispatch.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace qt_executor_tests {

using socketio::qt::executor;
using support::run_loop_until;

// A destroyed one is counted.
struct counted {
    explicit counted(std::atomic<int>& count) : count_{&count, [](std::atomic<int>* at) { ++*at; }} {}
    std::shared_ptr<std::atomic<int>> count_;
};

TEST_CASE("work runs on the object's thread, in order, and never inside of the call")
{
    QObject object;
    executor const to{&object};
    std::vector<int> ran;
    std::thread::id where;
    std::thread{[&] {
        asio::post(to, [&] { ran.push_back(1); });
        asio::dispatch(to, [&] { where = std::this_thread::get_id(); });
        to([&] { ran.push_back(2); });
    }}.join();
    asio::dispatch(to, [&] { ran.push_back(3); });
    CHECK(ran.empty());
    REQUIRE(run_loop_until([&] { return ran.size() == 3; }));
    CHECK(ran == std::vector{1, 2, 3});
    CHECK(where == std::this_thread::get_id());
}

TEST_CASE("work follows an object that moves to another thread")
{
    QThread other;
    auto* const object = new QObject;
    executor const to{object};
    object->moveToThread(&other);
    QObject::connect(&other, &QThread::finished, object, &QObject::deleteLater);
    other.start();
    std::atomic<QThread*> ran_on{nullptr};
    asio::post(to, [&] { ran_on = QThread::currentThread(); });
    CHECK(run_loop_until([&] { return ran_on != nullptr; }));
    CHECK(ran_on == &other);
    other.quit();
    other.wait();
}

TEST_CASE("work that waits when the object goes is destroyed uncalled, and so is what comes later")
{
    bool called = false;
    std::atomic<int> destroyed{0};
    std::optional<executor> to;
    {
        QObject object;
        to.emplace(&object);
        asio::post(*to, [&called, mark = counted{destroyed}] { called = true; });
        CHECK(destroyed == 0);
    }
    CHECK(destroyed == 1);
    asio::post(*to, [&called, mark = counted{destroyed}] { called = true; });
    CHECK(destroyed == 2);
    QCoreApplication::processEvents();
    CHECK_FALSE(called);
}

TEST_CASE("threads may post while the object goes")
{
    std::atomic<int> destroyed{0};
    for (int round = 0; round != 50; ++round) {
        auto object = std::make_unique<QObject>();
        executor const to{object.get()};
        std::atomic<bool> begun{false};
        std::thread poster{[&] {
            for (int i = 0; i != 200; ++i) {
                asio::post(to, [mark = counted{destroyed}] {});
                begun = true;
            }
        }};
        while (!begun)
            std::this_thread::yield();
        object.reset();
        poster.join();
    }
    CHECK(destroyed == 50 * 200);
}

TEST_CASE("executors of one object's copies are equal")
{
    QObject object;
    executor const one{&object};
    executor const copy = one;
    CHECK(one == copy);
    CHECK(one != executor{&object});
    CHECK(asio::any_io_executor{one} == asio::any_io_executor{copy});
}

#if defined(ASIO_HAS_CO_AWAIT)
asio::awaitable<void> hop(std::vector<std::thread::id>& seen)
{
    seen.push_back(std::this_thread::get_id());
    auto const here = co_await asio::this_coro::executor;
    co_await asio::post(here, asio::use_awaitable);
    seen.push_back(std::this_thread::get_id());
}

TEST_CASE("a coroutine runs on the object's thread")
{
    QObject object;
    std::vector<std::thread::id> seen;
    asio::co_spawn(executor{&object}, hop(seen), asio::detached);
    REQUIRE(run_loop_until([&] { return seen.size() == 2; }));
    CHECK(seen == std::vector{std::this_thread::get_id(), std::this_thread::get_id()});
}
#endif

} // namespace qt_executor_tests

#include <socketio/net/task.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <new>
#include <string>
#include <system_error>

using socketio::detail::detached;
using socketio::detail::keep_nothing;
using socketio::detail::operation;
using socketio::detail::task;

namespace {

// Operations that wait here until the test ends or drops them.
struct pending {
    std::function<void(std::error_code, int)> end;
};

struct worker : std::enable_shared_from_this<worker> {
    explicit worker(pending& on) : waiting{on} {}

    void fail(std::error_code reason) noexcept { failed = reason; }

    task<int> read(std::error_code& ec)
    {
        int result = 0;
        auto start = [this](auto done) {
            auto const shared = std::make_shared<decltype(done)>(std::move(done));
            waiting.end = [shared](std::error_code error, int value) { (*shared)(error, value); };
        };
        operation reading{ec, start, [&result](int value) { result = value; }};
        co_await reading;
        co_return result;
    }
    task<int> read_twice()
    {
        std::error_code ec;
        int const first = co_await read(ec);
        if (ec)
            throw std::system_error{ec};
        int const second = co_await read(ec);
        co_return first + second;
    }
    static detached run(std::shared_ptr<worker> self)
    {
        self->sum = co_await self->read_twice();
    }

    pending& waiting;
    std::error_code failed;
    int sum = 0;
};

} // namespace

TEST_CASE("a detached coroutine owns its object until its last operation has ended")
{
    pending io;
    auto const started = std::make_shared<worker>(io);
    std::weak_ptr<worker> const seen = started;
    worker::run(started);
    CHECK(started.use_count() == 2);
    io.end({}, 3);
    io.end({}, 4);
    CHECK(started->sum == 7);
    io.end = nullptr;
    CHECK(started.use_count() == 1);
}

TEST_CASE("an operation that is dropped instead of ended takes the whole coroutine with it")
{
    pending io;
    std::weak_ptr<worker> seen;
    {
        auto const started = std::make_shared<worker>(io);
        seen = started;
        worker::run(started);
    }
    REQUIRE_FALSE(seen.expired());
    io.end = nullptr;
    CHECK(seen.expired());
}

TEST_CASE("an exception passes from task to task and is told to the object as an error code")
{
    pending io;
    auto const started = std::make_shared<worker>(io);
    worker::run(started);
    io.end(make_error_code(std::errc::connection_reset), 0);
    CHECK(started->failed == std::errc::connection_reset);
    CHECK(started->sum == 0);
    io.end = nullptr;
    CHECK(started.use_count() == 1);
}

namespace {

struct thrower : std::enable_shared_from_this<thrower> {
    void fail(std::error_code reason) noexcept { failed = reason; }
    static detached run(std::shared_ptr<thrower> self)
    {
        std::error_code ec;
        auto start = [](auto) { throw std::bad_alloc{}; };
        operation starting{ec, start, keep_nothing{}};
        co_await starting;
        self->went_on = true;
    }
    std::error_code failed;
    bool went_on = false;
};

} // namespace

TEST_CASE("an operation that cannot be started ends the coroutine with the error")
{
    auto const started = std::make_shared<thrower>();
    thrower::run(started);
    CHECK(started->failed == std::errc::not_enough_memory);
    CHECK_FALSE(started->went_on);
    CHECK(started.use_count() == 1);
}

// Waits in real time: what ends them, and what they leave.
#include <socketio/client.hpp>
#include <socketio/server.hpp>
#include <socketio/testing/real_time.hpp>

#include <doctest/doctest.h>

#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;

namespace real_time_tests {
namespace {

namespace testing = socketio::testing;
using steady = std::chrono::steady_clock;

} // namespace

TEST_CASE("until() runs real peers on a real port, and again after the context has stopped")
{
    asio::io_context context;
    socketio::server io(context, 0, {.address = "127.0.0.1"});
    io.on("connection", [](socketio::server_socket socket) {
        socket.on("add", [](int a, int b, socketio::ack reply) { reply(a + b); });
    });
    auto socket = socketio::io(context, "http://127.0.0.1:" + std::to_string(io.port()));
    REQUIRE(testing::until(context, [&] { return socket.connected(); }));
    context.stop();
    std::optional<int> sum;
    socket.emit("add", 1, 2, [&](int answer) { sum = answer; });
    REQUIRE(testing::until(context, [&] { return sum.has_value(); }));
    CHECK(sum == 3);
    socket.disconnect();
    io.close();
    CHECK_FALSE(testing::until(
        context, [] { return false; }, 1h)); // at once: no work is left
    CHECK(context.stopped());
}

TEST_CASE("until() asks at first and after each handler")
{
    asio::io_context context;
    int ran = 0;
    for (int i = 0; i != 5; ++i)
        asio::post(context, [&] { ++ran; });
    CHECK(testing::until(context, [] { return true; }));
    CHECK(ran == 0);
    CHECK(testing::until(
        context, [&] { return ran == 2; }, (std::chrono::milliseconds::max)()));
    CHECK(ran == 2);
    CHECK(testing::until(context, [&] { return ran == 5; })); // by the last work that there was
    CHECK_FALSE(testing::until(context, [] { return false; }));
}

TEST_CASE("until() ends at its deadline, whatever the context does")
{
    asio::io_context context;
    auto const work = asio::make_work_guard(context);
    auto const begin = steady::now();
    SUBCASE("nothing") {}
    SUBCASE("always something")
    {
        std::function<void()> again = [&] { asio::post(context, again); };
        again();
        CHECK_FALSE(testing::until(
            context, [] { return false; }, 5ms));
        again = [] {};
        context.poll();
    }
    CHECK_FALSE(testing::until(
        context, [] { return false; }, 5ms));
    CHECK_FALSE(testing::until(
        context, [] { return false; }, 0ms));
    CHECK_FALSE(testing::until(
        context, [] { return false; }, (std::chrono::milliseconds::min)()));
    CHECK(steady::now() - begin >= 4ms);
    CHECK(steady::now() - begin < 10s);
}

TEST_CASE("until() ends when a handler stops the context or throws, and goes on at the next call")
{
    asio::io_context context;
    auto const work = asio::make_work_guard(context);
    bool done = false;
    asio::post(context, [&] { context.stop(); });
    asio::post(context, [] { throw std::runtime_error{"a handler's"}; });
    asio::post(context, [&] { done = true; });
    CHECK_FALSE(testing::until(
        context, [&] { return done; }, 1h));
    CHECK_THROWS_WITH(static_cast<void>(testing::until(
                          context, [&] { return done; }, 1h)),
        "a handler's");
    CHECK(testing::until(
        context, [&] { return done; }, 1h));
}

TEST_CASE("advance() lets time pass, and runs what is due in it")
{
    asio::io_context context;
    auto const begin = steady::now();
    asio::steady_timer in_it{context, 1ms}, later{context, 1h};
    int ran = 0;
    in_it.async_wait([&](std::error_code) { ++ran; });
    later.async_wait([&](std::error_code) { ++ran; });
    asio::post(context, [&] { context.stop(); });
    testing::advance(context, 10ms);
    CHECK(steady::now() - begin >= 9ms);
    CHECK(ran == 1);
    later.cancel();
    testing::advance(context, 1ms);
    CHECK(ran == 2);
    auto const idle = steady::now();
    testing::advance(context, 5ms); // without work
    CHECK(steady::now() - idle >= 4ms);
    testing::advance(context, 0ms);
}

} // namespace real_time_tests

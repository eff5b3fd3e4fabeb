// The timer of programs, in a world and outside of one.
#include <socketio/testing.hpp>

#include <doctest/doctest.h>

#include <asio/use_future.hpp>

#include <chrono>
#include <future>
#include <string>
#include <system_error>

using namespace std::chrono_literals;

namespace timer_tests {
namespace {

TEST_CASE("a timer of a world waits in virtual time")
{
    socketio::testing::world here;
    socketio::testing::timer timer{here.context()};
    std::string heard;
    timer.expires_after(10min);
    timer.async_wait([&](std::error_code ec) { heard += ec ? "no " : "ten "; });
    here.advance(10min - 1ns);
    CHECK(heard.empty());
    here.advance(1ns);
    CHECK(heard == "ten ");

    timer.expires_after(1min);
    timer.async_wait([&](std::error_code ec) { heard += ec == asio::error::operation_aborted ? "aborted " : "?"; });
    timer.expires_after(2min);
    timer.async_wait([&](std::error_code ec) { heard += ec ? "no " : "two "; });
    here.advance(1h);
    CHECK(heard == "ten aborted two ");
    {
        socketio::testing::timer other{here.context()};
        other.expires_after(1s);
        other.async_wait([&](std::error_code ec) { heard += ec ? "gone " : "?"; });
    }
    here.run();
    CHECK(heard == "ten aborted two gone ");
    CHECK(here.idle());
}

TEST_CASE("outside of a world it waits in real time")
{
    asio::io_context context;
    socketio::testing::timer timer{context};
    timer.expires_after(1ms);
    auto done = timer.async_wait(asio::use_future);
    CHECK(context.run() > 0);
    CHECK_NOTHROW(done.get());
    timer.expires_after(1h);
    bool aborted = false;
    timer.async_wait([&](std::error_code ec) { aborted = ec == asio::error::operation_aborted; });
    timer.cancel();
    context.restart();
    context.run();
    CHECK(aborted);
}

} // namespace
} // namespace timer_tests

// Those who wait for events, when handles, streams or the context go first.
#include <socketio/client.hpp>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_future.hpp>
#if defined(ASIO_HAS_CO_AWAIT)
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/use_awaitable.hpp>
#endif
#include <doctest/doctest.h>

#include "support/client.hpp"
#include "support/loop_server.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

struct waiting : support::client_test {
    support::loop_thread server;
};

// Takes from a thread of its own while events come, cancels some, and lets stream and handle go at once.
void take_and_leave(std::string const& url, int round)
{
    constexpr int takers = 24;
    std::atomic<int> told{0};
    asio::thread_pool pool(1);
    {
        asio::io_context context;
        auto socket = socketio::io(context, url, support::quick());
        std::thread loop([&] { context.run_for(support::patience); });
        auto connects = socket.stream("connect", {.limit = 2});
        std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
        for (int i = 0; i != takers; ++i) {
            signals.push_back(std::make_unique<asio::cancellation_signal>());
            auto const count = [&told](std::error_code, socketio::value const&) { ++told; };
            auto token = asio::bind_cancellation_slot(signals.back()->slot(), asio::bind_executor(pool, count));
            if (i % 3 == 0)
                connects.async_next(std::move(token));
            else if (i % 3 == 1)
                socket.async_next("connect", 1ms, std::move(token));
            else
                socket.async_next("never", std::move(token));
        }
        asio::post(pool, [&, round] {
            for (int i = round % 3; i < takers; i += 3)
                signals[static_cast<std::size_t>(i)]->emit(asio::cancellation_type::terminal);
        });
        if (round % 2 == 0)
            socket.off("never");
        socket = {};
        connects = {};
        loop.join();
        pool.join();
    }
    CHECK(told == takers);
}

} // namespace

TEST_CASE_FIXTURE(waiting, "every wait ends once, whatever happens: event, limit, cancellation, off, or the last handle")
{
    for (int round = 0; round != 8; ++round)
        take_and_leave(server.url(), round);
}

TEST_CASE_FIXTURE(waiting, "a handler may let the stream and the last handle go, and ask again")
{
    auto socket = socketio::io(context, server.url());
    auto connects = socket.stream("connect");
    connects.async_next([&](std::error_code, socketio::value const&) {
        heard.note("connected");
        connects.async_next([&](std::error_code ec, socketio::value const&) {
            heard.note(ec == std::errc::operation_canceled ? "cancelled" : ec.message());
        });
        socket.async_next("never", [&](std::error_code ec, socketio::value const&) {
            heard.note(ec.message());
            CHECK_FALSE(socket);
        });
        connects = {};
        socket = {};
    });
    CHECK(idle());
    CHECK(heard.text() == "connected | cancelled | the client was stopped");
}

TEST_CASE("the context may go while somebody waits, and what the handlers hold dies")
{
    support::loop_thread server;
    asio::thread_pool pool(1);
    auto held = std::make_shared<int>(0);
    std::weak_ptr<int> const watched = held;
    socketio::socket socket;
    socketio::event_stream<int> numbers;
    asio::cancellation_signal stop;
    {
        asio::io_context context;
        socket = socketio::io(context, server.url());
        numbers = socket.stream<int>("number");
        REQUIRE(support::run_until(context, [&] { return socket.connected(); }));
        numbers.async_next(1h, [held](std::error_code, int) { FAIL("called"); });
        auto const never = [held, socket](std::error_code, socketio::value const&) { FAIL("called"); };
        socket.async_next("never", 1h, never);
        socket.async_next("never", asio::bind_cancellation_slot(stop.slot(), asio::bind_executor(pool, never)));
        socket.expires_after(1h).emit("kept");
        socket.disconnect();
        socket.expires_after(1h).emit("kept");
        socket.async_drain([held](std::error_code) { FAIL("called"); });
        held.reset();
    }
    CHECK(watched.expired());
    CHECK(socket.sendBuffer().empty());
    CHECK(socket.buffered_amount() == 0);
    socket.clear_send_buffer();
    socket.async_drain([](std::error_code) { FAIL("called"); });
    stop.emit(asio::cancellation_type::terminal);
    numbers.async_next([](std::error_code, int) { FAIL("called"); });
    auto after = socket.stream<int>("number");
    after.async_next([](std::error_code, int) { FAIL("called"); });
    numbers.close();
    pool.join();
}

#if defined(ASIO_HAS_CO_AWAIT)
namespace {

// Owns a stream, and waits on it: only the context's end frees it.
asio::awaitable<void> endless(socketio::socket socket, std::shared_ptr<int> held)
{
    auto never = socket.stream<int>("never");
    ++*held;
    int const number = co_await never.async_next(asio::use_awaitable);
    *held = number;
}

} // namespace

TEST_CASE("a coroutine that waits for ever goes with the context")
{
    support::loop_thread server;
    auto held = std::make_shared<int>(0);
    std::weak_ptr<int> const watched = held;
    {
        asio::io_context context;
        auto socket = socketio::io(context, server.url());
        asio::co_spawn(context, endless(socket, held), asio::detached);
        REQUIRE(support::run_until(context, [&] { return socket.connected() && *held == 1; }));
        held.reset();
    }
    CHECK(watched.expired());
}
#endif

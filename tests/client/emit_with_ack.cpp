// emitWithAck with the completion tokens that Asio knows.
#include <socketio/client.hpp>

#include "support/client.hpp"
#include "support/peer.hpp"
#include "support/sanitizer.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_future.hpp>
#if defined(ASIO_HAS_CO_AWAIT)
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#endif
#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <tuple>
#include <utility>

using namespace std::chrono_literals;
using socketio::error;
using support::client_test;

TEST_CASE_FIXTURE(client_test, "a handler is told the named results, or the first of them as a value")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    socket.emitWithAck<int, std::string>("echo", 7, "seven", 3, [&](std::error_code ec, int number, std::string text) {
        heard.note((ec ? "error " : "") + std::to_string(number) + text);
    });
    socket.emitWithAck("echo", "one", "two", [&](std::error_code ec, socketio::value const& first) {
        heard.note(ec ? "error" : *first.if_string());
    });
    socket.emitWithAck("echo", [&](std::error_code ec, socketio::value const& none) {
        heard.note(!ec && none.is_null() ? "null" : "something");
    });
    socket.emitWithAck<int>("echo", "no number", [&](std::error_code ec, int number) {
        heard.note(ec == error::type_mismatch && number == 0 ? "mismatch" : "no mismatch");
    });
    REQUIRE(until_heard("mismatch"));
    CHECK(heard.text() == "7seven | one | null | mismatch");
}

TEST_CASE_FIXTURE(client_test, "it fails with the connection, by its timeout, and when the last handle goes")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), support::once_only());
    auto const note = [&](std::error_code ec, socketio::value const&) { heard.note(ec.message()); };
    REQUIRE(until_connected(socket));
    socket.timeout(2ms).emitWithAck("silence", note);
    REQUIRE(until_heard(make_error_code(error::ack_timeout).message()));
    socket.emitWithAck("silence", note);
    socket.emit("drop");
    REQUIRE(until_heard(make_error_code(error::disconnected).message()));
    socket.emitWithAck("silence", note);
    socket = {};
    CHECK(idle());
    CHECK(heard.text() == "operation has timed out | socket has been disconnected | " +
                              make_error_code(error::stopped).message());
}

TEST_CASE_FIXTURE(client_test, "a future gets the answer, or the error as an exception")
{
    support::npm_server server;
    support::client_group running(context, 1);
    auto socket = socketio::io(context, server.url(), support::once_only());
    CHECK(socket.emitWithAck<int>("sum", 20, 22, asio::use_future).get() == 42);
    auto lost = socket.emitWithAck("silence", asio::use_future);
    socket.emit("drop");
    lost.wait();
    if (support::exceptions_cross_threads)
        CHECK_THROWS_AS(static_cast<void>(lost.get()), std::system_error);
}

TEST_CASE_FIXTURE(client_test, "a handler runs on its own executor, and never inside the call")
{
    support::npm_server server;
    asio::thread_pool pool(1);
    auto socket = socketio::io(context, server.url());
    std::promise<std::thread::id> ran;
    socket.emitWithAck("echo", asio::bind_executor(pool, [&](std::error_code, socketio::value const&) {
        ran.set_value(std::this_thread::get_id());
    }));
    auto on = ran.get_future();
    REQUIRE(until([&] { return on.wait_for(0s) == std::future_status::ready; }));
    CHECK(on.get() != std::this_thread::get_id());
    pool.join();
}

TEST_CASE_FIXTURE(client_test, "an operation may be cancelled: then its event is not sent if it is not yet")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), {.autoConnect = false});
    asio::cancellation_signal stop;
    auto const note = [&](std::error_code ec, socketio::value const&) {
        heard.note(ec == std::errc::operation_canceled ? "cancelled" : ec.message());
    };
    socket.emitWithAck("unsent", asio::bind_cancellation_slot(stop.slot(), note));
    stop.emit(asio::cancellation_type::terminal);
    CHECK(heard.text().empty());
    REQUIRE(until_heard("cancelled"));
    socket.connect();
    REQUIRE(until_connected(socket));
    socket.emitWithAck("silence", asio::bind_cancellation_slot(stop.slot(), note));
    REQUIRE(round_trip(socket));
    stop.emit(asio::cancellation_type::total);
    REQUIRE(until([&] { return heard.count("cancelled") == 2; }));
    socket.emitWithAck("echo", "done", asio::bind_cancellation_slot(stop.slot(), [&](std::error_code ec, socketio::value const&) {
        heard.note(ec ? "error" : "done");
    }));
    REQUIRE(until_heard("done"));
    stop.emit(asio::cancellation_type::terminal); // nothing is left to be cancelled
    CHECK(round_trip(socket));
    CHECK(heard.text() == "cancelled | cancelled | done");
    CHECK(server.log("event", "event") == R"(["silence","echo","echo","echo"])");
}

TEST_CASE("a handler is let go, not called, when the context goes first")
{
    auto held = std::make_shared<int>(0);
    std::weak_ptr<int> const watched = held;
    socketio::socket socket;
    {
        asio::io_context context;
        socket = socketio::io(context, "http://127.0.0.1:1", {.autoConnect = false});
        socket.emitWithAck("never", [held = std::move(held)](std::error_code, socketio::value const&) { FAIL("called"); });
        context.poll();
    }
    CHECK(watched.expired());
    socket.emitWithAck("after", [](std::error_code, socketio::value const&) { FAIL("called"); });
}

#if defined(ASIO_HAS_CO_AWAIT)
namespace {

asio::awaitable<void> converse(socketio::socket socket, support::diary& heard)
{
    using namespace asio::experimental::awaitable_operators;
    int const sum = co_await socket.emitWithAck<int>("sum", 1, 2, 3, asio::use_awaitable);
    heard.note(std::to_string(sum));
    auto const both = co_await socket.emitWithAck<int, std::string>("echo", 4, "four", asio::use_awaitable);
    heard.note(std::to_string(std::get<0>(both)) + std::get<1>(both));

    std::error_code ec;
    co_await socket.timeout(1ms).emitWithAck("silence", asio::redirect_error(asio::use_awaitable, ec));
    heard.note(ec.message());

    auto const executor = co_await asio::this_coro::executor;
    asio::steady_timer soon{executor, 1ms};
    auto const first = co_await (socket.emitWithAck("silence", asio::use_awaitable) || soon.async_wait(asio::use_awaitable));
    heard.note(first.index() == 1 ? "the timer" : "an answer");
    bool thrown = false;
    try {
        socket.emit("drop");
        co_await socket.emitWithAck("silence", asio::use_awaitable);
    } catch (std::system_error const& why) {
        thrown = why.code() == error::disconnected;
    }
    heard.note(thrown ? "thrown" : "not thrown");
}

} // namespace

TEST_CASE_FIXTURE(client_test, "a coroutine awaits answers one after the other, against a timer, and catches errors")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), support::once_only());
    asio::co_spawn(context, converse(socket, heard), asio::detached);
    REQUIRE(until([&] { return heard.has("thrown") || heard.has("not thrown"); }));
    CHECK(heard.text() == "6 | 4four | operation has timed out | the timer | thrown");
}
#endif

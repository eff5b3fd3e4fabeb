// Events that are awaited: the next one, and streams of them.
#include <socketio/client.hpp>

#include "support/client.hpp"
#include "support/peer.hpp"
#include "support/sanitizer.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/use_future.hpp>
#if defined(ASIO_HAS_CO_AWAIT)
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/use_awaitable.hpp>
#endif
#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>

using namespace std::chrono_literals;
using socketio::error;
using support::client_test;

namespace {

std::string words(std::error_code ec)
{
    return ec == std::errc::operation_canceled ? "cancelled" : ec.message();
}

} // namespace

TEST_CASE_FIXTURE(client_test, "the next occurrence is awaited, with named types or as a value")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    socket.async_next("connect", [&](std::error_code ec, socketio::value const& none) {
        heard.note(!ec && none.is_null() ? "connect" : "?");
        socket.emit("say", "pair", 1, "one");
        socket.emit("say", "pair", 2, "two");
        socket.emit("say", "single", "first");
    });
    socket.async_next<int, std::string>("pair", [&](std::error_code, int number, std::string text) {
        heard.note(std::to_string(number) + text);
        socket.async_next<int, std::string>("pair", [&](std::error_code, int later, std::string more) {
            heard.note(std::to_string(later) + more);
        });
    });
    socket.async_next("single", [&](std::error_code, socketio::value const& first) { heard.note(*first.if_string()); });
    REQUIRE(until_heard("first"));
    CHECK(heard.text() == "connect | 1one | 2two | first");
    CHECK_FALSE(socket.hasListeners("pair"));
}

TEST_CASE_FIXTURE(client_test, "what an event of the library tells, and the answer that one asks for, can be awaited")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), {.autoConnect = false, .reconnection = false});
    auto refused = socketio::io(context, server.url() + "/unknown", {.forceNew = true});
    refused.async_next<socketio::connect_error>("connect_error", [&](std::error_code, socketio::connect_error why) {
        heard.note(why.message());
    });
    REQUIRE(until_heard("Invalid namespace"));
    socket.connect();
    socket.async_next<std::string, socketio::ack>("question", [&](std::error_code, std::string what, socketio::ack reply) {
        reply(what + "!");
    });
    socket.on("answered", [&](std::string what) { heard.note(what); });
    socket.emit("ack me", "really");
    REQUIRE(until_heard("really!"));
    socket.async_next<std::string, socketio::disconnect_details>(
        "disconnect", [&](std::error_code, std::string reason, socketio::disconnect_details details) {
            heard.note(reason + (details.code ? " with a code" : ""));
        });
    socket.emit("drop");
    REQUIRE(until_heard("transport close with a code"));
}

TEST_CASE_FIXTURE(client_test, "what does not fit ends the wait for one event, and is told to the error hook")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    socket.on_error([&](socketio::event_error const& why) { heard.note("hook: " + why.expected); });
    socket.async_next<int>("number", [&](std::error_code ec, int) { heard.note(ec == error::type_mismatch ? "mismatch" : "?"); });
    socket.emit("say", "number", "text");
    REQUIRE(until_heard("mismatch"));
    CHECK(heard.count_of("hook: ") == 1);
}

TEST_CASE_FIXTURE(client_test, "a wait ends by its limit, by a cancellation, by off, and with the last handle")
{
    auto socket = socketio::io(context, "http://127.0.0.1:1", {.autoConnect = false});
    asio::cancellation_signal stop;
    auto const note = [&](std::string who) {
        return [&, who](std::error_code ec, socketio::value const&) { heard.note(who + words(ec)); };
    };
    socket.async_next("limited", 1ms, note("limited: "));
    socket.async_next("cancelled", asio::bind_cancellation_slot(stop.slot(), note("slot: ")));
    socket.async_next("off", 1h, note("off: "));
    socket.async_next("stopped", 1h, note("stopped: "));
    CHECK(heard.text().empty());
    stop.emit(asio::cancellation_type::terminal);
    socket.off("off");
    CHECK(heard.text().empty());
    REQUIRE(until_heard("limited: timeout"));
    socket = {};
    CHECK(idle());
    CHECK(heard.text() == "slot: cancelled | off: cancelled | limited: timeout | stopped: the client was stopped");
}

TEST_CASE_FIXTURE(client_test, "a stream keeps what comes between two calls, in order")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    auto numbers = socket.stream<int>("number");
    auto everything = socket.stream_any();
    for (int i = 1; i != 4; ++i)
        socket.emit("say", "number", i);
    socket.emit("say", "number", "not a number");
    socket.emit("say", "number", 4);
    REQUIRE(round_trip(socket));
    auto const note = [&](std::error_code ec, int number) { heard.note(ec ? words(ec) : std::to_string(number)); };
    for (int i = 0; i != 4; ++i)
        numbers.async_next(note);
    CHECK(heard.text().empty());
    REQUIRE(until_heard("4"));
    CHECK(heard.text() == "1 | 2 | 3 | 4");
    CHECK(numbers.dropped() == 0);
    everything.async_next([&](std::error_code, std::string event, socketio::array arguments) {
        heard.note(event + socketio::value(std::move(arguments)).to_json());
    });
    REQUIRE(until_heard("number[1]"));
    numbers.async_next(1ms, note);
    REQUIRE(until_heard("timeout"));
    numbers.async_next(note);
    numbers.async_next(note);
    socket.emit("say", "number", 5);
    REQUIRE(until_heard("5"));
    numbers.close();
    REQUIRE(until_heard("cancelled"));
    numbers.async_next(note);
    REQUIRE(until([&] { return heard.count("cancelled") == 2; }));
    everything = {};
    CHECK(socket.listenersAny().empty());
}

TEST_CASE_FIXTURE(client_test, "a full stream drops the oldest, or the newest, or fails, as it was told")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    auto oldest = socket.stream<int>("number", {.limit = 2});
    auto newest = socket.stream<int>("number", {.limit = 2, .full = socketio::when_full::drop_newest});
    auto failing = socket.stream<int>("number", {.limit = 2, .full = socketio::when_full::fail});
    for (int i = 1; i != 6; ++i)
        socket.emit("say", "number", i);
    REQUIRE(round_trip(socket));
    CHECK(oldest.dropped() == 3);
    CHECK(newest.dropped() == 3);
    CHECK(failing.dropped() == 0);
    auto const note = [&](std::string who) {
        return [&, who](std::error_code ec, int number) { heard.note(who + (ec ? ec.message() : std::to_string(number))); };
    };
    for (int i = 0; i != 2; ++i)
        oldest.async_next(note("oldest "));
    for (int i = 0; i != 2; ++i)
        newest.async_next(note("newest "));
    for (int i = 0; i != 3; ++i)
        failing.async_next(note("failing "));
    REQUIRE(until_heard("failing the buffer is full"));
    CHECK(heard.text() == "oldest 4 | oldest 5 | newest 1 | newest 2 | failing 1 | failing 2 | failing the buffer is full");
}

TEST_CASE_FIXTURE(client_test, "a stream outlives its socket, and then says that it has stopped")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    auto numbers = socket.stream<int>("number");
    socket.emit("say", "number", 1);
    REQUIRE(round_trip(socket));
    socket = {};
    REQUIRE(idle());
    auto const note = [&](std::error_code ec, int number) { heard.note(ec ? words(ec) : std::to_string(number)); };
    numbers.async_next(note);
    numbers.async_next(note);
    REQUIRE(idle());
    CHECK(heard.text() == "1 | the client was stopped");
    CHECK_THROWS_AS(socketio::event_stream<int>().async_next(note), std::invalid_argument);
}

TEST_CASE_FIXTURE(client_test, "futures wait on a thread of their own")
{
    support::npm_server server;
    support::client_group running(context, 1);
    auto socket = socketio::io(context, server.url());
    auto numbers = socket.stream<int>("number");
    auto greeting = socket.async_next<std::string>("greeting", asio::use_future);
    socket.emit("say", "greeting", "hello");
    for (int i = 0; i != 3; ++i)
        socket.emit("say", "number", i);
    CHECK(greeting.get() == "hello");
    for (int i = 0; i != 3; ++i)
        CHECK(numbers.async_next(asio::use_future).get() == i);
    auto late = numbers.async_next(1ms, asio::use_future);
    late.wait();
    if (support::exceptions_cross_threads)
        CHECK_THROWS_AS(static_cast<void>(late.get()), std::system_error);
}

#if defined(ASIO_HAS_CO_AWAIT)
namespace {

asio::awaitable<void> conversation(socketio::socket socket, support::diary& heard)
{
    auto numbers = socket.stream<int>("number");
    co_await socket.async_next("connect", asio::use_awaitable);
    socket.emit("say", "number", 1);
    socket.emit("say", "number", 2);
    int const first = co_await numbers.async_next(asio::use_awaitable);
    int const second = co_await numbers.async_next(5s, asio::use_awaitable);
    heard.note(std::to_string(first) + " and " + std::to_string(second));
    socket.emit("say", "pair", 3, "three");
    std::tuple<int, std::string> const pair = co_await socket.async_next<int, std::string>("pair", asio::use_awaitable);
    heard.note(std::get<1>(pair));
    socket.disconnect();
    socketio::value const reason = co_await socket.async_next("disconnect", asio::use_awaitable);
    heard.note(*reason.if_string());
}

} // namespace

TEST_CASE_FIXTURE(client_test, "a coroutine is written from top to bottom")
{
    support::npm_server server;
    asio::co_spawn(context, conversation(socketio::io(context, server.url()), heard), asio::detached);
    CHECK(idle());
    CHECK(heard.text() == "1 and 2 | three | io client disconnect");
}
#endif

// The option `retries`: one event at a time, again until it is acknowledged.
#include <socketio/client.hpp>

#include "support/ask.hpp"
#include "support/client.hpp"
#include "support/peer.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <system_error>
#include <thread>

using namespace std::chrono_literals;
using support::client_test;

namespace {

socketio::options patient(std::uint64_t retries, std::chrono::milliseconds timeout = 0ms)
{
    auto made = support::quick();
    made.retries = retries;
    made.ackTimeout = timeout;
    return made;
}

} // namespace

TEST_CASE_FIXTURE(client_test, "without an answer an event is sent retries + 1 times, then its handler is told, and the next leaves")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), patient(2, 20ms));
    socket.emit("silence", note_answer("first"));
    socket.timeout(60s).emit("echo", "answer", note_answer("second"));
    REQUIRE(until_heard("second: answer"));
    CHECK(heard.text() == "first: operation has timed out | second: answer");
    CHECK(server.log("event", "event") == R"(["silence","silence","silence","echo"])");
}

TEST_CASE_FIXTURE(client_test, "an event without a handler waits for the server's acknowledgement, too")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), patient(3));
    socket.emit("sum", 1);
    socket.emit("echo", socketio::bytes(2, std::byte{1}));
    auto custom = socket.io().socket("/custom", {.retries = 1});
    custom.emit("echo", 2, socketio::bytes(3), [&](int number, socketio::bytes const& all) {
        heard.note("both " + std::to_string(number) + std::to_string(all.size()));
    });
    custom.emit("silence, but in order");
    REQUIRE(until_heard("both 23"));
    support::await_entry(context, server, "event", "event", 4);
    CHECK(server.log("event", "ack") == "[true,true,true,true]"); // all of them ask for an answer
}

TEST_CASE_FIXTURE(client_test, "what was on its way when the connection was lost is sent again, first, before \"connect\"")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), patient(5));
    heard.follow(socket);
    socket.emit("silence", note_answer("blocks")); // is tried once for every connection
    socket.emit("echo", "later", note_answer("waits"));
    for (int connection = 1; connection <= 3; ++connection) {
        support::await_entry(context, server, "event", "event", connection);
        support::ask(context, server, R"({"do":"lose"})");
        REQUIRE(until([&] { return heard.count("disconnect: transport close") == connection; }));
    }
    support::await_entry(context, server, "event", "event", 4);
    CHECK(server.log("event", "event") == R"(["silence","silence","silence","silence"])");
    CHECK(heard.count_of("blocks") == 0);
    CHECK(heard.count_of("waits") == 0);
}

TEST_CASE_FIXTURE(client_test, "given up by disconnects: the handler is told the last error, a plain event goes to the error hook")
{
    support::npm_server server;
    auto settings = patient(1);
    auto socket = socketio::io(context, server.url(), settings);
    socket.on_error([&](socketio::event_error const& why) { heard.note("hook " + why.event); });
    socket.emit("silence", note_answer("told"));
    socket.emit("drop");
    for (int connection = 1; connection <= 2; ++connection) {
        support::await_entry(context, server, "event", "event", connection);
        support::ask(context, server, R"({"do":"lose"})");
    }
    // "drop" closes the connection by itself, twice.
    REQUIRE(until_heard("hook drop"));
    CHECK(heard.text() == "told: socket has been disconnected | hook drop");
}

TEST_CASE_FIXTURE(client_test, "volatile events pass the queue by, any thread may emit, and emitWithAck works as ever")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), patient(1));
    REQUIRE(until_connected(socket));
    asio::cancellation_signal stop;
    socket.emitWithAck("silence", asio::bind_cancellation_slot(stop.slot(), [&](std::error_code ec, socketio::value const&) {
        heard.note(ec == std::errc::operation_canceled ? "cancelled" : ec.message());
    }));
    std::thread([&] { socket.emit("echo", "behind", note_answer("thread")); }).join();
    socket.io().on("drain", [&] { heard.note("drain"); }); // nothing is in the way of a volatile event
    REQUIRE(until_heard("drain"));
    socket.io().off("drain");
    heard.clear();
    socket.volatile_().emit("echo", "past", note_answer("volatile"));
    REQUIRE(until_heard("volatile: past"));
    CHECK(heard.text() == "volatile: past");
    stop.emit(asio::cancellation_type::terminal);
    REQUIRE(until_heard("thread: behind"));
    CHECK(heard.text() == "volatile: past | cancelled | thread: behind");
}

TEST_CASE_FIXTURE(client_test, "when the last handle goes, all that wait are told once; an emit too large is not tried again")
{
    support::npm_server server(R"({"maxHttpBufferSize":1000})");
    auto socket = socketio::io(context, server.url(), patient(100));
    REQUIRE(until_connected(socket));
    socket.emit("echo", std::string(2000, 'x'), note_answer("large"));
    REQUIRE(until([&] { return heard.count_of("large") == 1; }));
    CHECK(heard.has("large: " + make_error_code(socketio::error::payload_too_large).message()));
    heard.clear();
    socket.emit("silence", note_answer("one"));
    socket.emit("echo", note_answer("two"));
    REQUIRE(until([&] { return server.count("event") == 1; }));
    socket = {};
    CHECK(idle());
    auto const stopped = make_error_code(socketio::error::stopped).message();
    CHECK(heard.text() == "one: " + stopped + " | two: " + stopped);
}

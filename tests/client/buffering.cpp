// What waits for the connection: its limits, its deadlines, and when all of it is gone.
#include <socketio/client.hpp>

#include "support/client.hpp"
#include "support/peer.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/use_future.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

using namespace std::chrono_literals;
using socketio::when_full;
using support::client_test;

namespace {

socketio::options waiting(socketio::buffer_limits limits)
{
    return {.send_buffer = limits, .autoConnect = false};
}

std::string text_of(socketio::socket const& socket)
{
    std::string all;
    for (auto const& each : socket.sendBuffer())
        all += each.event + socketio::value(each.arguments).to_json();
    return all;
}

// Emits "1" to "5", the even ones with a handler, and follows the hook.
void emit_five(client_test& test, socketio::socket& socket)
{
    socket.on_error([&test](socketio::event_error const& why) { test.heard.note("hook: " + why.message()); });
    for (int i = 1; i != 6; ++i) {
        if (i % 2 == 0)
            socket.emit("echo", i, test.note_answer(std::to_string(i)));
        else
            socket.emit("echo", i);
    }
}

} // namespace

TEST_CASE_FIXTURE(client_test, "by default nothing is lost, however much there is; sendBuffer shows it, attachments included")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), {.autoConnect = false});
    socket.emit("first", 1, "one");
    socket.emit("second", socketio::bytes(2, std::byte{7}), [] {});
    static_cast<void>(until([&] { return socket.sendBuffer().size() == 2; }));
    auto const kept = socket.sendBuffer();
    REQUIRE(kept.size() == 2);
    CHECK(kept[0].event == "first");
    CHECK(socketio::value(kept[0].arguments).to_json() == R"([1,"one"])");
    REQUIRE(kept[1].arguments.size() == 1);
    CHECK(*kept[1].arguments[0].if_binary() == socketio::bytes(2, std::byte{7}));
    for (int i = 0; i != 20000; ++i)
        socket.emit("item", i);
    socket.connect();
    REQUIRE(round_trip(socket));
    CHECK(socket.sendBuffer().empty());
    CHECK(server.log("event", "event").ends_with(R"("item","echo"])"));
}

TEST_CASE_FIXTURE(client_test, "the oldest are dropped: their handlers are told, the hook is not")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), waiting({.events = 2}));
    emit_five(*this, socket);
    REQUIRE(until([&] { return text_of(socket) == "echo[4]echo[5]"; }));
    CHECK(heard.text() == "2: the buffer is full");
    socket.connect();
    REQUIRE(until([&] { return heard.count_of("4: ") == 1; }));
    CHECK(server.log("event", "args") == "[[4],[5]]");
}

TEST_CASE_FIXTURE(client_test, "the newest are dropped: those from before are kept and sent")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), waiting({.events = 2, .full = when_full::drop_newest}));
    emit_five(*this, socket);
    REQUIRE(until_heard("4: the buffer is full"));
    CHECK(text_of(socket) == "echo[1]echo[2]");
    CHECK(heard.text() == "4: the buffer is full");
    socket.connect();
    REQUIRE(until_connected(socket));
    REQUIRE(round_trip(socket));
    CHECK(server.log("event", "args") == "[[1],[2],[]]");
}

TEST_CASE_FIXTURE(client_test, "an emit that fails for want of room is told to its handler, or else to the hook")
{
    auto socket = socketio::io(context, "http://127.0.0.1:1", waiting({.events = 2, .full = when_full::fail}));
    emit_five(*this, socket);
    REQUIRE(until([&] { return heard.count_of("hook") == 2; }));
    CHECK(heard.text() == R"(hook: "echo": the buffer is full | 4: the buffer is full | hook: "echo": the buffer is full)");
    CHECK(text_of(socket) == "echo[1]echo[2]");
}

TEST_CASE_FIXTURE(client_test, "bytes are counted with attachments, and what is larger than the limit drops nothing but itself")
{
    auto socket = socketio::io(context, "http://127.0.0.1:1", waiting({.bytes = 100}));
    socket.emit("a", std::string(30, 'x'));
    socket.emit("b", socketio::bytes(2));
    socket.emit("c", std::string(101, 'x'), note_answer("c"));
    REQUIRE(until_heard("c: the buffer is full"));
    CHECK(socket.sendBuffer().size() == 2);
    CHECK(socket.buffered_amount() <= 100);
    socket.emit("d", socketio::bytes(30), note_answer("d"));
    REQUIRE(until([&] { return socket.sendBuffer().size() == 1; }));
    CHECK(socket.sendBuffer()[0].event == "d");
    CHECK(heard.text() == "c: the buffer is full");
}

TEST_CASE_FIXTURE(client_test, "the limits hold for the retries queue, where what is on its way stays")
{
    support::npm_server server;
    socketio::options settings = waiting({.events = 2});
    settings.retries = 3;
    auto socket = socketio::io(context, server.url(), settings);
    socket.connect();
    REQUIRE(until_connected(socket));
    socket.emit("later", 20, note_answer("first"));
    for (int i = 1; i != 5; ++i)
        socket.emit("echo", std::to_string(i), note_answer(std::to_string(i)));
    REQUIRE(until_heard("4: 4"));
    CHECK(heard.text() == "1: the buffer is full | 2: the buffer is full | 3: the buffer is full | first: late | 4: 4");
}

TEST_CASE_FIXTURE(client_test, "an event may expire unsent: its handler is told, or the hook")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), {.autoConnect = false});
    socket.on_error([&](socketio::event_error const& why) { heard.note("hook: " + why.message()); });
    socket.expires_after(1ms).emit("echo", "plain");
    socket.expires_after(2ms).emit("echo", "asked", note_answer("asked"));
    socket.expires_after(1h).emit("echo", "patient", note_answer("patient"));
    socket.expires_after(1h).timeout(3ms).emit("echo", "timed", note_answer("timed"));
    REQUIRE(until_heard("timed: operation has timed out"));
    CHECK(heard.text() == R"(hook: "echo": operation has timed out | asked: operation has timed out | timed: operation has timed out)");
    CHECK(text_of(socket) == R"(echo["patient"])");
    socket.connect();
    REQUIRE(until_heard("patient: patient"));
    socket.expires_after(0ms).emit("echo", "connected", note_answer("connected"));
    REQUIRE(until_heard("connected: connected"));
}

TEST_CASE_FIXTURE(client_test, "in the retries queue no try begins after an event's time")
{
    support::npm_server server;
    socketio::options settings = support::quick();
    settings.retries = 1000;
    settings.ackTimeout = 2ms;
    auto socket = socketio::io(context, server.url(), settings);
    REQUIRE(until_connected(socket));
    socket.expires_after(10ms).emit("silence", note_answer("first"));
    socket.expires_after(5ms).emit("silence", note_answer("second"));
    socket.emit("echo", "third", note_answer("third"));
    REQUIRE(until_heard("third: third"));
    CHECK(heard.text() == "second: operation has timed out | first: operation has timed out | third: third");
}

TEST_CASE_FIXTURE(client_test, "a deduplication id is the last argument, the same for every try and of no other event")
{
    support::npm_server server;
    socketio::options settings = support::quick();
    settings.retries = 2;
    settings.ackTimeout = 20ms;
    settings.deduplication_id = true;
    auto socket = socketio::io(context, server.url(), settings);
    socket.emit("silence", 1, [&](std::error_code) { heard.note("given up"); });
    socket.timeout(60s).emit("echo", 2, [&](std::error_code, int number, std::string id) {
        heard.note(std::to_string(number) + (id.empty() ? "" : " with an id"));
    });
    REQUIRE(until_heard("2 with an id"));
    auto const sent = socketio::value::from_json(server.log("event", "args"));
    REQUIRE(sent.has_value());
    REQUIRE(sent->if_array()->size() == 4);
    std::string const first = *(*sent)[0][1].if_string();
    CHECK(*(*sent)[1][1].if_string() == first);
    CHECK(*(*sent)[2][1].if_string() == first);
    CHECK(*(*sent)[3][1].if_string() != first);
}

TEST_CASE_FIXTURE(client_test, "the send buffer can be cleared: who waits for an answer is told")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), {.autoConnect = false});
    socket.emit("echo", 1);
    socket.emit("echo", 2, [&](std::error_code ec) { heard.note(ec == std::errc::operation_canceled ? "cancelled" : "?"); });
    socket.clear_send_buffer();
    socket.emit("echo", 3);
    REQUIRE(until_heard("cancelled"));
    CHECK(text_of(socket) == "echo[3]");
    socket.connect();
    REQUIRE(round_trip(socket));
    CHECK(server.log("event", "args") == "[[3],[]]");
}

TEST_CASE_FIXTURE(client_test, "a producer learns when all has been sent, from the buffers of both sides of the connection")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), {.autoConnect = false});
    socket.io().on("drain", [&] { heard.note("drain"); });
    socket.emit("echo", std::string(1000, 'x'));
    REQUIRE(until([&] { return socket.buffered_amount() > 1000; }));
    socket.async_drain([&](std::error_code ec) { heard.note(ec ? "error" : "sent"); });
    socket.connect();
    REQUIRE(until_heard("sent"));
    CHECK(socket.buffered_amount() == 0);
    heard.clear();
    REQUIRE(round_trip(socket));
    // More than the kernel takes at once.
    std::string const large(500000, 'x');
    asio::post(context, [&] {
        for (int i = 0; i != 40; ++i)
            socket.emit("sum", large);
        CHECK(socket.buffered_amount() > 0);
        socket.async_drain([&](std::error_code ec) {
            heard.note(ec ? "error" : "all sent");
            CHECK(socket.buffered_amount() == 0);
        });
    });
    REQUIRE(until_heard("all sent"));
    CHECK(heard.has("drain"));
    heard.clear();
    socket.async_drain([&](std::error_code) { heard.note("at once"); });
    CHECK(heard.text().empty());
    REQUIRE(until_heard("at once"));
}

TEST_CASE_FIXTURE(client_test, "waiting for the drain can be cancelled, and ends with the last handle")
{
    auto socket = socketio::io(context, "http://127.0.0.1:1", {.autoConnect = false});
    asio::cancellation_signal stop;
    auto const note = [&](std::error_code ec) {
        heard.note(ec == std::errc::operation_canceled ? "cancelled" : ec.message());
    };
    socket.emit("kept");
    socket.async_drain(asio::bind_cancellation_slot(stop.slot(), note));
    socket.async_drain(note);
    stop.emit(asio::cancellation_type::terminal);
    socket = {};
    CHECK(idle());
    CHECK(heard.text() == "cancelled | the client was stopped");
}

TEST_CASE_FIXTURE(client_test, "another thread may fill the buffer, look at it, and wait until it is sent")
{
    support::npm_server server;
    support::client_group running(context, 2);
    auto socket = socketio::io(context, server.url(), {.send_buffer = {.events = 5}});
    std::thread producer([&] {
        for (int i = 0; i != 50; ++i) {
            socket.expires_after(1h).emit("item", i);
            socket.async_drain(asio::use_future).get();
        }
    });
    for (int i = 0; i != 50; ++i) {
        CHECK(socket.sendBuffer().size() <= 5);
        static_cast<void>(socket.buffered_amount());
    }
    producer.join();
    CHECK(socket.emitWithAck<int>("sum", 1, asio::use_future).get() == 1);
    CHECK(server.log("event", "event").size() > 50 * 6);
}

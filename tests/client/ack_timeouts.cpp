// timeout(), ackTimeout, and what else ends the wait for an answer.
#include <socketio/client.hpp>

#include "support/ask.hpp"
#include "support/client.hpp"
#include "support/peer.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <system_error>
#include <thread>

using namespace std::chrono_literals;
using socketio::error;
using support::client_test;

TEST_CASE_FIXTURE(client_test, "timeout() ends an ack with \"operation has timed out\", once, and the late answer is ignored")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    REQUIRE(until_connected(socket));
    socket.timeout(5ms).emit("later", 40, note_answer("slow"));
    socket.timeout(60s).emit("echo", "text", note_answer("fast"));
    REQUIRE(until_heard("slow: operation has timed out"));
    socket.emit("later", 80, note_answer("after"));
    REQUIRE(until_heard("after: late"));
    CHECK(heard.has("fast: text"));
    CHECK(heard.count_of("slow") == 1);
    CHECK(heard.text().ends_with(" | after: late"));
}

TEST_CASE_FIXTURE(client_test, "the option ackTimeout holds for every ack, and timeout() wins over it")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), {.ackTimeout = 10ms});
    REQUIRE(until_connected(socket));
    socket.emit("silence", note_answer("by the option"));
    socket.timeout(0ms).emit("later", 50, note_answer("no limit"));
    REQUIRE(until_heard("no limit: late"));
    CHECK(heard.text() == "by the option: operation has timed out | no limit: late");

    auto custom = socket.io().socket("/custom", {.ackTimeout = 1ms});
    custom.emit("silence", note_answer("of a namespace"));
    CHECK(until_heard("of a namespace: operation has timed out"));
}

TEST_CASE_FIXTURE(client_test, "the time counts from the emit, also while offline, and the event leaves the send buffer")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), {.autoConnect = false});
    socket.timeout(1ms).emit("lost", note_answer("lost"));
    socket.timeout(60s).emit("echo", "kept", note_answer("kept"));
    REQUIRE(until_heard("lost: operation has timed out"));
    socket.connect();
    REQUIRE(until_heard("kept: kept"));
    CHECK(server.log("event", "event") == R"(["echo"])");
}

TEST_CASE_FIXTURE(client_test, "a handler that takes no error is let go in silence when its time is up")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    REQUIRE(until_connected(socket));
    auto held = std::make_shared<int>(0);
    std::weak_ptr<int> const watched = held;
    socket.timeout(2ms).emit("later", 30, [this, held = std::move(held)] { heard.note("called"); });
    REQUIRE(until([&] { return watched.expired(); }));
    socket.emit("later", 60, note_answer("after"));
    REQUIRE(until_heard("after: late"));
    CHECK(heard.text() == "after: late");
}

TEST_CASE_FIXTURE(client_test, "a disconnect comes first when it does, and an operator may be kept, copied and used on another thread")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), support::once_only());
    REQUIRE(until_connected(socket));
    auto const patient = socket.timeout(60s);
    patient.emit("silence", note_answer("first"));
    std::thread([&] { patient.compress(false).emit("silence", note_answer("second")); }).join();
    REQUIRE(round_trip(socket));
    socket.emit("drop");
    REQUIRE(until_heard("second: socket has been disconnected"));
    CHECK(heard.text() == "first: socket has been disconnected | second: socket has been disconnected");
}

TEST_CASE_FIXTURE(client_test, "reserved names are refused through an operator as well")
{
    auto socket = socketio::io(context, "http://127.0.0.1:1", {.autoConnect = false});
    CHECK_THROWS_WITH(socket.timeout(1s).emit("connect"), "\"connect\" is a reserved event name");
    CHECK_THROWS_WITH(socket.volatile_().emit("disconnecting"), "\"disconnecting\" is a reserved event name");
    CHECK_THROWS_WITH(socket.emitWithAck("newListener", [](std::error_code, socketio::value const&) {}),
                      "\"newListener\" is a reserved event name");
}

TEST_CASE_FIXTURE(client_test, "connect_timeout ends the wait for a namespace's answer, and a late answer is declined")
{
    auto const late = support::script().open().accept().expect("40/slow");
    support::raw_server server(late);
    socketio::manager manager{context, server.url()};
    auto root = manager.socket("/"); // keeps the connection
    auto socket = manager.socket("/slow", {.connect_timeout = 5ms});
    heard.follow(socket);
    REQUIRE(until_heard("connect_error: the namespace did not answer in time"));
    CHECK_FALSE(socket.active());
    CHECK(root.active());
    // A second CONNECT before the answer to the first would cost the connection: it is not even sent.
    socket.connect();
    REQUIRE(until([&] { return heard.count_of("connect_error") == 2; }));
    auto const answer = support::script().text(R"(40/slow,{"sid":"late"})").expect("41/slow");
    support::ask(context, server, R"({"do":"run","steps":)" + answer.steps() + "}");
    server.command(R"({"do":"run","steps":)" + support::script().accept("again").steps() + "}");
    socket = {};
    socket = manager.socket("/slow"); // patient
    REQUIRE(until_connected(socket));
    CHECK(socket.id() == "again");
    CHECK(root.connected());
}

// How a namespace connects: what goes before what, and what the socket says of itself meanwhile.
#include <socketio/client.hpp>

#include "support/ask.hpp"
#include "support/client.hpp"
#include "support/peer.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

using support::client_test;

TEST_CASE_FIXTURE(client_test, "events emitted before the connection stands go before those of the connect listener")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    socket.on("connect", [&] {
        socket.emit("from connect", 3);
        heard.note("connect");
    });
    socket.emit("early", 1);
    socket.emit("echo", 2, [&](int number) { heard.note("ack " + std::to_string(number)); });
    CHECK_FALSE(socket.connected());
    CHECK(support::await_entry(context, server, "event", "args", 3) == "[3]");
    CHECK(server.log("event", "args") == "[[1],[2],[3]]");
    REQUIRE(until_heard("ack 2"));
    CHECK(heard.text() == "connect | ack 2");
}

TEST_CASE_FIXTURE(client_test, "what is emitted while the connection is gone goes before the next connect listener's")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), support::quick());
    socket.on("connect", [&] { socket.emit("from connect"); });
    socket.on("disconnect", [&] {
        socket.emit("offline", 1);
        socket.emit("offline", 2);
    });
    socket.once("connect", [&] { socket.emit("drop"); });
    REQUIRE(support::await_entry(context, server, "event", "event", 5) == R"("from connect")");
    CHECK(server.log("event", "event") == R"(["from connect","drop","offline","offline","from connect"])");
}

TEST_CASE_FIXTURE(client_test, "events that arrive before CONNECT are delivered before \"connect\", and may be answered")
{
    support::script early;
    early.open().expect("40").text(R"(42["early",1])").text(R"(421["early ack"])");
    early.text(R"(451-["binary",{"_placeholder":true,"num":0}])").binary("0708").text(R"(40{"sid":"S1","pid":"P1"})");
    early.text(R"(42["late"])");
    support::raw_server server(early);
    auto socket = socketio::io(context, server.url());
    heard.follow(socket);
    heard.follow_events(socket);
    socket.on("early", [&](int number) {
        CHECK(number == 1);
        CHECK(socket.connected());
        CHECK(socket.id() == "S1");
    });
    socket.on("early ack", [](socketio::ack const& reply) { reply("yes"); });
    socket.on("binary", [](socketio::bytes const& data) { CHECK(data == socketio::bytes{std::byte{7}, std::byte{8}}); });
    socket.on("connect", [&] { socket.emit("end"); });
    CHECK(support::await_entry(context, server, "message", "text", 3) == R"("42[\"end\"]")");
    REQUIRE(until_heard("event late"));
    CHECK(heard.text() == "event early | event early ack | event binary | connect | event late");
    CHECK(server.log("message", "text") == R"(["40","431[\"yes\"]","42[\"end\"]"])");
}

TEST_CASE_FIXTURE(client_test, "at CONNECT the order is: early events, the send buffer, the retries queue, \"connect\", \"reconnect\"")
{
    support::script first;
    first.open().accept().terminate();
    support::script second;
    second.open().expect("40").text(R"(42["early"])").text(R"(40{"sid":"S2"})").expect("420").wait(20).text("430[]");
    support::raw_server server(support::plans(first, second));
    auto settings = support::quick();
    settings.retries = 1;
    auto socket = socketio::io(context, server.url(), settings);
    socket.once("disconnect", [&] {
        heard.follow(socket);
        heard.follow_events(socket);
        socket.onAnyOutgoing([&](std::string_view event) { heard.note("out " + std::string(event)); });
        socket.on("connect", [&] { socket.emit("from connect"); });
        socket.emit("queued");
    });
    REQUIRE(until_heard("out from connect"));
    CHECK(heard.text() == "event early | out queued | connect | reconnect: 1 | out from connect");

    support::raw_server other(support::script().open().expect("40").text(R"(42["early"])").text(R"(40{"sid":"S"})"));
    auto buffering = socketio::io(context, other.url());
    heard.clear();
    heard.follow(buffering);
    heard.follow_events(buffering);
    buffering.onAnyOutgoing([&](std::string_view event) { heard.note("out " + std::string(event)); });
    buffering.on("connect", [&] { buffering.emit("from connect"); });
    buffering.emit("kept");
    REQUIRE(until_heard("out from connect"));
    CHECK(heard.text() == "event early | out kept | connect | out from connect");
}

TEST_CASE_FIXTURE(client_test, "early events of a connection that is lost again are delivered on the next one, unanswered")
{
    auto const lost = support::script().open().expect("40").text(R"(425["early"])").terminate();
    auto const next = support::script().open().accept("S2").expect("42[\"end\"]");
    support::raw_server server(support::plans(lost, next));
    auto socket = socketio::io(context, server.url(), support::quick());
    socket.on("early", [&](socketio::ack const& reply) {
        heard.note(reply ? "wants an answer" : "wants none");
        reply("too late");
    });
    socket.on("connect", [&] { socket.emit("end"); });
    CHECK(support::await_entry(context, server, "message", "text", 3) == R"("42[\"end\"]")");
    CHECK(heard.text() == "wants none");
}

TEST_CASE_FIXTURE(client_test, "id, connected and active say what is so at each point")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), {.autoConnect = false});
    auto const state = [&] {
        return std::string(socket.id().empty() ? "no id" : "id") + (socket.connected() ? ", connected" : "") +
               (socket.active() ? ", active" : "") + (socket.disconnected() ? ", disconnected" : "");
    };
    socket.on("connect", [&] { heard.note(state()); });
    socket.on("disconnect", [&] { heard.note(state()); });
    CHECK(state() == "no id, disconnected");
    CHECK(idle());
    CHECK(server.count("engine open") == 0);
    socket.connect();
    REQUIRE(until_connected(socket));
    CHECK(server.ask(R"({"do":"sockets"})") == "[" + support::quoted(socket.id()) + "]");
    server.ask(R"({"do":"disconnect"})");
    CHECK(idle());
    CHECK(state() == "no id, disconnected");
    CHECK(heard.text() == "id, connected, active | no id, disconnected");
}

TEST_CASE_FIXTURE(client_test, "a socket stays active while its connection is down and comes back by itself")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), support::quick());
    socket.on("disconnect", [&] { heard.note(socket.active() ? "active" : "not active"); });
    REQUIRE(until_connected(socket));
    std::string const before = socket.id();
    socket.emit("drop");
    REQUIRE(until_heard("active"));
    REQUIRE(until_connected(socket));
    CHECK(socket.id() != before);
}

TEST_CASE_FIXTURE(client_test, "connecting twice is connecting once")
{
    support::raw_server server(support::script().open().accept());
    auto socket = socketio::io(context, server.url());
    socket.connect();
    socket.open();
    heard.follow(socket);
    REQUIRE(until_connected(socket));
    socket.connect();
    socket.emit("end");
    CHECK(support::await_entry(context, server, "message", "text", 2) == R"("42[\"end\"]")");
    CHECK(server.log("message", "text") == R"(["40","42[\"end\"]"])");
    CHECK(server.count("tcp open") == 1);
    CHECK(heard.text() == "connect");
}

TEST_CASE_FIXTURE(client_test, "an early event may add the listener that hears connect")
{
    support::script early;
    early.open().expect("40").text(R"(42["early"])").text(R"(40{"sid":"S1"})");
    support::raw_server server(early);
    auto socket = socketio::io(context, server.url());
    socket.on("early", [&] { socket.on("connect", [&] { heard.note("connect"); }); });
    CHECK(until_heard("connect"));
}

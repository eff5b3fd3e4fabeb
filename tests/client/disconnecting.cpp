// How a namespace is left, by either side, and how it comes back after that.
#include <socketio/client.hpp>

#include "support/ask.hpp"
#include "support/client.hpp"
#include "support/peer.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>

using support::client_test;

TEST_CASE_FIXTURE(client_test, "disconnect says goodbye, closes the connection, and the manager hears first")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    heard.follow(socket);
    heard.follow(socket.io());
    std::optional<socketio::disconnect_details> details;
    socket.on("disconnect", [&](std::string_view, socketio::disconnect_details const& more) { details = more; });
    socket.emit("before");
    REQUIRE(until_connected(socket));
    socket.emit("last");
    socket.disconnect();
    socket.disconnect();
    CHECK(idle());
    CHECK(heard.text() == "open | connect | close: forced close | disconnect: io client disconnect");
    REQUIRE(details.has_value());
    CHECK_FALSE(details->code);
    CHECK(details->websocket_code == 0);
    CHECK(server.log("event", "event") == R"(["before","last"])");
    CHECK(server.log("disconnect", "reason") == R"(["client namespace disconnect"])");
}

TEST_CASE_FIXTURE(client_test, "a socket connects again after disconnect, with what was emitted in between")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    heard.follow(socket);
    REQUIRE(until_connected(socket));
    socket.disconnect();
    CHECK(idle());
    socket.emit("in between");
    CHECK(idle());
    socket.connect();
    REQUIRE(round_trip(socket));
    CHECK(heard.text() == "connect | disconnect: io client disconnect | connect");
    CHECK(server.log("event", "event") == R"(["in between","echo"])");
}

TEST_CASE_FIXTURE(client_test, "a socket may connect again at once and inside its disconnect listener")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    heard.follow(socket);
    socket.once("disconnect", [&] { socket.connect(); });
    REQUIRE(until_connected(socket));
    std::string const first = socket.id();
    socket.disconnect();
    REQUIRE(until([&] { return heard.count("connect") == 2; }));
    std::string const second = socket.id();
    socket.disconnect();
    socket.connect();
    REQUIRE(until([&] { return heard.count("connect") == 3; }));
    CHECK(heard.text() == "connect | disconnect: io client disconnect | connect | disconnect: io client disconnect | "
                          "connect");
    CHECK(first != second);
    CHECK(second != socket.id());
    CHECK(round_trip(socket));
}

TEST_CASE_FIXTURE(client_test, "after disconnect in a listener nothing more of what has arrived is delivered")
{
    // Five events in one segment.
    support::raw_server server(support::script().open().accept().hex(
        "81073432" "5b226122" "5d" "81073432" "5b226222" "5d" "81073432" "5b226322" "5d"));
    auto socket = socketio::io(context, server.url());
    heard.follow(socket);
    heard.follow_events(socket);
    socket.on("b", [&] {
        socket.disconnect();
        heard.note("left");
    });
    socket.on("b", [&] { heard.note("the other listener of b"); });
    CHECK(idle());
    CHECK(heard.text() ==
          "connect | event a | event b | left | the other listener of b | disconnect: io client disconnect");
}

TEST_CASE_FIXTURE(client_test, "disconnect in the connect listener leaves what was emitted there, then goodbye")
{
    support::npm_server server(R"({"greet":true})");
    auto socket = socketio::io(context, server.url());
    heard.follow(socket);
    heard.follow_events(socket);
    socket.on("connect", [&] {
        socket.emit("hello");
        socket.disconnect();
    });
    CHECK(idle());
    CHECK(heard.text() == "connect | disconnect: io client disconnect");
    CHECK(server.log("event", "event") == R"(["hello"])");
    CHECK(server.log("disconnect", "reason") == R"(["client namespace disconnect"])");
}

TEST_CASE_FIXTURE(client_test, "disconnect before the connection stands ends the attempt, and nobody hears of it")
{
    support::raw_server server(support::plans(R"({"silent":true})", support::script().expect("x"),
        support::script().open().expect("x")));
    constexpr char const* reached[] = {"request", "request", "message"};
    for (char const* const stage : reached) {
        CAPTURE(stage);
        auto socket = socketio::io(context, server.url());
        heard.follow(socket);
        support::await_entry(context, server, stage, "connection", stage == reached[2] ? 1 : server.count(stage) + 1);
        socket.disconnect();
        CHECK(idle());
        CHECK_FALSE(socket.active());
    }
    CHECK(heard.text() == "");
    // The silent server does not even read that the client is gone.
    CHECK(support::await_entry(context, server, "tcp close", "connection", 1) == "1");
    CHECK(support::await_entry(context, server, "tcp close", "connection", 2) == "2");
}

TEST_CASE_FIXTURE(client_test, "disconnect before anything has begun means that nothing begins")
{
    support::raw_server server(support::script().open().accept());
    auto socket = socketio::io(context, server.url());
    heard.follow(socket);
    socket.disconnect();
    CHECK(idle());
    CHECK(heard.text() == "");
    CHECK(server.count("tcp open") == 0);
}

TEST_CASE_FIXTURE(client_test, "a disconnect by the server is final until connect")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), support::quick());
    heard.follow(socket);
    heard.follow(socket.io());
    for (char const* const way : {"kick", "kick hard"}) {
        heard.clear();
        socket.connect();
        REQUIRE(until_connected(socket));
        socket.emit(way);
        CHECK(idle());
        CHECK_FALSE(socket.active());
        CHECK(heard.text() == "open | connect | close: forced close | disconnect: io server disconnect");
    }
    socket.connect();
    CHECK(until_connected(socket));
    CHECK(round_trip(socket));
}

TEST_CASE_FIXTURE(client_test, "the server leaves one namespace, or with close every one of the connection")
{
    support::npm_server server;
    socketio::manager manager{context, server.url(), support::quick()};
    auto root = manager.socket("/");
    auto custom = manager.socket("/custom");
    heard.follow(root, "root ");
    heard.follow(custom, "custom ");
    REQUIRE(until([&] { return root.connected() && custom.connected(); }));
    custom.emit("kick");
    REQUIRE(until_heard("custom disconnect: io server disconnect"));
    REQUIRE(round_trip(root));
    custom.connect();
    REQUIRE(until_connected(custom));
    heard.clear();
    root.emit("kick hard");
    CHECK(idle());
    CHECK(heard.count("root disconnect: io server disconnect") == 1);
    CHECK(heard.count("custom disconnect: io server disconnect") == 1);
    CHECK_FALSE(root.active());
    CHECK_FALSE(custom.active());
}

TEST_CASE_FIXTURE(client_test, "closing the manager disconnects all its sockets, opening it brings them back")
{
    support::npm_server server;
    socketio::manager manager{context, server.url(), support::quick()};
    auto root = manager.socket("/");
    auto custom = manager.socket("/custom");
    REQUIRE(until([&] { return root.connected() && custom.connected(); }));
    heard.follow(manager);
    heard.follow(root, "root ");
    heard.follow(custom, "custom ");
    manager.close();
    CHECK(idle());
    CHECK(heard.text() == "root disconnect: forced close | custom disconnect: forced close | close: forced close");
    CHECK(root.active());
    manager.open();
    CHECK(until([&] { return root.connected() && custom.connected(); }));
}

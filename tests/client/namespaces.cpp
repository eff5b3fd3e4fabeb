// Namespaces on one connection: how they come and go without disturbing each other.
#include <socketio/client.hpp>

#include "support/ask.hpp"
#include "support/client.hpp"
#include "support/peer.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

using support::client_test;

namespace {

socketio::object pass_with(std::string text)
{
    return {{"token", std::move(text)}};
}

} // namespace

TEST_CASE_FIXTURE(client_test, "several namespaces share one connection and do not hear each other")
{
    support::npm_server server;
    socketio::manager manager{context, server.url()};
    auto root = manager.socket("/");
    auto custom = manager.socket("/custom");
    auto dynamic = manager.socket("dynamic-7");
    CHECK(dynamic.nsp() == "/dynamic-7");
    heard.follow_events(root);
    custom.onAny([&](std::string_view event) { heard.note("custom " + std::string(event)); });
    custom.emit("echo event", 1);
    root.emit("echo event", 2);
    REQUIRE(until_connected(dynamic));
    REQUIRE(round_trip(custom));
    REQUIRE(round_trip(root));
    CHECK((heard.text() == "custom echo event | event echo event"
        || heard.text() == "event echo event | custom echo event"));
    CHECK(root.id() != custom.id());
    CHECK(server.count("engine open") == 1);
    CHECK(server.ask(R"({"do":"sockets","nsp":"/custom"})") == "[" + support::quoted(custom.id()) + "]");
}

TEST_CASE_FIXTURE(client_test, "leaving one namespace keeps the others; the last to leave closes the connection")
{
    support::npm_server server;
    socketio::manager manager{context, server.url()};
    auto root = manager.socket("/");
    auto custom = manager.socket("/custom");
    heard.follow(manager);
    heard.follow(root, "root ");
    heard.follow(custom, "custom ");
    REQUIRE(until([&] { return root.connected() && custom.connected(); }));
    heard.clear();
    custom.disconnect();
    REQUIRE(until_heard("custom disconnect: io client disconnect"));
    CHECK(support::await_entry(context, server, "disconnect", "nsp") == R"("/custom")");
    CHECK(round_trip(root));
    CHECK_FALSE(custom.active());
    CHECK(server.count("engine close") == 0);
    root.disconnect();
    CHECK(idle());
    CHECK(heard.text() ==
          "custom disconnect: io client disconnect | close: forced close | root disconnect: io client disconnect");
    CHECK(server.log("disconnect", "reason") == R"(["client namespace disconnect","client namespace disconnect"])");
    CHECK(support::await_entry(context, server, "engine close", "reason") == R"("transport close")");
}

TEST_CASE_FIXTURE(client_test, "a namespace asked for again is the same socket, and its first options stay")
{
    support::npm_server server;
    socketio::manager manager{context, server.url()};
    auto first = manager.socket("/admin", {.auth = pass_with("abc")});
    auto again = manager.socket("admin", {.auth = pass_with("wrong")});
    CHECK(first == again);
    CHECK(manager.socket("/") == manager.socket(""));
    CHECK_FALSE(first == manager.socket("/"));
    CHECK(first.io().socket("/admin") == first);
    CHECK(until_connected(again));
}

TEST_CASE_FIXTURE(client_test, "what cannot be the name of a namespace is told to the caller")
{
    socketio::manager manager{context, "http://127.0.0.1:1", {.autoConnect = false}};
    CHECK_THROWS_AS(manager.socket("/a,b"), std::invalid_argument);
    CHECK_THROWS_AS(manager.socket("/\xff"), std::invalid_argument);
    CHECK(idle());
}

TEST_CASE_FIXTURE(client_test, "an unknown namespace is a connect_error, and the others stay connected")
{
    support::npm_server server;
    socketio::manager manager{context, server.url()};
    auto root = manager.socket("/");
    auto unknown = manager.socket("/unknown");
    heard.follow(unknown);
    REQUIRE(until_heard("connect_error: Invalid namespace"));
    CHECK_FALSE(unknown.active());
    CHECK_FALSE(unknown.connected());
    REQUIRE(until_connected(root));
    CHECK(round_trip(root));
    CHECK(heard.text() == "connect_error: Invalid namespace");
}

TEST_CASE_FIXTURE(client_test, "a namespace that joins late connects at once, and one that comes back is a new socket there")
{
    support::npm_server server;
    socketio::manager manager{context, server.url()};
    auto root = manager.socket("/");
    REQUIRE(until_connected(root));
    auto custom = manager.socket("/custom");
    heard.follow(custom);
    REQUIRE(until_connected(custom));
    std::string const before = custom.id();
    custom.disconnect();
    custom.connect();
    REQUIRE(until([&] { return heard.count("connect") == 2; }));
    CHECK(custom.id() != before);
    CHECK(heard.text() == "connect | disconnect: io client disconnect | connect");
    CHECK(server.count("engine open") == 1);
}

TEST_CASE_FIXTURE(client_test, "a namespace that joins after a reconnection hears of none")
{
    support::npm_server server;
    socketio::manager manager{context, server.url(), support::quick()};
    auto root = manager.socket("/");
    heard.follow(root, "root ");
    REQUIRE(until_connected(root));
    root.emit("drop");
    REQUIRE(until_heard("root reconnect: 1"));
    heard.clear();
    auto custom = manager.socket("/custom");
    heard.follow(custom, "custom ");
    REQUIRE(until_connected(custom));
    REQUIRE(round_trip(custom));
    custom.disconnect();
    custom.connect();
    REQUIRE(until([&] { return heard.count("custom connect") == 2; }));
    REQUIRE(round_trip(custom));
    CHECK(heard.text() == "custom connect | custom disconnect: io client disconnect | custom connect");
}

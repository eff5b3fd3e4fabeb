// Leaving a namespace and coming back at once, on a connection that others keep open. A CONNECT in one
// breath with DISCONNECT, or a second one before the answer, would cost the whole connection.
#include <socketio/client.hpp>

#include "support/ask.hpp"
#include "support/client.hpp"
#include "support/peer.hpp"

#include <doctest/doctest.h>

#include <string>

using support::client_test;

TEST_CASE_FIXTURE(client_test, "disconnect and connect in one breath come back without losing the connection")
{
    support::npm_server server;
    socketio::manager manager{context, server.url()};
    auto root = manager.socket("/");
    auto custom = manager.socket("/custom");
    REQUIRE(until([&] { return root.connected() && custom.connected(); }));
    for (int i = 0; i != 3; ++i) {
        std::string const before = custom.id();
        custom.disconnect();
        custom.connect();
        REQUIRE(until([&] { return custom.connected() && custom.id() != before; }));
    }
    CHECK(round_trip(custom));
    CHECK(round_trip(root));
    CHECK(server.count("engine open") == 1);
    CHECK(server.count("engine close") == 0);
}

TEST_CASE_FIXTURE(client_test, "leaving before the answer to CONNECT and coming back asks again when it has come")
{
    support::npm_server server;
    socketio::manager manager{context, server.url()};
    auto root = manager.socket("/");
    REQUIRE(until_connected(root));
    auto slow = manager.socket("/slow"); // answers after 100 ms
    slow.disconnect();
    slow.connect();
    slow.disconnect();
    slow.connect();
    heard.follow(slow);
    REQUIRE(until_connected(slow));
    CHECK(round_trip(root));
    CHECK(server.count("engine open") == 1);
    CHECK(server.count("engine close") == 0);
    CHECK(server.ask(R"({"do":"sockets","nsp":"/slow"})") == "[" + support::quoted(slow.id()) + "]");
}

TEST_CASE_FIXTURE(client_test, "a namespace that was left before the answer is left at the server too")
{
    support::npm_server server;
    socketio::manager manager{context, server.url()};
    auto root = manager.socket("/");
    REQUIRE(until_connected(root));
    {
        auto slow = manager.socket("/slow");
    }
    CHECK(support::await_entry(context, server, "disconnect", "nsp") == R"("/slow")");
    CHECK(round_trip(root));
    CHECK(server.count("engine close") == 0);
}

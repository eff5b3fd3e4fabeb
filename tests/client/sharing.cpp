// io() called more than once: which sockets share a connection (lookup() in the reference's index.ts).
#include <socketio/client.hpp>

#include "support/client.hpp"
#include "support/peer.hpp"

#include <asio/strand.hpp>
#include <asio/use_future.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using support::client_test;

namespace {

bool share(socketio::socket const& a, socketio::socket const& b)
{
    return a.io() == b.io();
}

} // namespace

TEST_CASE_FIXTURE(client_test, "namespaces of one server share one connection, and the first call's manager options")
{
    support::npm_server server;
    auto main = socketio::io(context, server.url(), {.query = {{"from", "main"}}});
    auto custom = socketio::io(context, server.url() + "/custom", {.auth = {{"token", "own"}}, .query = {{"from", "custom"}}});
    CHECK(share(main, custom));
    REQUIRE(until([&] { return main.connected() && custom.connected(); }));
    custom.emit("whoami", [&](socketio::value const& who) {
        heard.note(*who["auth"]["token"].if_string() + ' ' + *who["query"]["from"].if_string());
    });
    REQUIRE(until_heard("own main"));
    main.disconnect();
    REQUIRE(round_trip(custom));
}

TEST_CASE_FIXTURE(client_test, "the same namespace again, forceNew, and multiplex off make connections of their own")
{
    auto const url = support::silent_port(context).url();
    auto first = socketio::io(context, url + "/a", {.autoConnect = false});
    auto same = socketio::io(context, url + "/a", {.autoConnect = false});
    auto forced = socketio::io(context, url + "/b", {.forceNew = true, .autoConnect = false});
    auto alone = socketio::io(context, url + "/c", {.multiplex = false, .autoConnect = false});
    auto shared = socketio::io(context, url + "/d", {.autoConnect = false});
    CHECK_FALSE(share(first, same));
    CHECK_FALSE(share(first, forced));
    CHECK_FALSE(share(first, alone));
    CHECK(share(first, shared));
    CHECK_FALSE(share(forced, alone));
}

TEST_CASE_FIXTURE(client_test, "origin, path and executor tell managers apart; the URL's spelling and query do not")
{
    auto const offline = [](std::string path = "/socket.io") {
        socketio::options made{.autoConnect = false};
        made.path = std::move(path);
        return made;
    };
    auto first = socketio::io(context, "http://127.0.0.1:81/a", offline());
    CHECK(share(first, socketio::io(context, "HTTP://127.0.0.1:81/b?x=1", offline())));
    CHECK_FALSE(share(first, socketio::io(context, "http://127.0.0.1:82/b", offline())));
    CHECK_FALSE(share(first, socketio::io(context, "http://127.0.0.1:81/b", offline("/other"))));
    CHECK_FALSE(share(first, socketio::io(asio::make_strand(context), "http://127.0.0.1:81/b", offline())));
    asio::io_context another;
    CHECK_FALSE(share(first, socketio::io(another, "http://127.0.0.1:81/b", offline())));
    auto bad = socketio::io(context, "nonsense://", offline());
    CHECK_FALSE(share(bad, socketio::io(context, "nonsense://", offline())));
}

TEST_CASE_FIXTURE(client_test, "a manager is not kept for its own sake, and a namespace is free when its last handle has gone")
{
    std::optional<socketio::socket> first = socketio::io(context, "http://127.0.0.1:1/a", {.autoConnect = false});
    auto other = socketio::io(context, "http://127.0.0.1:1/b", {.autoConnect = false});
    first.reset();
    auto again = socketio::io(context, "http://127.0.0.1:1/a", {.autoConnect = false});
    CHECK(share(other, again));
    auto const slower = [] {
        socketio::options made{.autoConnect = false};
        made.reconnectionDelay = std::chrono::milliseconds(7);
        return made;
    };
    other = {};
    again = {};
    auto fresh = socketio::io(context, "http://127.0.0.1:1/a", slower());
    CHECK(fresh.io().reconnectionDelay() == std::chrono::milliseconds(7));
}

TEST_CASE_FIXTURE(client_test, "a shared manager that has closed opens again for a new namespace")
{
    support::npm_server server;
    auto main = socketio::io(context, server.url());
    REQUIRE(until_connected(main));
    main.disconnect();
    REQUIRE(idle());
    context.restart();
    auto custom = socketio::io(context, server.url() + "/custom");
    CHECK(share(main, custom));
    REQUIRE(until_connected(custom));
    CHECK_FALSE(main.connected());
}

TEST_CASE_FIXTURE(client_test, "many threads ask for many namespaces at once")
{
    support::npm_server server;
    support::client_group running(context, 2);
    std::vector<std::thread> threads;
    for (int i = 0; i != 4; ++i)
        threads.emplace_back([&, i] {
            for (int round = 0; round != 50; ++round) {
                auto socket = socketio::io(context, server.url() + "/dynamic-" + std::to_string(i * round % 5));
                socket.emit("event");
            }
        });
    for (auto& each : threads)
        each.join();
    auto last = socketio::io(context, server.url());
    CHECK(last.emitWithAck<int>("sum", 40, 2, asio::use_future).get() == 42);
}

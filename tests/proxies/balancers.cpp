// Behind HAProxy with two servers: a session on long-polling needs to stay at one of them.
#include <socketio/client.hpp>

#include "proxied.hpp"
#include "support/haproxy.hpp"
#include "support/peer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using socketio::error;
using support::haproxy;
using support::by_transports;

namespace {

constexpr char const* by_cookie = " cookie SERVER insert indirect nocache";

struct balanced_test : proxied_test {
    support::npm_server second{R"({"maxHttpBufferSize":4194304})"};
    std::vector<std::uint16_t> const both{server.port(), second.port()};
};

} // namespace

TEST_CASE_FIXTURE(balanced_test, "sessions on polling stay at the server that HAProxy's cookie names")
{
    haproxy const between{both, by_cookie};
    for (int i = 0; i != 4; ++i) {
        auto socket = socketio::io(context, between.url(), by_transports({"polling"}, {.forceNew = true}));
        converse(socket);
    }
    CHECK(server.count("engine open") == 2);
    CHECK(second.count("engine open") == 2);
    CHECK(server.count("refused") + second.count("refused") == 0);
}

TEST_CASE_FIXTURE(balanced_test, "a session moves to WebSocket at the server that HAProxy's cookie names")
{
    haproxy between{both, by_cookie};
    auto socket = follow(socketio::io(context, between.url(), by_transports({"polling", "websocket"})));
    REQUIRE(until([&] { return socket.io().snapshot().transport == "websocket"; }));
    converse(socket);
    outlast(socket, between);
    CHECK(server.count("refused") + second.count("refused") == 0);
}

TEST_CASE_FIXTURE(balanced_test, "without stickiness or cookies the words say what is missing; WebSocket needs none")
{
    haproxy const sticky{both, by_cookie};
    haproxy const loose{both, ""};
    auto const check = [&](socketio::connect_error const& why) {
        bool const polled = why.code() == error::poll_failed; // whichever the other server has had first
        check_error(why, polled ? error::poll_failed : error::post_failed, "sticky sessions");
        CHECK(why.http_status() == 400);
        CHECK(why.message().find("Session ID unknown") != std::string::npos);
    };
    check(failure(loose.url(), by_transports({"polling"})));
    check(failure(sticky.url(), by_transports({"polling"}, {.withCredentials = false})));
    for (auto const* const each : {&sticky, &loose}) {
        auto socket = socketio::io(context, each->url(), by_transports({"websocket", "polling"}, {.forceNew = true}));
        converse(socket);
        CHECK(socket.io().snapshot().transport == "websocket");
    }
}

// Behind nginx, as most Socket.IO servers stand: when all is well, when the server is down, when nginx loses patience.
#include <socketio/client.hpp>

#include "proxied.hpp"
#include "support/ask.hpp"
#include "support/nginx.hpp"
#include "support/peer.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

using namespace std::chrono_literals;
using socketio::error;
using support::free_port;
using support::nginx;
using support::pass_to;
using support::server_block;

namespace {

// Answers 503, with this Retry-After, until it is opened.
class closable {
public:
    closable(std::uint16_t upstream, std::string const& retry_after)
        : between_(port_, server_block(port_, "if (-f " + switches_.write("closed", "") + ") { return 503; } " + pass_to(upstream),
                              "add_header Retry-After " + retry_after + " always;"))
    {
    }

    std::string url() const { return between_.url(); }
    int answered(int status) const { return between_.answered(status); }
    void open() const { switches_.remove("closed"); }

private:
    support::temporary_folder switches_;
    std::uint16_t port_ = free_port();
    nginx between_;
};

} // namespace

TEST_CASE_FIXTURE(proxied_test, "a conversation goes through nginx, and outlasts nginx's end")
{
    std::uint16_t const port = free_port();
    nginx between(port, server_block(port, pass_to(server.port())));
    auto socket = follow(socketio::io(context, between.url(), support::by_transports({"websocket"})));
    converse(socket);
    outlast(socket, between);
    CHECK(server.log("connection", "headers").find(R"("x-forwarded-for":"127.0.0.1")") != std::string::npos);
    socket.disconnect();
    CHECK(until([&] { return between.answered(101) == 1; })); // the other one did not live to be logged
}

TEST_CASE_FIXTURE(proxied_test, "nginx without a server behind it is a refusal (502), until the server comes")
{
    std::uint16_t const port = free_port();
    std::uint16_t const behind = free_port();
    nginx between(port, server_block(port, pass_to(behind)));
    auto socket = socketio::io(context, between.url(), support::by_transports({"websocket"}));
    std::optional<socketio::connect_error> first;
    socket.on("connect_error", [&](socketio::connect_error const& why) {
        if (!first)
            first = why;
    });
    REQUIRE(until([&] { return first.has_value() && between.answered(502) >= 2; }));
    check_error(*first, error::upgrade_refused, "502");
    CHECK(first->http_status() == 502);
    CHECK(first->http_body().find("502 Bad Gateway") != std::string::npos);
    CHECK(socket.active());
    support::npm_server const late("{\"port\":" + std::to_string(behind) + "}");
    REQUIRE(until_connected(socket));
    CHECK(round_trip(socket));
}

TEST_CASE_FIXTURE(proxied_test, "a connection that nginx cuts for being idle is made again")
{
    std::uint16_t const port = free_port();
    nginx between(port, server_block(port, pass_to(server.port(), "proxy_read_timeout 1s;")));
    auto socket = follow(socketio::io(context, between.url(), support::by_transports({"websocket"})));
    REQUIRE(until_connected(socket));
    CHECK(round_trip(socket));
    REQUIRE(until_heard("disconnect: transport close"));
    REQUIRE(until([&] { return heard.count("connect") == 2; }));
    CHECK(round_trip(socket));
    CHECK(heard.text() == "connect | disconnect: transport close | connect | reconnect: 1");
    CHECK(between.answered(101) == 1);
}

TEST_CASE_FIXTURE(proxied_test, "pings keep a connection through an impatient nginx")
{
    support::npm_server lively(R"({"pingInterval":200,"pingTimeout":10000})");
    std::uint16_t const port = free_port();
    nginx between(port, server_block(port, pass_to(lively.port(), "proxy_read_timeout 1s;")));
    auto socket = follow(socketio::io(context, between.url(), support::by_transports({"websocket"})));
    REQUIRE(until_connected(socket));
    support::await_entry(context, lively, "pong", "what", 10); // two seconds of nothing else
    CHECK(heard.text() == "connect");
}

TEST_CASE_FIXTURE(proxied_test, "nginx that is closed for maintenance says when to come back, and that is done")
{
    closable between(server.port(), "1");
    auto socket = socketio::io(context, between.url(), support::by_transports({"websocket"}));
    int refusals = 0;
    socket.on("connect_error", [&](socketio::connect_error const& why) {
        ++refusals;
        CHECK(why.http_status() == 503);
        between.open();
    });
    REQUIRE(until_connected(socket));
    CHECK(refusals == 1);
    CHECK(between.answered(503) == 1);
}

TEST_CASE_FIXTURE(proxied_test, "how long nginx can put off the next attempt has a limit, that of the option")
{
    closable between(server.port(), "3600");
    auto const attempts = [&](socketio::socket socket, int& count) {
        socket.on("connect_error", [&](socketio::connect_error const&) { ++count; });
        return socket;
    };
    int patient = 0;
    int brief = 0;
    int deaf = 0;
    auto const waits = attempts(socketio::io(context, between.url(), support::by_transports({"websocket"}, {.forceNew = true})), patient);
    auto const waits_less = attempts(
        socketio::io(context, between.url(), support::by_transports({"websocket"}, {.forceNew = true, .retry_after_max = 30ms})), brief);
    auto const does_not = attempts(
        socketio::io(context, between.url(), support::by_transports({"websocket"}, {.forceNew = true, .retry_after_max = 0ms})), deaf);
    REQUIRE(until([&] { return patient == 1 && brief >= 2 && deaf >= 20; }));
    between.open();
    REQUIRE(until_connected(waits_less));
    REQUIRE(until_connected(does_not));
    CHECK(patient == 1);
    CHECK_FALSE(waits.connected());
}

// Long polls through real proxies that buffer, take Upgrade away, put clients off, never answer, or hold every frame.
#include <socketio/client.hpp>

#include "proxied.hpp"
#include "support/ask.hpp"
#include "support/nginx.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <optional>
#include <string>

using namespace std::chrono_literals;
using socketio::error;
using support::by_transports;
using support::free_port;
using support::nginx;
using support::pass_to;
using support::server_block;

namespace {

struct long_polls : proxied_test {
    std::uint16_t const port = free_port();

    std::string transport(socketio::socket const& socket) { return std::string{socket.io().snapshot().transport}; }
};

} // namespace

TEST_CASE_FIXTURE(long_polls, "behind a squid that takes Upgrade away sessions are on polling, whatever comes first")
{
    support::reverse_squid between{server.port()};
    for (std::string const first : {"websocket", "polling"}) {
        CAPTURE(first);
        heard.clear();
        auto settings = by_transports({first, first == "polling" ? "websocket" : "polling"}, {.forceNew = true});
        auto socket = follow(socketio::io(context, between.url(), settings));
        bool refused = first == "websocket";
        socket.io().on("upgrade_error", [&](socketio::connect_error const&) { refused = true; });
        converse(socket);
        REQUIRE(until([&] { return refused; }));
        converse(socket);
        CHECK(transport(socket) == "polling");
        CHECK(heard.text() == "connect");
        outlast(socket, between);
        socket.disconnect();
    }
    CHECK(server.log("engine open", "transport") == R"(["polling","polling","polling","polling"])");
}

TEST_CASE_FIXTURE(long_polls, "an nginx that buffers answers and bodies in small pieces delivers polls whole")
{
    nginx between(port,
        server_block(port, "proxy_pass http://127.0.0.1:" + std::to_string(server.port()) +
                               "; proxy_buffering on; proxy_buffer_size 1k; proxy_buffers 2 1k;"
                               " proxy_busy_buffers_size 1k;"
                               " proxy_request_buffering on; client_body_buffer_size 1k; client_max_body_size 8m;"
                               " gzip on; gzip_min_length 1; gzip_types *; gzip_proxied any;"));
    auto socket = follow(socketio::io(context, between.url(), by_transports({"polling"})));
    converse(socket);
    int next = 0;
    socket.on("item", [&](int number) { CHECK(number == next++); });
    socket.emit("many", 3000);
    REQUIRE(until([&] { return next == 3000; }));
    CHECK(heard.text() == "connect");
}

TEST_CASE_FIXTURE(long_polls, "behind nginx a session that has moved begins with WebSocket again, if it is to")
{
    for (bool const remembers : {false, true}) {
        CAPTURE(remembers);
        std::uint16_t const own = free_port();
        nginx between(own, server_block(own, pass_to(server.port())));
        auto settings = by_transports({"polling", "websocket"}, {.forceNew = true});
        settings.rememberUpgrade = remembers;
        auto socket = socketio::io(context, between.url(), settings);
        auto const moved = [&] { return socket.connected() && transport(socket) == "websocket"; };
        REQUIRE(until(moved));
        REQUIRE(round_trip(socket));
        int const polls = between.mentions("transport=polling");
        server.ask(R"({"do":"lose","how":"close"})");
        REQUIRE(until([&] { return socket.io().snapshot().connections == 2 && moved(); }));
        REQUIRE(round_trip(socket));
        CHECK((between.mentions("transport=polling") == polls) == remembers);
        socket.disconnect();
        REQUIRE(idle());
    }
}

TEST_CASE_FIXTURE(long_polls, "an nginx that is closed for maintenance says when polls may come back, and that is done")
{
    support::temporary_folder switches;
    std::string const closed = switches.write("closed", "");
    nginx between(port, server_block(port, "if (-f " + closed + ") { return 503; } " + pass_to(server.port()),
                            "add_header Retry-After 1 always;"));
    auto socket = socketio::io(context, between.url(), by_transports({"polling"}));
    int refusals = 0;
    socket.on("connect_error", [&](socketio::connect_error const& why) {
        ++refusals;
        CHECK(why.code() == error::poll_failed);
        CHECK(why.http_status() == 503);
        CHECK(why.retry_after() == 1s);
        switches.remove("closed");
    });
    REQUIRE(until_connected(socket));
    CHECK(refusals == 1);
    CHECK(between.answered(503) == 1);
}

TEST_CASE_FIXTURE(long_polls, "requests that nginx passes on and nobody answers have requestTimeout")
{
    support::npm_server lively{R"({"pingInterval":100,"pingTimeout":20000})"};
    nginx between(port, server_block(port, pass_to(lively.port())));
    auto socket = socketio::io(context, between.url(), by_transports({"polling"}, {.requestTimeout = 1s}));
    std::optional<socketio::disconnect_details> details;
    socket.on("disconnect", [&](std::string_view, socketio::disconnect_details const& with) { details = with; });
    std::optional<socketio::connect_error> why;
    socket.on("connect_error", [&](socketio::connect_error const& told) { why = told; });
    REQUIRE(until_connected(socket));
    support::await_entry(context, lively, "pong", "what", 12); // longer than the limit, in many polls
    CHECK_FALSE(details);
    lively.program().signal(SIGSTOP);
    REQUIRE(until([&] { return details.has_value(); }));
    CHECK(details->code == error::poll_failed);
    CHECK(details->description.find("requestTimeout") != std::string::npos);
    REQUIRE(until([&] { return why.has_value(); })); // of a handshake
    CHECK(why->code() == error::timeout);
    lively.program().signal(SIGCONT);
    REQUIRE(until_connected(socket));
    REQUIRE(round_trip(socket));
}

// The handshake and the probe pass two nginx; then the one in front of WebSockets alone is stopped, and with it all
// frames.
TEST_CASE_FIXTURE(long_polls, "an nginx that lets a WebSocket's handshake through, and then holds all frames, is distrusted")
{
    support::npm_server lively{R"({"pingInterval":400,"pingTimeout":300})"};
    std::uint16_t const inner = free_port();
    nginx frames(inner, server_block(inner, pass_to(lively.port())));
    std::string const front = "map $arg_transport $behind { default 127.0.0.1:" + std::to_string(lively.port()) +
                              "; websocket 127.0.0.1:" + std::to_string(inner) + "; }\n";
    nginx between(port, front + server_block(port,
                                    "proxy_pass http://$behind; proxy_http_version 1.1;"
                                    " proxy_set_header Upgrade $http_upgrade;"
                                    " proxy_set_header Connection upgrade; proxy_set_header Host $http_host;"));
    auto socket = follow(socketio::io(context, between.url(), by_transports({"polling", "websocket"})));
    int moves = 0;
    socket.io().on("upgrade", [&] {
        ++moves;
        frames.signal(SIGSTOP);
    });
    REQUIRE(until([&] { return moves == 1; }));
    REQUIRE(until_heard("reconnect: 1"));
    REQUIRE(round_trip(socket));
    CHECK(heard.has("disconnect: ping timeout"));
    support::await_entry(context, lively, "pong", "what", 3);
    REQUIRE(round_trip(socket));
    CHECK(transport(socket) == "polling");
    CHECK(moves == 1);
    CHECK(socket.io().snapshot().websocket.requests == 1);
}

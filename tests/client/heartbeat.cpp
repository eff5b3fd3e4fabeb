// What the server's handshake asks of the client: a heartbeat, and packets that are not too large.
#include <socketio/client.hpp>

#include "support/ask.hpp"
#include "support/client.hpp"
#include "support/peer.hpp"

#include <asio/post.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using namespace std::chrono_literals;
using socketio::error;
using support::client_test;
using support::script;

namespace {

struct payload_test : client_test {
    std::vector<socketio::event_error> errors;

    void watch(socketio::socket& socket)
    {
        socket.on_error([this](socketio::event_error const& why) { errors.push_back(why); });
    }
};

} // namespace

TEST_CASE_FIXTURE(client_test, "a server that stops to ping is a ping timeout, and events do not put it off")
{
    auto const ticking = script().text(R"(42["tick"])").wait(10);
    support::raw_server server(
        script().open(R"({"pingInterval":100,"pingTimeout":50})").accept().repeat(1000, ticking));
    auto socket = socketio::io(context, server.url(), support::once_only());
    heard.follow(socket);
    support::steady::time_point opened;
    support::steady::time_point lost;
    int ticks = 0;
    std::error_code code;
    socket.io().on("open", [&] { opened = support::steady::now(); });
    socket.on("tick", [&] { ++ticks; });
    socket.on("disconnect", [&](std::string_view, socketio::disconnect_details const& details) {
        lost = support::steady::now();
        code = details.code;
    });
    REQUIRE(until_heard("disconnect: ping timeout"));
    CHECK(lost - opened >= 149ms);
    CHECK(ticks > 0);
    CHECK(ticks < 900);
    CHECK(code == error::ping_timeout);
    server.program().stop(); // it would go on
    CHECK(idle());
    CHECK(heard.text() == "connect | disconnect: ping timeout");
}

TEST_CASE_FIXTURE(client_test, "what is emitted after the heartbeat's time, before any timer could tell, is kept for the next connection")
{
    script first;
    first.open(R"({"pingInterval":40,"pingTimeout":20})").accept();
    script second;
    second.open().accept("S2").expect(R"(42["late"])");
    support::raw_server server(support::plans(first, second));
    auto socket = socketio::io(context, server.url(), support::quick());
    heard.follow(socket);
    socket.once("connect", [&] {
        // As a program that was suspended: the clock went on, the loop did not.
        asio::post(context, [&] {
            auto const asleep_until = support::steady::now() + 80ms;
            while (support::steady::now() < asleep_until) {
            }
            socket.emit("late");
        });
    });
    REQUIRE(until_heard("reconnect: 1"));
    REQUIRE(support::await_entry(context, server, "message", "text", 3) == R"("42[\"late\"]")");
    CHECK(heard.text() == "connect | disconnect: ping timeout | connect | reconnect: 1");
}

TEST_CASE_FIXTURE(client_test, "each ping puts the deadline off, and after a ping timeout the client comes back")
{
    auto const pinging = script().text("2").expect("3").wait(40);
    script first;
    first.open(R"({"pingInterval":100,"pingTimeout":500})").accept().repeat(20, pinging);
    support::raw_server server(support::plans(first, script().open().accept("S2")));
    auto socket = socketio::io(context, server.url(), support::quick());
    heard.follow(socket);
    REQUIRE(until_heard("reconnect: 1"));
    CHECK(heard.text() == "connect | disconnect: ping timeout | connect | reconnect: 1");
    CHECK(server.ask(R"({"do":"count","where":{"connection":0,"text":"3"}})") == "20");
}

TEST_CASE_FIXTURE(client_test, "the heartbeat of npm's server is kept up")
{
    support::npm_server server(R"({"pingInterval":50,"pingTimeout":3000})");
    auto socket = socketio::io(context, server.url());
    heard.follow(socket);
    int pings = 0;
    socket.io().on("ping", [&] { ++pings; });
    support::ask(context, server, R"({"do":"wait","what":"pong","count":8})");
    CHECK(pings >= 8);
    CHECK(round_trip(socket));
    CHECK(heard.text() == "connect");
}

TEST_CASE_FIXTURE(payload_test, "an event over maxPayload is not sent: ack or error hook are told, the connection stays")
{
    support::npm_server server(R"({"maxHttpBufferSize":2000})");
    auto socket = socketio::io(context, server.url());
    watch(socket);
    REQUIRE(until_connected(socket));
    std::string const large(3000, 'x');
    socket.emit("large", large);
    socket.emit("large ack", large, [&](std::error_code ec) {
        CHECK(ec == error::payload_too_large);
        heard.note("told");
    });
    socket.emit("large plain ack", large, [&] { heard.note("never"); });
    socket.emit("large binary", socketio::bytes(3000), 1);
    socket.emit("small", 1);
    REQUIRE(round_trip(socket));
    CHECK(heard.text() == "told");
    REQUIRE(errors.size() == 3);
    CHECK(errors[0].code == error::payload_too_large);
    CHECK(errors[0].event == "large");
    CHECK(errors[0].message() == "\"large\": the packet is larger than the server's maxPayload or largest_message");
    CHECK(errors[1].event == "large plain ack");
    CHECK(errors[2].event == "large binary");
    CHECK(server.log("event", "event") == R"(["small","echo"])");
    CHECK(server.count("engine close") == 0);
}

TEST_CASE_FIXTURE(payload_test, "on the strand an event over maxPayload is treated alike")
{
    support::npm_server server(R"({"maxHttpBufferSize":2000})");
    auto socket = socketio::io(context, server.url());
    watch(socket);
    socket.on("connect", [&] {
        socket.emit("before");
        socket.emit("large", std::string(3000, 'x'));
        socket.emit("large", std::string(3000, 'x'), [&](std::error_code ec) { heard.note(ec.message()); });
        socket.emit("large", std::vector<socketio::bytes>{socketio::bytes(1), socketio::bytes(3000)});
        socket.emit("after");
    });
    REQUIRE(round_trip(socket));
    CHECK(heard.text() == "the packet is larger than the server's maxPayload or largest_message");
    CHECK(errors.size() == 2);
    CHECK(server.count("event") >= 2);
    REQUIRE(round_trip(socket));
    std::string const events = server.log("event", "event");
    CHECK(events.find(R"("before","after")") != std::string::npos);
    CHECK(events.find("large") == std::string::npos);
}

TEST_CASE_FIXTURE(payload_test, "events that waited for the connection are measured when they are sent")
{
    support::npm_server server(R"({"maxHttpBufferSize":2000})");
    auto socket = socketio::io(context, server.url());
    watch(socket);
    socket.emit("large", std::string(3000, 'x'));
    socket.emit("small", 1);
    socket.emit("large ack", std::string(3000, 'x'), [&](std::error_code ec) { heard.note(ec.message()); });
    socket.emit("large binary", socketio::bytes(3000));
    socket.emit("small", 2);
    REQUIRE(round_trip(socket));
    CHECK(heard.text() == "the packet is larger than the server's maxPayload or largest_message");
    REQUIRE(errors.size() == 2);
    CHECK(errors[0].event == "large");
    CHECK(errors[1].event == "large binary");
    CHECK(server.log("event", "args") == "[[1],[2],[]]");
}

TEST_CASE_FIXTURE(payload_test, "maxPayload itself is allowed, one byte more is not")
{
    support::npm_server server(R"({"maxHttpBufferSize":2000})");
    auto socket = socketio::io(context, server.url());
    watch(socket);
    REQUIRE(until_connected(socket));
    std::string const head = R"(42["x",""])";
    socket.emit("x", std::string(2000 - head.size() + 1, 'y'));
    socket.emit("x", std::string(2000 - head.size(), 'z'));
    socket.emit("x", socketio::bytes(2001));
    socket.emit("x", socketio::bytes(2000));
    REQUIRE(round_trip(socket));
    CHECK(errors.size() == 2);
    CHECK(server.count("event") == 3);
    CHECK(server.count("engine close") == 0);
}

TEST_CASE_FIXTURE(payload_test, "an answer over maxPayload is told to the error hook, an auth to connect_error")
{
    support::npm_server server(R"({"maxHttpBufferSize":2000})");
    auto socket = socketio::io(context, server.url());
    watch(socket);
    socket.on("question", [&](socketio::ack const& reply) { reply(std::string(3000, 'x')); });
    REQUIRE(until_connected(socket));
    server.ask(R"({"do":"emit","event":"nothing"})");
    CHECK_THROWS(support::ask(context, server, R"({"do":"ask","event":"question","timeout":50})"));
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].code == error::payload_too_large);
    CHECK(errors[0].event == "acknowledgement");
    CHECK(round_trip(socket));

    auto refused = socketio::io(context, server.url(), {.auth = {{"token", std::string(3000, 'x')}}});
    std::error_code code;
    refused.on("connect_error", [&](socketio::connect_error const& why) {
        code = why.code();
        heard.note(why.message());
    });
    REQUIRE(until([&] { return static_cast<bool>(code); }));
    CHECK(code == error::payload_too_large);
    CHECK(heard.text() == "auth: the packet is larger than the server's maxPayload or largest_message");
    CHECK_FALSE(refused.active());
}

TEST_CASE_FIXTURE(payload_test, "a server without maxPayload is sent anything")
{
    support::raw_server server(script().open(R"({"maxPayload":0})").accept().expect("42").text(R"(42["end"])"));
    auto socket = socketio::io(context, server.url());
    watch(socket);
    heard.follow_events(socket);
    socket.emit("large", std::string(2000000, 'x'));
    REQUIRE(until_heard("event end"));
    CHECK(errors.empty());
}

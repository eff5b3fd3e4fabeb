// Losing the connection and getting it back: when, how often, and in which order it is told.
#include <socketio/client.hpp>

#include "support/ask.hpp"
#include "support/client.hpp"
#include "support/peer.hpp"

#include <asio/error.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using support::client_test;
using auth_answer = socketio::provided<socketio::object>::answer;

TEST_CASE_FIXTURE(client_test, "failing attempts are told in the reference's order, up to reconnect_failed")
{
    support::silent_port const nobody(context);
    auto settings = support::quick();
    settings.reconnectionAttempts = 2;
    auto socket = socketio::io(context, nobody.url(), settings);
    socket.on("connect_error", [&] { heard.note("connect_error"); });
    heard.follow(socket.io());
    CHECK(idle());
    CHECK(heard.text() ==
          "connect_error | error | "
          "manager reconnect_attempt: 1 | connect_error | error | reconnect_error | "
          "manager reconnect_attempt: 2 | connect_error | error | reconnect_failed | reconnect_error");
    CHECK(socket.active());
}

TEST_CASE_FIXTURE(client_test, "a server that closes and comes back is found again, and told on socket and manager")
{
    support::npm_server server;
    auto settings = support::quick();
    settings.reconnectionDelay = settings.reconnectionDelayMax = 10ms;
    auto socket = socketio::io(context, server.url(), settings);
    heard.follow(socket);
    heard.follow(socket.io());
    REQUIRE(until_connected(socket));
    int attempts = 0;
    socket.on("reconnect", [&](int number) { attempts = number; });
    heard.clear();
    support::ask(context, server, R"({"do":"restart","after":100})");
    REQUIRE(until([&] { return attempts != 0; }));
    CHECK(attempts > 1);
    std::string const n = std::to_string(attempts);
    CHECK(heard.text().starts_with(
        "disconnect: transport close | close: transport close | manager reconnect_attempt: 1 | connect_error: "));
    CHECK(heard.text().ends_with("manager reconnect_attempt: " + n + " | open | manager reconnect: " + n +
                                 " | connect | reconnect: " + n));
    CHECK(heard.count_of("connect_error: ") == attempts - 1);
    CHECK(heard.count("reconnect_error") == attempts - 1);
    CHECK(round_trip(socket));
}

TEST_CASE_FIXTURE(client_test, "a server that starts late is found, and its first connection is a reconnection as well")
{
    support::npm_server server;
    server.ask(R"({"do":"stop listening"})");
    auto socket = socketio::io(context, server.url(), support::quick());
    heard.follow(socket);
    REQUIRE(until([&] { return heard.count_of("connect_error: ") == 3; }));
    server.ask(R"({"do":"listen"})");
    REQUIRE(until([&] { return heard.count_of("reconnect: ") == 1; }));
    CHECK(heard.count("connect") == 1);
    CHECK(heard.count_of("disconnect: ") == 0);
}

TEST_CASE_FIXTURE(client_test, "every way to lose the connection but a wanted one is followed by a new one")
{
    struct loss {
        char const* steps;
        char const* reason;
    };
    constexpr loss losses[] = {
        {R"({"close":0})", "transport close"},
        {R"({"close":1001,"reason":"going away"})", "transport close"},
        {R"({"terminate":true})", "transport close"},
        {R"({"end":true})", "transport close"},
        {R"({"reset":true})", "transport close"},
        {R"({"text":"49"})", "parse error"},
        {R"({"text":"9"})", "transport error"},
        {R"({"hex":"ff00"})", "transport error"},
    };
    for (loss const& each : losses) {
        CAPTURE(each.steps);
        support::raw_server server(
            support::plans(R"({"steps":[{"open":{}},{"accept":"S1"},)" + std::string(each.steps) + "]}",
                support::script().open().accept("S2")));
        auto socket = socketio::io(context, server.url(), support::quick());
        heard.clear();
        heard.follow(socket);
        REQUIRE(until_heard("reconnect: 1"));
        CHECK(heard.text() == "connect | disconnect: " + std::string(each.reason) + " | connect | reconnect: 1");
        CHECK(socket.id() == "S2");
    }
}

TEST_CASE_FIXTURE(client_test, "the disconnect event tells what was noticed")
{
    support::raw_server server(support::plans(
        R"({"steps":[{"open":{}},{"accept":"S1"},{"close":1001,"reason":"going away"}]})",
        support::script().open().accept().reset(), support::script().open().accept().text("49")));
    std::vector<socketio::disconnect_details> told;
    auto socket = socketio::io(context, server.url(), support::quick());
    socket.on("disconnect", [&](std::string_view, socketio::disconnect_details const& details) {
        told.push_back(details);
        if (told.size() == 3)
            socket.disconnect();
    });
    CHECK(idle());
    REQUIRE(told.size() == 3);
    CHECK(told[0].code == socketio::error::closed);
    CHECK(told[0].websocket_code == 1001);
    CHECK(told[0].description == "the server closed the connection: going away");
    CHECK(told[1].code == asio::error::connection_reset);
    CHECK(told[1].websocket_code == 0);
    CHECK(told[2].code == socketio::error::packet_unknown_type);
    CHECK(told[2].description == "unknown packet type");
}

TEST_CASE_FIXTURE(client_test, "without reconnection a lost connection is the end, and connect a new beginning")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), support::once_only());
    heard.follow(socket);
    heard.follow(socket.io());
    socket.emit("drop");
    CHECK(idle());
    CHECK(heard.text() == "open | connect | disconnect: transport close | close: transport close");
    socket.connect();
    CHECK(round_trip(socket));
    CHECK(heard.has("reconnect: 1") == false);
}

TEST_CASE_FIXTURE(client_test, "after reconnect_failed connect starts anew, and counts from one")
{
    support::npm_server server;
    server.ask(R"({"do":"stop listening"})");
    auto settings = support::quick();
    settings.reconnectionAttempts = 1;
    auto socket = socketio::io(context, server.url(), settings);
    heard.follow(socket.io());
    CHECK(idle());
    CHECK(heard.text() == "error | manager reconnect_attempt: 1 | error | reconnect_failed | reconnect_error");
    heard.clear();
    socket.connect();
    CHECK(idle());
    CHECK(heard.text() == "error | manager reconnect_attempt: 1 | error | reconnect_failed | reconnect_error");
    server.ask(R"({"do":"listen"})");
    socket.connect();
    CHECK(until_connected(socket));
}

TEST_CASE_FIXTURE(client_test, "the attempts of one loss do not count for the next")
{
    support::npm_server server;
    auto settings = support::quick();
    settings.reconnectionAttempts = 1;
    auto socket = socketio::io(context, server.url(), settings);
    heard.follow(socket);
    for (int round = 1; round != 4; ++round) {
        REQUIRE(until_connected(socket));
        socket.emit("drop");
        REQUIRE(until([&] { return heard.count("reconnect: 1") == round; }));
    }
}

TEST_CASE_FIXTURE(client_test, "disconnect while waiting for the next attempt ends the waiting")
{
    support::silent_port const nobody(context);
    socketio::options settings;
    settings.reconnectionDelay = settings.reconnectionDelayMax = 1h;
    SUBCASE("from outside")
    {
        auto socket = socketio::io(context, nobody.url(), settings);
        heard.follow(socket);
        REQUIRE(until([&] { return heard.count_of("connect_error") == 1; }));
        CHECK(socket.active());
        socket.disconnect();
        CHECK(idle());
        CHECK_FALSE(socket.active());
    }
    SUBCASE("inside the connect_error listener")
    {
        auto socket = socketio::io(context, nobody.url(), settings);
        heard.follow(socket);
        socket.on("connect_error", [&] { socket.disconnect(); });
        CHECK(idle());
    }
    SUBCASE("through the manager")
    {
        auto socket = socketio::io(context, nobody.url(), settings);
        heard.follow(socket);
        REQUIRE(until([&] { return heard.count_of("connect_error") == 1; }));
        socket.io().close();
        CHECK(idle());
    }
    SUBCASE("inside the listener of the attempt")
    {
        auto socket = socketio::io(context, nobody.url(), support::quick());
        heard.follow(socket);
        socket.io().on("reconnect_attempt", [&] { socket.disconnect(); });
        CHECK(idle());
    }
    CHECK(heard.count_of("connect_error") == heard.count_of(""));
}

TEST_CASE_FIXTURE(client_test, "connect while waiting for the next attempt does not hurry it")
{
    support::silent_port const nobody(context);
    socketio::options settings;
    settings.reconnectionDelay = settings.reconnectionDelayMax = 1h;
    socketio::manager manager{context, nobody.url(), settings};
    auto root = manager.socket("/");
    heard.follow(root, "root ");
    REQUIRE(until([&] { return heard.count_of("root connect_error") == 1; }));
    auto custom = manager.socket("/custom");
    heard.follow(custom, "custom ");
    root.connect();
    CHECK_FALSE(support::run_until(context, [&] { return heard.count_of("") > 1; }, 50ms));
    CHECK(custom.active());
}

TEST_CASE_FIXTURE(client_test, "a connection that closes before the namespace connected is a connect_error, and tried again")
{
    auto const closing = support::script().open().expect("40").close(1013);
    support::raw_server server(support::plans(closing, support::script().open().accept()));
    auto socket = socketio::io(context, server.url(), support::quick());
    heard.follow(socket);
    std::error_code code;
    socket.on("connect_error", [&](socketio::connect_error const& why) { code = why.code(); });
    REQUIRE(until_connected(socket));
    REQUIRE(until_heard("reconnect: 1"));
    CHECK(heard.text() == "connect_error: transport close before the namespace was connected: the server closed the "
                          "connection | connect | reconnect: 1");
    CHECK(code == socketio::error::closed);
}

TEST_CASE_FIXTURE(client_test, "a connection that closes while nothing was asked of it is no failed attempt")
{
    support::raw_server server(support::script().open().close(1013));
    std::vector<auth_answer> dialogs; // which stay open
    std::function<void(auth_answer)> const ask = [&](auth_answer answer) { dialogs.push_back(std::move(answer)); };
    auto settings = support::quick({.auth = ask});
    settings.reconnectionAttempts = 1;
    auto socket = socketio::io(context, server.url(), settings);
    heard.follow(socket.io());
    REQUIRE(until([&] { return heard.count("manager reconnect_attempt: 1") == 3 || heard.has("reconnect_failed"); }));
    CHECK_FALSE(heard.has("reconnect_failed"));
}

TEST_CASE_FIXTURE(client_test, "a connection that brings events but no answer to CONNECT is a failed attempt, whose events are dropped")
{
    std::string const large = "42[\"early\",\"" + std::string(2000, 'x') + "\"]";
    auto const early = support::script().open().expect("40").text(large);
    support::raw_server server(support::plans(early, early, support::script().open().accept().text(R"(42["end"])")));
    auto settings = support::quick();
    settings.limits.early_events = 1000;
    auto socket = socketio::io(context, server.url(), settings);
    heard.follow_events(socket);
    heard.follow(socket.io());
    REQUIRE(until_heard("event end"));
    CHECK(heard.count("manager reconnect_attempt: 1") == 1);
    CHECK(heard.count("manager reconnect_attempt: 2") == 1);
    CHECK_FALSE(heard.has("event early"));
}

TEST_CASE_FIXTURE(client_test, "a packet whose attachments did not come is forgotten with its connection")
{
    auto const half = support::script().open().accept().text(R"(451-["b",{"_placeholder":true,"num":0}])").terminate();
    auto const next = support::script().open().accept("S2").text(R"(42["end"])");
    support::raw_server server(support::plans(half, next));
    auto socket = socketio::io(context, server.url(), support::quick());
    heard.follow(socket);
    heard.follow_events(socket);
    REQUIRE(until_heard("event end"));
    CHECK(heard.text() == "connect | disconnect: transport close | connect | reconnect: 1 | event end");
}

TEST_CASE_FIXTURE(client_test, "every namespace comes back after a loss")
{
    support::npm_server server;
    socketio::manager manager{context, server.url(), support::quick()};
    auto root = manager.socket("/");
    auto custom = manager.socket("/custom");
    auto left = manager.socket("/dynamic-1");
    REQUIRE(until([&] { return root.connected() && custom.connected() && left.connected(); }));
    left.disconnect();
    heard.follow(root, "root ");
    heard.follow(custom, "custom ");
    heard.follow(left, "left ");
    custom.emit("terminate");
    REQUIRE(until([&] { return heard.has("root reconnect: 1") && heard.has("custom reconnect: 1"); }));
    CHECK(heard.count("root disconnect: transport close") == 1);
    CHECK(heard.count("custom disconnect: transport close") == 1);
    CHECK(heard.count_of("left ") == heard.count("left disconnect: io client disconnect"));
}

TEST_CASE_FIXTURE(client_test, "a server that is not there is no work for the context when nobody wants it any more")
{
    support::npm_server server;
    server.program().signal(SIGSTOP);
    {
        auto socket = socketio::io(context, server.url());
        CHECK_FALSE(support::run_until(context, [&] { return socket.connected(); }, 50ms));
    }
    CHECK(idle());
    server.program().signal(SIGCONT);
}

TEST_CASE_FIXTURE(client_test, "delays of nothing do not make the client try without a pause")
{
    for (auto const& each : {std::pair{0ms, 0ms}, std::pair{0ms, 5000ms}, std::pair{1000ms, 0ms}, std::pair{-5ms, -5ms}}) {
        auto const delay = each.first;
        auto const most = each.second;
        CAPTURE(delay.count());
        support::silent_port port(context);
        socketio::options settings;
        settings.reconnectionDelay = delay;
        settings.reconnectionDelayMax = most;
        auto socket = socketio::io(context, port.url(), settings);
        int attempts = 0;
        socket.io().on("reconnect_attempt", [&] { ++attempts; });
        auto const began = socketio::clock::now();
        REQUIRE(until([&] { return attempts >= 24; }));
        CHECK(socketio::clock::now() - began >= 200ms);
        socket.disconnect();
    }
}

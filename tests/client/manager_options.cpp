// What can be changed on a manager while it runs, and how long a connection must stand to count.
#include <socketio/client.hpp>

#include "support/client.hpp"
#include "support/peer.hpp"
#include "support/script.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>

using namespace std::chrono_literals;
using support::client_test;

namespace {

// The next attempt is never reached by waiting.
socketio::options patient()
{
    socketio::options settings;
    settings.reconnectionDelay = settings.reconnectionDelayMax = 1h;
    return settings;
}

socketio::options idle_options()
{
    socketio::options settings;
    settings.autoConnect = false;
    return settings;
}

} // namespace

TEST_CASE_FIXTURE(client_test, "getters tell the options at first, and then what was set")
{
    auto settings = idle_options();
    settings.reconnectionAttempts = 7;
    settings.timeout = 3s;
    socketio::manager manager{context, "http://127.0.0.1:1", settings};
    CHECK(manager.reconnection());
    CHECK(manager.reconnectionAttempts() == 7);
    CHECK(manager.reconnectionDelay() == 1s);
    CHECK(manager.reconnectionDelayMax() == 5s);
    CHECK(manager.randomizationFactor() == 0.5);
    CHECK(manager.timeout() == 3s);
    manager.reconnection(false)
        .reconnectionAttempts(2)
        .reconnectionDelay(10ms)
        .reconnectionDelayMax(20ms)
        .randomizationFactor(0.25)
        .timeout(4s);
    CHECK_FALSE(manager.reconnection());
    CHECK(manager.reconnectionAttempts() == 2);
    CHECK(manager.reconnectionDelay() == 10ms);
    CHECK(manager.reconnectionDelayMax() == 20ms);
    CHECK(manager.randomizationFactor() == 0.25);
    CHECK(manager.timeout() == 4s);
}

TEST_CASE_FIXTURE(client_test, "what is set before open() counts for it")
{
    support::silent_port const nobody(context);
    socketio::manager manager{context, nobody.url(), idle_options()};
    heard.follow(manager);
    manager.reconnectionAttempts(1).reconnectionDelay(1ms).reconnectionDelayMax(1ms).open();
    CHECK(idle());
    CHECK(heard.text() == "error | manager reconnect_attempt: 1 | error | reconnect_failed | reconnect_error");
    heard.clear();
    manager.reconnection(false).open();
    CHECK(idle());
    CHECK(heard.text() == "error");
}

TEST_CASE_FIXTURE(client_test, "the timeout can be set at run time")
{
    support::raw_server server(support::script().wait(3600000).plan());
    auto settings = support::once_only(idle_options());
    settings.transports = {"websocket"};
    socketio::manager manager{context, server.url(), settings};
    std::optional<socketio::connect_error> why;
    manager.on("error", [&](socketio::connect_error const& error) { why = error; });
    manager.timeout(20ms).open();
    REQUIRE(until([&] { return why.has_value(); }));
    CHECK(why->code() == socketio::error::timeout);
}

TEST_CASE_FIXTURE(client_test, "reconnection switched off ends the waiting, and connect starts anew")
{
    support::silent_port const nobody(context);
    auto socket = socketio::io(context, nobody.url(), patient());
    heard.follow(socket.io());
    REQUIRE(until_heard("error"));
    SUBCASE("from this thread") { socket.io().reconnection(false); }
    SUBCASE("from another")
    {
        std::thread{[manager = socket.io()]() mutable { manager.reconnection(false); }}.join();
    }
    CHECK(idle());
    CHECK(heard.text() == "error");
    socket.connect();
    CHECK(idle());
    CHECK(heard.text() == "error | error");
}

TEST_CASE_FIXTURE(client_test, "reconnection switched off by the listener of an attempt calls the attempt off")
{
    support::silent_port const nobody(context);
    auto socket = socketio::io(context, nobody.url(), support::quick());
    heard.follow(socket.io());
    socket.io().on("reconnect_attempt", [&] { socket.io().reconnection(false); });
    CHECK(idle());
    CHECK(heard.text() == "error | manager reconnect_attempt: 1");
}

TEST_CASE_FIXTURE(client_test, "reconnection switched off and on again works at the next loss")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), support::quick());
    heard.follow(socket);
    REQUIRE(until_connected(socket));
    socket.io().reconnection(false);
    socket.emit("drop");
    CHECK(idle());
    CHECK(heard.text() == "connect | disconnect: transport close");
    socket.connect();
    REQUIRE(until_connected(socket));
    socket.io().reconnection(false).reconnection(true);
    heard.clear();
    socket.emit("drop");
    REQUIRE(until_heard("reconnect: 1"));
    CHECK(heard.text() == "disconnect: transport close | connect | reconnect: 1");
}

TEST_CASE_FIXTURE(client_test, "a manager whose context has ended can be asked and told as before")
{
    auto gone = std::make_unique<asio::io_context>();
    support::silent_port const nobody(context);
    socketio::manager manager{*gone, nobody.url(), patient()};
    gone.reset();
    manager.reconnection(false).reconnectionAttempts(3).timeout(1s);
    manager.reconnect_now();
    CHECK_FALSE(manager.reconnection());
    CHECK(manager.reconnectionAttempts() == 3);
}

TEST_CASE_FIXTURE(client_test, "reconnect_now does not wait, and counts from one")
{
    support::npm_server server;
    server.ask(R"({"do":"stop listening"})");
    auto settings = patient();
    settings.reconnectionAttempts = 1;
    auto socket = socketio::io(context, server.url(), settings);
    heard.follow(socket.io());
    REQUIRE(until_heard("error"));
    server.ask(R"({"do":"listen"})");
    SUBCASE("from this thread") { socket.io().reconnect_now(); }
    SUBCASE("from another")
    {
        std::thread{[manager = socket.io()]() mutable { manager.reconnect_now(); }}.join();
    }
    REQUIRE(until_connected(socket));
    CHECK(heard.text() == "error | manager reconnect_attempt: 1 | open | manager reconnect: 1");
}

TEST_CASE_FIXTURE(client_test, "every reconnect_now is the first attempt, after which the waiting goes on")
{
    support::silent_port const nobody(context);
    auto socket = socketio::io(context, nobody.url(), patient());
    heard.follow(socket.io());
    for (int round = 0; round != 3; ++round) {
        REQUIRE(until([&] { return heard.count("reconnect_error") == round && heard.count("error") == round + 1; }));
        socket.io().reconnect_now();
        socket.io().reconnect_now();
    }
    REQUIRE(until([&] { return heard.count("reconnect_error") == 3; }));
    CHECK(heard.count("manager reconnect_attempt: 1") == 3);
    CHECK(heard.count_of("manager reconnect_attempt") == 3);
    socket.io().reconnection(false);
    CHECK(idle());
}

TEST_CASE_FIXTURE(client_test, "reconnect_now does nothing when connected, or closed")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    heard.follow(socket);
    heard.follow(socket.io());
    REQUIRE(until_connected(socket));
    socket.io().reconnect_now();
    CHECK(round_trip(socket));
    CHECK(heard.text() == "open | connect");
    socket.io().close();
    CHECK(idle());
    heard.clear();
    socket.io().reconnect_now();
    CHECK(idle());
    CHECK(heard.text() == "");
}

TEST_CASE_FIXTURE(client_test, "without stable_after each connection is a new beginning")
{
    support::raw_server server(support::script().open().accept().terminate().plan());
    auto settings = support::quick();
    settings.reconnectionAttempts = 1;
    auto socket = socketio::io(context, server.url(), settings);
    heard.follow(socket.io());
    REQUIRE(until([&] { return heard.count("manager reconnect: 1") == 4; }));
    CHECK(heard.count("reconnect_failed") == 0);
}

TEST_CASE_FIXTURE(client_test, "with stable_after a server that accepts and drops uses up the attempts")
{
    support::raw_server server(support::script().open().accept().terminate().plan());
    auto settings = support::quick();
    settings.reconnectionAttempts = 3;
    settings.stable_after = 1h;
    auto socket = socketio::io(context, server.url(), settings);
    heard.follow(socket.io());
    std::string const flaps = "open | close: transport close | "
                              "manager reconnect_attempt: 1 | open | manager reconnect: 1 | close: transport close | "
                              "manager reconnect_attempt: 2 | open | manager reconnect: 2 | close: transport close | "
                              "manager reconnect_attempt: 3 | open | manager reconnect: 3 | close: transport close | "
                              "reconnect_failed";
    CHECK(idle());
    CHECK(heard.text() == flaps);
    heard.clear();
    socket.connect();
    CHECK(idle());
    CHECK(heard.text() == flaps);
}

TEST_CASE_FIXTURE(client_test, "connect after a flap that was not followed up reconnects like the first one")
{
    support::npm_server server;
    auto settings = support::quick();
    settings.stable_after = 1h;
    settings.reconnectionAttempts = 2;
    auto socket = socketio::io(context, server.url(), settings);
    REQUIRE(until_connected(socket));
    heard.follow(socket);
    socket.emit("drop");
    REQUIRE(until_heard("reconnect: 1"));
    socket.io().reconnection(false);
    socket.emit("drop");
    CHECK(idle());
    server.ask(R"({"do":"stop listening"})");
    heard.clear();
    heard.follow(socket.io());
    socket.io().reconnection(true);
    socket.connect();
    CHECK(idle());
    CHECK(heard.count("manager reconnect_attempt: 1") == 1);
    CHECK(heard.count("manager reconnect_attempt: 2") == 1);
    CHECK(heard.count("reconnect_failed") == 1);
}

// A connection and a socket in numbers.
#include <socketio/client.hpp>

#include "support/client.hpp"
#include "support/peer.hpp"

#include <asio/error.hpp>
#include <asio/use_future.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <system_error>

using namespace std::chrono_literals;
using socketio::connection_state;
using support::client_test;

TEST_CASE_FIXTURE(client_test, "a connection tells its state, its packets and bytes, and where the time to connect went")
{
    support::npm_server server(R"({"pingInterval":20,"pingTimeout":3000})");
    auto settings = support::once_only({.measure_round_trip = true});
    settings.autoConnect = false;
    auto socket = socketio::io(context, server.url(), settings);
    auto manager = socket.io();
    CHECK(manager.snapshot().state == connection_state::closed);
    CHECK(manager.snapshot().connections == 0);
    socket.connect();
    REQUIRE(until([&] { return manager.snapshot().state == connection_state::opening; }));
    REQUIRE(until_connected(socket));
    REQUIRE(round_trip(socket));
    auto const opened = manager.snapshot();
    CHECK(opened.state == connection_state::open);
    CHECK(opened.connections == 1);
    CHECK(opened.attempts == 0);
    CHECK_FALSE(opened.last_error);
    CHECK(opened.packets_sent == 2);     // CONNECT, the event
    CHECK(opened.packets_received == 2); // and their answers
    CHECK(opened.bytes_sent > 20);
    CHECK(opened.bytes_received > 100);
    CHECK(opened.last_connect.upgrade > 0us);
    CHECK(opened.last_connect.connect > 0us);
    CHECK(opened.last_connect.resolve < 1s);
    REQUIRE(until([&] { return manager.snapshot().round_trip.has_value(); }));
    CHECK(*manager.snapshot().round_trip < 3s);

    socket.emit("drop");
    REQUIRE(until([&] { return manager.snapshot().state == connection_state::closed; }));
    auto const lost = manager.snapshot();
    CHECK(lost.last_error == socketio::error::closed);
    CHECK(lost.last_error_message == "transport close");
    CHECK(lost.packets_sent == 3);
    CHECK(lost.bytes_received >= opened.bytes_received);
    CHECK(lost.last_connect.upgrade == opened.last_connect.upgrade);
}

TEST_CASE_FIXTURE(client_test, "attempts and the last error are seen while it waits to connect again")
{
    socketio::options slow;
    slow.reconnectionDelay = 1h;
    slow.reconnectionDelayMax = 1h;
    auto socket = socketio::io(context, support::silent_port(context).url(), slow);
    auto manager = socket.io();
    REQUIRE(until([&] { return manager.snapshot().state == connection_state::waiting; }));
    CHECK(manager.snapshot().attempts == 1);
    CHECK(manager.snapshot().last_error == asio::error::connection_refused);
    CHECK(manager.snapshot().last_error_message.find("127.0.0.1") != std::string::npos);
}

TEST_CASE_FIXTURE(client_test, "a socket tells what waits, and what was dropped")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), {.send_buffer = {.events = 2}, .autoConnect = false});
    for (int i = 0; i != 3; ++i)
        socket.emit("silence", i, [](std::error_code) {});
    REQUIRE(until([&] { return socket.snapshot().dropped_events == 1; }));
    auto const offline = socket.snapshot();
    CHECK_FALSE(offline.connected);
    CHECK_FALSE(offline.active);
    CHECK(offline.buffered_events == 2);
    CHECK(offline.buffered_bytes == socket.buffered_amount());
    CHECK(offline.pending_acks == 2);
    socket.connect();
    REQUIRE(until_connected(socket));
    REQUIRE(round_trip(socket));
    auto const online = socket.snapshot();
    CHECK(online.connected);
    CHECK(online.active);
    CHECK(online.buffered_events == 0);
    CHECK(online.pending_acks == 2);
    CHECK(online.last_join > 0us);

    auto retried = socket.io().socket("/custom", {.retries = 3});
    retried.connect();
    retried.emit("silence", 1);
    retried.emit("silence", 2);
    REQUIRE(until([&] { return retried.snapshot().retried_events == 2 && retried.connected(); }));
    CHECK(retried.snapshot().retried_bytes > 20);
    CHECK(retried.snapshot().retried_bytes <= retried.buffered_amount());
}

TEST_CASE_FIXTURE(client_test, "it can be asked for from other threads, inside listeners, and after the context")
{
    support::npm_server server;
    socketio::socket socket;
    {
        asio::io_context gone;
        socket = socketio::io(gone, server.url());
        socket.on("connect", [&] {
            socket.emit("silence", [](std::error_code) {});
            heard.note(std::to_string(socket.snapshot().pending_acks) + ' ' + std::to_string(socket.io().snapshot().packets_sent));
        });
        REQUIRE(support::run_until(gone, [&] { return heard.has("1 2"); }));
    }
    CHECK_FALSE(socket.snapshot().connected);
    CHECK(socket.snapshot().buffered_events == 0);
    CHECK(socket.io().snapshot().state == connection_state::closed);

    support::client_group running(context, 1);
    auto other = socketio::io(context, server.url());
    for (int i = 0; i != 200; ++i) {
        other.emit("sum", i);
        CHECK(other.io().snapshot().packets_sent <= 203u);
        CHECK(other.snapshot().pending_acks == 0);
    }
    CHECK(other.emitWithAck<int>("sum", 1, asio::use_future).get() == 1);
}

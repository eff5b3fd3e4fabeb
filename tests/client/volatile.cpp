// Volatile events: rather lost than late.
#include <socketio/client.hpp>

#include "support/client.hpp"
#include "support/peer.hpp"

#include <asio/post.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <system_error>
#include <thread>

using namespace std::chrono_literals;
using support::client_test;

// Unlike the reference, which keeps one when the connection stands but the namespace does not yet.
TEST_CASE_FIXTURE(client_test, "a volatile event is dropped while the socket is not connected, from any thread")
{
    support::npm_server server;
    socketio::manager manager{context, server.url()};
    auto root = manager.socket("/");
    REQUIRE(until_connected(root));
    auto socket = manager.socket("/custom");
    socket.volatile_().emit("lost", 1);
    std::thread([&] { socket.volatile_().emit("lost", 2); }).join();
    socket.emit("kept");
    REQUIRE(round_trip(socket));
    CHECK(server.log("event", "event") == R"(["kept","echo"])");
}

TEST_CASE_FIXTURE(client_test, "connected and with nothing left to write it is sent as any other, with its ack")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    REQUIRE(until_connected(socket));
    REQUIRE(round_trip(socket));
    socket.volatile_().emit("echo", "here", [&](std::string const& text) { heard.note(text); });
    REQUIRE(until_heard("here"));
    std::thread([&] {
        socket.volatile_().emit("echo", socketio::bytes(3), [&](socketio::bytes const& all) {
            heard.note("binary " + std::to_string(all.size()));
        });
    }).join();
    REQUIRE(until_heard("binary 3"));
}

TEST_CASE_FIXTURE(client_test, "while the connection is busy it is dropped, and what came before is not disturbed")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    REQUIRE(until_connected(socket));
    bool done = false;
    std::string const large(900000, 'x');
    for (int i = 0; i != 40; ++i) // more than a socket's buffers hold
        socket.emit("echo", large, [&, i](std::string const& back) { done = i == 39 && back.size() == large.size(); });
    asio::post(context, [&] {
        asio::post(context, [&] { socket.volatile_().emit("lost"); });
    });
    REQUIRE(until([&] { return done; }));
    REQUIRE(round_trip(socket));
    CHECK(server.count("event") == 41);
}

TEST_CASE_FIXTURE(client_test, "the ack of a dropped one ends by its timeout")
{
    auto socket = socketio::io(context, "http://127.0.0.1:1", {.autoConnect = false});
    socket.volatile_().timeout(1ms).emit("lost", [&](std::error_code ec) { heard.note(ec.message()); });
    CHECK(until_heard("operation has timed out"));
}

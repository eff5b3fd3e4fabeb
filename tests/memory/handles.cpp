// What a client's handles do when an allocation fails: emits that are kept, and last handles that go.
#include <socketio/client.hpp>
#include <socketio/server.hpp>

#include <doctest/doctest.h>

#include "memory/failing_memory.hpp"

#include <asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <new>
#include <string>
#include <system_error>

using namespace std::chrono_literals;

namespace {

// Runs `context` until `condition` holds, or for so long that it never will. Memory that ran out may leave it.
template <class Condition>
bool drive(asio::io_context& context, Condition condition)
{
    auto const until = std::chrono::steady_clock::now() + 5s;
    while (!condition() && std::chrono::steady_clock::now() < until) {
        try {
            context.restart();
            context.run_one_for(10ms);
        } catch (std::bad_alloc const&) {
        }
    }
    return condition();
}

struct lonely_client {
    asio::io_context context{1};
    socketio::socket socket = socketio::io(context, "http://127.0.0.1:1", {.autoConnect = false});
    bool emitted = false;

    lonely_client()
    {
        for (auto const* const event : {"one", "two", "three", "four"}) {
            socket.on(event, [] {});
            socket.emit(event, [](std::error_code) {}); // so many that the next one needs room
        }
        context.poll();
    }
};

struct pair {
    asio::io_context context{1};
    socketio::server server{context, 0, {.address = "127.0.0.1", .close_timeout = 10ms}};
    socketio::socket root, other;

    pair()
    {
        server.of("/other").on("connection", [](socketio::server_socket socket) { socket.on("silent", [](socketio::ack) {}); });
        root = socketio::io(context, "http://127.0.0.1:" + std::to_string(server.port()), {.forceNew = true, .close_timeout = 10ms});
        other = root.io().socket("/other");
        for (auto const* const event : {"one", "two", "three"})
            other.on(event, [] {});
        REQUIRE(drive(context, [this] { return root.connected() && other.connected(); }));
        other.emit("silent", [](std::error_code) {});
    }
    // Nothing but what is left to do keeps the context at work.
    bool ends()
    {
        server.close();
        context.restart();
        auto const until = std::chrono::steady_clock::now() + 5s;
        while (!context.stopped() && std::chrono::steady_clock::now() < until)
            context.run_one_for(10ms);
        return context.stopped();
    }
};

} // namespace

TEST_CASE("an emit with an acknowledgement that finds no memory is kept once, or not at all")
{
    auto const failures = memory::fail_each(
        [] { return std::make_unique<lonely_client>(); },
        [](auto& client) {
            client->socket.emit("five", "text", [](std::error_code) {});
            client->emitted = true;
            client->context.restart();
            client->context.poll();
        },
        [](auto& client, bool) {
            drive(client->context, [&] { return client->socket.snapshot().buffered_events >= (client->emitted ? 5u : 4u); });
            client->context.restart();
            client->context.poll();
            CHECK(client->socket.sendBuffer().size() == (client->emitted ? 5 : 4));
            CHECK(client->socket.snapshot().pending_acks == (client->emitted ? 5 : 4));
        });
    CHECK(failures > 2);
}

TEST_CASE("the last handle of a namespace, and of a manager, may go when there is no memory")
{
    auto const failures = memory::fail_each(
        [] { return std::make_unique<pair>(); },
        [](auto& both) {
            both->other = {};
            both->context.restart();
            both->context.poll();
            both->root = {};
        },
        [](auto& both, bool) {
            both->other = {};
            both->root = {};
            drive(both->context, [&] { return both->context.poll() == 0; });
            CHECK(both->ends());
        });
    CHECK(failures > 2);
}

TEST_CASE("a namespace whose handle went without memory makes room for the next of its name")
{
    memory::fail_each(
        [] { return std::make_unique<pair>(); },
        [](auto& both) {
            auto manager = both->root.io();
            both->other = {};
            both->other = manager.socket("/other");
            both->context.restart();
            both->context.poll();
        },
        [](auto& both, bool) {
            if (!both->other)
                both->other = both->root.io().socket("/other");
            if (!both->other.active())
                both->other.connect();
            CHECK(drive(both->context, [&] { return both->other.connected(); }));
            both->other = {};
            both->root = {};
            CHECK(both->ends());
        });
}

TEST_CASE("listeners are taken off without memory")
{
    memory::fail_each(
        [] { return std::make_unique<lonely_client>(); },
        [](auto& client) { client->socket.off(); },
        [](auto&, bool threw) { CHECK(!threw); });
}

// Catch-all listeners, in and out, and the lists of listeners.
#include <socketio/client.hpp>

#include "support/ask.hpp"
#include "support/client.hpp"
#include "support/peer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

using support::client_test;

namespace {

struct catch_all_test : client_test {
    support::npm_server server;

    auto note(std::string const& name)
    {
        return [this, name](std::string_view event, socketio::args const& all) {
            heard.note(name + ' ' + std::string(event) + ' ' + std::to_string(all.size()));
        };
    }
};

} // namespace

TEST_CASE_FIXTURE(catch_all_test, "catch-all listeners come before named ones, prepended ones first, each list in order")
{
    auto socket = socketio::io(context, server.url());
    socket.on("echo event", [&] { heard.note("named"); });
    socket.on("echo event", [&] { heard.note("named too"); });
    auto const second = socket.onAny(note("second"));
    socket.onAny(note("third"));
    socket.prependAny(note("first"));
    socket.emit("echo event", 1, 2);
    REQUIRE(until_heard("named too"));
    CHECK(heard.text() == "first echo event 2 | second echo event 2 | third echo event 2 | named | named too");
    heard.clear();
    socket.offAny(second);
    socket.emit("echo event");
    REQUIRE(until_heard("named too"));
    CHECK(heard.text() == "first echo event 0 | third echo event 0 | named | named too");
    heard.clear();
    socket.offAny();
    socket.emit("echo event");
    REQUIRE(until_heard("named too"));
    CHECK(heard.text() == "named | named too");
}

TEST_CASE_FIXTURE(catch_all_test, "what a catch-all listener adds or prepends hears the next event, not this one")
{
    auto socket = socketio::io(context, server.url());
    bool added = false;
    socket.onAny([&](std::string_view event) {
        heard.note("any " + std::string(event));
        if (!std::exchange(added, true)) {
            socket.prependAny(note("prepended"));
            socket.on("echo event", [&] { heard.note("named"); });
        }
    });
    socket.emit("echo event");
    REQUIRE(round_trip(socket));
    CHECK(heard.text() == "any echo event");
    heard.clear();
    socket.emit("echo event");
    REQUIRE(round_trip(socket));
    CHECK(heard.text() == "prepended echo event 0 | any echo event | named");
}

TEST_CASE_FIXTURE(catch_all_test, "the lists tell how many listeners there are, in order, and each can be taken off")
{
    auto socket = socketio::io(context, server.url());
    CHECK_FALSE(socket.hasListeners("echo event"));
    CHECK(socket.listeners("echo event").empty());
    CHECK(socket.listenersAny().empty());
    CHECK(socket.listenersAnyOutgoing().empty());
    socket.on("echo event", [&] { heard.note("one"); });
    socket.once("echo event", [&] { heard.note("two"); });
    socket.onAny(note("any"));
    socket.onAnyOutgoing(note("out"));
    CHECK(socket.hasListeners("echo event"));
    REQUIRE(socket.listeners("echo event").size() == 2);
    REQUIRE(socket.listenersAny().size() == 1);
    REQUIRE(socket.listenersAnyOutgoing().size() == 1);
    socket.off(socket.listeners("echo event").front());
    socket.offAny(socket.listenersAny().front());
    socket.offAnyOutgoing(socket.listenersAnyOutgoing().front());
    socket.emit("echo event");
    REQUIRE(until_heard("two"));
    CHECK(heard.text() == "two");
    CHECK_FALSE(socket.hasListeners("echo event"));
}

TEST_CASE_FIXTURE(catch_all_test, "onAnyOutgoing hears every event as it is written, not acks and not what still waits")
{
    auto socket = socketio::io(context, server.url(), {.autoConnect = false});
    socket.onAnyOutgoing(note("out"));
    socket.prependAnyOutgoing([&](std::string_view event) { heard.note("before " + std::string(event)); });
    socket.on("connect", [&] { heard.note("connect"); });
    socket.on("question", [](socketio::ack const& reply) { reply(1); });
    socket.emit("echo event", 1);
    context.poll();
    CHECK(heard.text().empty());
    socket.connect();
    REQUIRE(until_heard("connect"));
    CHECK(heard.text() == "before echo event | out echo event 1 | connect");
    heard.clear();
    CHECK(support::ask(context, server, R"({"do":"ask","event":"question"})") == "[1]");
    CHECK(heard.text().empty());
    socket.emit("now", "text", socketio::bytes(3, std::byte{7}), socketio::object{{"a", socketio::bytes(1)}});
    REQUIRE(round_trip(socket));
    CHECK(heard.text() == "before now | out now 3 | before echo | out echo 0");
}

TEST_CASE_FIXTURE(catch_all_test, "an outgoing listener sees the arguments, binary ones too, and may be the last to hold the socket")
{
    auto socket = socketio::io(context, server.url());
    REQUIRE(until_connected(socket));
    socket.onAnyOutgoing([&](std::string_view event, socketio::args const& all) {
        heard.note(std::string(event) + ' ' + all[0].to_json() + ' ' + std::to_string(all[1].as_binary().size()));
        socket = {};
    });
    socket.emit("last", socketio::array{1, "two"}, socketio::bytes(5));
    CHECK(idle());
    CHECK(heard.text() == R"(last [1,"two"] 5)");
}

// Listeners of the server's sockets: how they come and go, in which order they hear, and what they may do meanwhile.
#include <socketio/server/server_socket.hpp>

#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

using socketio::ack;
using socketio::args;
using socketio::listener_handle;
using socketio::server_socket;
using support::note_event;
using support::note_text;

namespace {

struct event_fixture : support::two_clients {
    auto note_any(std::string name)
    {
        return [this, name = std::move(name)](std::string_view event, args const& all) {
            if (event != "in step")
                heard.note(name + ' ' + std::string{event} + ' ' + std::to_string(all.size()));
        };
    }
    // What is heard of one event, all of it.
    std::string hears(std::string_view event)
    {
        heard.clear();
        client.emit(event, "x");
        REQUIRE(in_step(client));
        return heard.text();
    }
};

} // namespace

TEST_CASE_FIXTURE(event_fixture, "on: every listener of an event hears each of it, in the order in which they were added")
{
    socket.on("a", note_text(heard, "first"));
    socket.on("b", note_event(heard, "other"));
    socket.on("a", note_text(heard, "second"));
    CHECK(hears("a") == "first: x | second: x");
    CHECK(hears("a") == "first: x | second: x");
    CHECK(hears("c").empty());
}

TEST_CASE_FIXTURE(event_fixture, "once: the next one only, in its place among the others")
{
    socket.on("a", note_event(heard, "1"));
    socket.once("a", note_event(heard, "2"));
    auto const never = socket.once("a", note_event(heard, "never"));
    socket.on("a", note_event(heard, "3"));
    never.off();
    CHECK(hears("a") == "1 | 2 | 3");
    CHECK(hears("a") == "1 | 3");
}

TEST_CASE_FIXTURE(event_fixture, "off: one by its handle, all of an event by name, all of all, and catch-all ones stay")
{
    auto const first = socket.on("a", note_event(heard, "a1"));
    socket.on("a", note_event(heard, "a2"));
    auto const scoped = std::make_unique<socketio::scoped_listener>(socket.on("b", note_event(heard, "b1")));
    socket.on("b", note_event(heard, "b2"));
    socket.onAny(note_any("any"));
    socket.off(first);
    first.off(); // as often as one likes
    CHECK(hears("a") == "any a 1 | a2");
    socket.off("nothing");
    socket.off("a");
    CHECK(hears("a") == "any a 1");
    CHECK(hears("b") == "any b 1 | b1 | b2");
    scoped->off();
    CHECK(hears("b") == "any b 1 | b2");
    socket.off();
    CHECK(hears("b") == "any b 1");
}

TEST_CASE_FIXTURE(event_fixture, "a handle takes its own listener off and no other, in all copies, and may outlive its socket")
{
    listener_handle const none;
    none.off();
    auto const a = socket.on("a", note_event(heard, "a"));
    auto const copy = a;
    socket.on("b", note_event(heard, "b"));
    copy.off();
    CHECK(hears("a").empty());
    CHECK(hears("b") == "b");
    auto const last = socket.on("b", note_event(heard, "late"));
    client.disconnect();
    REQUIRE(until([this] { return io.engine().clientsCount() == 0; }));
    socket = server_socket{socket_of(guest())};
    last.off();
    a.off();
    CHECK(heard.text() == "b");
}

TEST_CASE_FIXTURE(event_fixture, "onAny and prependAny hear all events before named listeners do, but not the library's own")
{
    socket.on("a", note_event(heard, "named"));
    socket.onAny(note_any("second"));
    auto const third = socket.onAny([this](std::string_view event) { heard.note("third " + std::string{event}); });
    socket.prependAny(note_any("first"));
    CHECK(socket.listenersAny().size() == 3);
    CHECK(hears("a") == "first a 1 | second a 1 | third a | named | third in step");
    socket.offAny(third);
    CHECK(hears("b") == "first b 1 | second b 1");
    socket.listenersAny().front().off();
    CHECK(hears("b") == "second b 1");
    socket.on("disconnecting", note_event(heard, "disconnecting"));
    socket.on("disconnect", note_event(heard, "disconnect"));
    heard.clear();
    client.disconnect();
    REQUIRE(until_heard("disconnect"));
    CHECK(heard.text() == "disconnecting | disconnect");
}

TEST_CASE_FIXTURE(event_fixture, "offAny takes all catch-all listeners off and leaves the named ones")
{
    socket.onAny(note_any("any"));
    socket.prependAny(note_any("any"));
    socket.on("a", note_event(heard, "named"));
    socket.offAny();
    CHECK(socket.listenersAny().empty());
    CHECK(hears("a") == "named");
}

TEST_CASE_FIXTURE(event_fixture, "onAnyOutgoing hears what is emitted and broadcast to its client, and no answers")
{
    socket.onAnyOutgoing(note_any("out"));
    socket.prependAnyOutgoing([this](std::string_view event, args const& all) {
        heard.note("first " + std::string{event} + ' ' + all[0].to_json());
    });
    socket.on("ask", [](ack reply) { reply("answer"); });
    client.on("question", [](ack reply) { reply(); });
    CHECK(hears("ask").empty());
    socket.emit("one", 1);
    socket.timeout(support::patience).emit("question", 2, [](std::error_code) {});
    socket.volatile_().emit("two", 2, 2);
    socket.broadcast().emit("not to it");
    io.emit("all", socketio::bytes(3));
    io.to(socket.id()).emit("room", "r");
    REQUIRE(in_step(client));
    CHECK(heard.text() == "first one 1 | out one 1 | first question 2 | out question 1 | first all null | out all 1 | "
                          "first room \"r\" | out room 1"); // the volatile one would have had to wait
    CHECK(socket.listenersAnyOutgoing().size() == 2);
    socket.offAnyOutgoing(socket.listenersAnyOutgoing().back());
    heard.clear();
    socket.emit("one", 1);
    REQUIRE(until_heard("first one 1"));
    socket.offAnyOutgoing();
    socket.emit("one", 1);
    REQUIRE(in_step(client));
    CHECK(heard.text() == "first one 1");
    CHECK(socket.listenersAnyOutgoing().empty());
}

TEST_CASE_FIXTURE(event_fixture, "a listener that adds listeners: they hear from the next event on")
{
    bool added = false;
    socket.on("a", [&] {
        heard.note("1");
        if (std::exchange(added, true))
            return;
        socket.on("a", note_event(heard, "2"));
        socket.once("a", note_event(heard, "once"));
        socket.onAny(note_any("any"));
        socket.prependAny(note_any("first"));
    });
    CHECK(hears("a") == "1");
    CHECK(hears("a") == "first a 1 | any a 1 | 1 | 2 | once");
    CHECK(hears("a") == "first a 1 | any a 1 | 1 | 2");
}

TEST_CASE_FIXTURE(event_fixture, "a listener that takes listeners off: they do not even hear the event under way")
{
    listener_handle own, later;
    own = socket.on("a", [&] {
        heard.note("1");
        own.off();
        later.off();
    });
    socket.on("a", note_event(heard, "2"));
    later = socket.on("a", note_event(heard, "3"));
    CHECK(hears("a") == "1 | 2");
    CHECK(hears("a") == "2");
    socket.onAny([this](std::string_view event) {
        if (event != "b")
            return;
        heard.note("any");
        socket.off("b");
        socket.offAny();
    });
    socket.onAny(note_any("never"));
    socket.on("b", note_event(heard, "never"));
    CHECK(hears("b") == "any");
}

TEST_CASE_FIXTURE(event_fixture, "a listener that is taken off inside itself keeps what it has captured until it returns")
{
    auto const owned = std::make_shared<std::string>("still here");
    std::weak_ptr<std::string> const watched = owned;
    {
        auto moved = owned;
        socket.on("a", [this, kept = std::move(moved)] {
            socket.off("a");
            heard.note(*kept);
        });
    }
    CHECK(hears("a") == "still here");
    CHECK(owned.use_count() == 1);
}

TEST_CASE_FIXTURE(event_fixture, "a listener may emit the event that it hears to its own client, and take part in the talk")
{
    client.on("ping pong", [this](int n) { client.emit("ping pong", n + 1); });
    socket.on("ping pong", [this](int n) {
        heard.note(std::to_string(n));
        if (n < 6)
            socket.emit("ping pong", n + 1);
    });
    client.emit("ping pong", 0);
    REQUIRE(until_heard("6"));
    CHECK(heard.text() == "0 | 2 | 4 | 6");
}

TEST_CASE_FIXTURE(event_fixture, "what a listener throws leaves through the context, ends its event and no other")
{
    socket.on("a", [] { throw std::runtime_error("thrown"); });
    socket.on("a", note_event(heard, "not reached"));
    socket.once("b", [] { throw std::runtime_error("thrown"); });
    socket.on("c", [this](ack reply) {
        heard.note("c");
        reply();
    });
    client.emit("a");
    client.emit("b");
    client.emit("b");
    client.emit("c", note_event(heard, "answered"));
    CHECK(support::exceptions_until(context, [this] { return heard.has("answered"); }) == 2);
    CHECK(heard.text() == "c | answered");
    CHECK(socket.connected());
}

TEST_CASE_FIXTURE(event_fixture, "catch-all listeners, answers' handlers and the last listeners may throw, too")
{
    auto const thrower = [] { throw std::runtime_error("thrown"); };
    auto const any = socket.onAny([&](std::string_view) { thrower(); });
    auto const out = socket.onAnyOutgoing([&](std::string_view) { thrower(); });
    client.on("ask", [this](ack reply) {
        heard.note("asked");
        reply();
    });
    client.emit("a");
    socket.emit("ask", thrower);
    CHECK(support::exceptions_until(context, [this] { return io.snapshot().packets_received == 3; }) == 3);
    any.off();
    out.off();
    socket.on("disconnecting", thrower);
    socket.on("disconnect", thrower);
    socket.on("disconnect", note_event(heard, "not reached"));
    socket.emit("silence", [this](std::error_code ec) { heard.note(ec.message()); });
    client.disconnect();
    auto const gone = [this] { return io.engine().clientsCount() == 0 && io.snapshot().connections == 0; };
    CHECK(support::exceptions_until(context, gone) == 2);
    CHECK(heard.text() == "asked | " + make_error_code(socketio::error::disconnected).message());
    CHECK(io.sockets().adapter().rooms().empty());
}

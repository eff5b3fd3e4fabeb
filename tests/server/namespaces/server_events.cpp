// The events of the server itself and of its namespaces: "connection", "connect", "new_namespace".
#include <socketio/server/server.hpp>

#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

using socketio::server;
using socketio::server_namespace;
using socketio::server_socket;
using support::note_event;
using support::note_text;
using support::server_fixture;

namespace {

struct reception : server_fixture {
    auto note_socket(std::string name)
    {
        return [this, name = std::move(name)](server_socket) { heard.note(name); };
    }
    auto note_new(std::string name)
    {
        return [this, name = std::move(name)](server_namespace made) { heard.note(name + ' ' + made.name()); };
    }
};

} // namespace

TEST_CASE_FIXTURE(reception, "all listeners hear of all clients, those of \"connect\" first, by whatever handle they were added")
{
    io.on("connection", note_socket("3"));
    io.sockets().on("connection", note_socket("4"));
    io.of("/").on("connect", note_socket("1"));
    io.of("").on("connect", note_socket("2"));
    io.of("/other").on("connection", note_socket("other"));
    auto const first = guest();
    auto const second = guest();
    CHECK(heard.text() == "1 | 2 | 3 | 4 | 1 | 2 | 3 | 4");
    io.sockets().off("connect");
    io.of("/other").off("connection");
    heard.clear();
    auto const third = guest();
    auto const other = guest("/other");
    CHECK(heard.text() == "3 | 4");
}

TEST_CASE_FIXTURE(reception, "a listener of \"connection\" that adds others: they hear of the next client")
{
    io.on("connection", [this, sockets = io.sockets()](server_socket) {
        heard.note("1");
        sockets.on("connection", note_socket("2"));
        sockets.on("connect", note_socket("0"));
    });
    auto const first = guest();
    CHECK(heard.text() == "1");
    heard.clear();
    auto const second = guest();
    CHECK(heard.text() == "0 | 1 | 2");
}

TEST_CASE_FIXTURE(reception, "a listener of \"connection\" that throws: the others hear, and the client is connected")
{
    io.on("connect", [](server_socket) { throw std::runtime_error("thrown"); });
    io.on("connection", [](server_socket) { throw std::runtime_error("thrown"); });
    io.on("connection", [this](server_socket socket) {
        heard.note("connection");
        socket.on("hello", note_event(heard, "hello"));
    });
    auto visitor = client();
    visitor.emit("hello");
    CHECK(support::exceptions_until(context, [this] { return heard.has("hello"); }) == 2);
    CHECK(heard.text() == "connection | hello");
    CHECK(visitor.connected());
}

TEST_CASE_FIXTURE(reception, "what \"connection\" emits comes after the client's \"connect\", and it misses nothing")
{
    io.on("connection", [this](server_socket socket) {
        socket.emit("welcome", "friend");
        socket.on("first words", note_text(heard, "first words"));
    });
    auto visitor = client();
    heard.follow(visitor);
    visitor.on("welcome", note_text(heard, "welcome"));
    visitor.emit("first words", "hello");
    REQUIRE(until_heard("first words: hello"));
    REQUIRE(until_heard("welcome: friend"));
    CHECK(heard.count("connect") == 1);
    CHECK(heard.text().find("connect") < heard.text().find("welcome"));
}

TEST_CASE_FIXTURE(reception, "a client that is put out in \"connection\": the next listener still meets it, and hears the end")
{
    io.on("connection", [](server_socket socket) { socket.disconnect(); });
    io.on("connection", [this](server_socket socket) {
        heard.note(socket.connected() ? "connected" : "disconnected");
        socket.on("disconnect", note_text(heard, "disconnect"));
    });
    auto visitor = client();
    heard.follow(visitor, "client ");
    REQUIRE(until_heard("client disconnect: io server disconnect"));
    CHECK(heard.text() == "disconnected | disconnect: server namespace disconnect | client connect | "
                          "client disconnect: io server disconnect");
}

TEST_CASE_FIXTURE(reception, "\"new_namespace\" tells of each once, when it is made by name or for a client, and never of \"/\"")
{
    io.on("new_namespace", note_new("1"));
    io.on("new_namespace", note_new("2"));
    io.of("/");
    io.of("/made");
    io.of("made");
    CHECK(heard.text() == "1 /made | 2 /made");
    io.of(std::regex{"^/any"});
    CHECK(heard.text() == "1 /made | 2 /made");
    auto const a = guest("/any-a"), again = guest("/any-a"), made = guest("/made");
    CHECK(heard.text() == "1 /made | 2 /made | 1 /any-a | 2 /any-a");
}

TEST_CASE_FIXTURE(reception, "a listener of \"new_namespace\" comes before the first client, and may make more")
{
    io.on("new_namespace", [this](server_namespace made) {
        heard.note("new " + made.name());
        made.on("connection", note_socket("connection"));
        made.use([this](server_socket, socketio::next go_on) {
            heard.note("asked");
            go_on();
        });
        if (made.name().size() < 4)
            io.of(made.name() + "x");
    });
    io.of(std::regex{"^/a$"});
    auto const visitor = guest("/a");
    CHECK(heard.text() == "new /a | new /ax | new /axx | asked | connection");
}

TEST_CASE_FIXTURE(reception, "a listener of \"new_namespace\" that throws: the others hear, and the client is let in")
{
    io.on("new_namespace", [](server_namespace) { throw std::runtime_error("thrown"); });
    io.on("new_namespace", note_new("second"));
    io.of(std::regex{"^/any"}).on("connection", note_socket("connection"));
    auto const visitor = client("/any");
    CHECK(support::exceptions_until(context, [&] { return visitor.connected(); }) == 1);
    CHECK(heard.text() == "second /any | connection");
}

TEST_CASE_FIXTURE(reception, "an event that is none is misuse")
{
    CHECK_THROWS_AS(io.on("disconnect", [](server_socket) {}), std::invalid_argument);
    CHECK_THROWS_AS(io.on("new_namespace", [](server_socket) {}), std::invalid_argument);
    CHECK_THROWS_AS(io.on("connection", [](server_namespace) {}), std::invalid_argument);
    CHECK_THROWS_AS(io.of("/x").on("new_namespace", [](server_socket) {}), std::invalid_argument);
    CHECK_THROWS_AS(io.engine().on("connection", [](socketio::connection_failure const&) {}), std::invalid_argument);
    io.off("nothing");
    CHECK(guest().connected());
}

TEST_CASE_FIXTURE(reception, "listeners move with their server, and a closed one keeps none")
{
    auto const owned = std::make_shared<int>(1);
    io.on("connection", [this, owned](server_socket) { heard.note("connection"); });
    server moved{std::move(io)};
    io = server{context, support::on_loopback()};
    auto const visitor = socketio::io(context, support::loopback_url(moved.port()), {.forceNew = true});
    REQUIRE(until_heard("connection"));
    moved.close();
    CHECK(owned.use_count() == 1);
    moved.on("connection", [owned](server_socket) {});
    moved.on("new_namespace", [owned](server_namespace) {});
    moved.use([owned](server_socket, socketio::next) {});
    moved.on_error([owned](socketio::event_error const&) {});
    moved.engine().on("connection_error", [owned](socketio::connection_failure const&) {});
    moved.of("/new").on("connection", [owned, nsp = moved.of("/new")](server_socket) {});
    moved.of(std::regex{"new"}).on("connection", [owned](server_socket) {});
    moved.of([owned](std::string_view, socketio::value const&) { return true; });
    CHECK(owned.use_count() == 1);
}

// `on` returns a handle, `once` is for the next occurrence, and `off` removes: on the server, its namespaces, their
// adapters, a client's connection and the engine.
#include <socketio/server/server.hpp>

#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <regex>
#include <string>
#include <string_view>
#include <utility>

using socketio::listener_handle;
using socketio::scoped_listener;
using socketio::server_namespace;
using socketio::server_socket;
using support::server_fixture;

namespace {

struct handles : server_fixture {
    auto note_socket(std::string name)
    {
        return [this, name = std::move(name)](server_socket) { heard.note(name); };
    }
    auto note_room(std::string name)
    {
        return [this, name = std::move(name)](std::string_view room) { heard.note(name + ' ' + std::string{room}); };
    }
    auto note_answer(std::string name)
    {
        return [this, name = std::move(name)](socketio::string_pairs&, socketio::http_request const&) {
            heard.note(name);
        };
    }
};

} // namespace

TEST_CASE_FIXTURE(handles, "a listener of \"connection\" is removed by its handle, and no other")
{
    listener_handle const first = io.on("connection", note_socket("1"));
    listener_handle const second = io.on("connection", note_socket("2"));
    auto const a = guest();
    io.off(first);
    first.off(); // as often as one likes
    auto const b = guest();
    io.off("connection", second);
    auto const c = guest();
    CHECK(heard.text() == "1 | 2 | 2");
}

TEST_CASE_FIXTURE(handles, "the server and its first namespace share their listeners")
{
    auto const handle = io.sockets().on("connection", note_socket("connection"));
    CHECK(io.hasListeners("connection"));
    CHECK(io.listeners("connection").size() == 1);
    CHECK_FALSE(io.of("/other").hasListeners("connection"));
    io.off(handle);
    CHECK_FALSE(io.sockets().hasListeners("connection"));
    auto const visitor = guest();
    CHECK(heard.text().empty());
}

TEST_CASE_FIXTURE(handles, "once \"connection\" is for the next client")
{
    io.once("connection", note_socket("server"));
    io.of("/other").once("connect", note_socket("namespace"));
    auto const a = guest(), b = guest();
    auto const c = guest("/other"), d = guest("/other");
    CHECK(heard.text() == "server | namespace");
}

TEST_CASE_FIXTURE(handles, "a listener that an earlier one of the same event removes is not called")
{
    listener_handle later;
    io.on("connect", [&](server_socket) {
        heard.note("first");
        later.off();
    });
    later = io.on("connection", note_socket("later"));
    auto const visitor = guest();
    CHECK(heard.text() == "first");
}

TEST_CASE_FIXTURE(handles, "off() removes the listeners of all events, and a listener dies with its removal")
{
    auto const owned = std::make_shared<int>(1);
    io.on("connection", [owned](server_socket) {});
    io.on("new_namespace", [owned](server_namespace) {});
    io.engine().on("headers", [owned](socketio::string_pairs&, socketio::http_request const&) {});
    io.sockets().adapter().on("join-room", [owned](std::string_view) {});
    CHECK(owned.use_count() == 5);
    io.off();
    CHECK(owned.use_count() == 3);
    io.engine().off("connection_error");
    io.engine().off();
    io.sockets().adapter().off();
    CHECK(owned.use_count() == 1);
}

TEST_CASE_FIXTURE(handles, "\"new_namespace\" has handles and once, too")
{
    auto const note_new = [this](server_namespace made) { heard.note(made.name()); };
    auto const handle = io.on("new_namespace", note_new);
    io.once("new_namespace", note_new);
    io.of("/a");
    io.of("/b");
    io.off(handle);
    io.of("/c");
    CHECK(heard.text() == "/a | /a | /b");
}

TEST_CASE_FIXTURE(handles,
    "a listener that is removed from a pattern is not called for the namespaces that it has made either")
{
    auto const pattern = io.of(std::regex{"^/any"});
    auto const handle = pattern.on("connection", note_socket("handle"));
    pattern.once("connection", note_socket("once"));
    pattern.on("connection", note_socket("stays"));
    auto const a = guest("/any-a"), b = guest("/any-b");
    handle.off();
    auto const c = guest("/any-a"), d = guest("/any-c");
    CHECK(heard.text() == "handle | once | stays | handle | stays | stays | stays");
    pattern.off("connection");
    auto const e = guest("/any-a");
    CHECK(heard.text() == "handle | once | stays | handle | stays | stays | stays");
}

TEST_CASE_FIXTURE(handles, "a namespace that a pattern has made has listeners of its own beside the pattern's")
{
    auto const pattern = io.of(std::regex{"^/any"});
    pattern.on("connection", note_socket("pattern"));
    auto const made = io.of("/any-a");
    auto const handle = made.on("connection", note_socket("own"));
    auto const a = guest("/any-a");
    made.off(handle);
    auto const b = guest("/any-a");
    made.off("connection");
    auto const c = guest("/any-a"), d = guest("/any-b");
    CHECK(heard.text() == "pattern | own | pattern | pattern");
}

TEST_CASE_FIXTURE(handles, "an adapter's listeners: handles, once and off")
{
    auto const visitor = guest();
    auto const socket = socket_of(visitor);
    auto const rooms = io.sockets().adapter();
    auto const handle = rooms.on("create-room", note_room("on"));
    rooms.once("create-room", note_room("once"));
    {
        scoped_listener const scoped{rooms.on("create-room", note_room("scoped"))};
        socket.join("a");
    }
    socket.join("b");
    rooms.off(handle);
    socket.join("c");
    rooms.on("delete-room", note_room("deleted"));
    rooms.off("delete-room");
    socket.leave("a");
    CHECK(heard.text() == "on a | once a | scoped a | on b");
}

TEST_CASE_FIXTURE(handles, "a connection's listeners: handles, once and off")
{
    auto const visitor = guest();
    auto const connection = socket_of(visitor).conn();
    auto const note = [this](std::string name) {
        return
            [this, name = std::move(name)](std::string_view reason) { heard.note(name + ' ' + std::string{reason}); };
    };
    auto const handle = connection.on("close", note("removed"));
    connection.once("close", note("once"));
    connection.on("close", note("on"));
    connection.on("upgrade", note("upgrade"));
    CHECK(connection.listeners("close").size() == 3);
    connection.off(handle);
    connection.off("upgrade");
    connection.close();
    REQUIRE(until_heard("on forced close"));
    CHECK(heard.text() == "once forced close | on forced close");
}

TEST_CASE_FIXTURE(handles, "the engine's listeners: handles, once and off")
{
    auto const engine = io.engine();
    auto const handle = engine.on("initial_headers", note_answer("on"));
    engine.once("initial_headers", note_answer("once"));
    auto const a = guest(), b = guest();
    CHECK(heard.text() == "on | once | on");
    engine.off(handle);
    auto const c = guest();
    CHECK(heard.text() == "on | once | on");
    CHECK_FALSE(engine.hasListeners("initial_headers"));
}

TEST_CASE_FIXTURE(handles, "a handle outlives its server, and a closed server takes no listener")
{
    auto const handle = io.on("connection", note_socket("connection"));
    auto const engine = io.engine();
    io.close();
    handle.off();
    auto const owned = std::make_shared<int>(1);
    io.on("connection", [owned](server_socket) {}).off();
    engine.on("headers", [owned](socketio::string_pairs&, socketio::http_request const&) {}).off();
    CHECK(owned.use_count() == 1);
    io = socketio::server{context};
    handle.off();
}

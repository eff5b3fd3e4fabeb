// What a user's sheet of notes promises of Socket.IO, line by line, the server's half and the client's.
#include <socketio/server.hpp>

#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

using socketio::ack;
using socketio::args;
using socketio::server_socket;
using support::note_event;
using support::note_text;
using support::server_fixture;

namespace {

// A server that keeps the handles of its sockets as they come.
struct sheet : server_fixture {
    std::vector<server_socket> sockets;

    sheet()
    {
        io.on("connection", [this](server_socket socket) { sockets.push_back(socket); });
    }
    server_socket const& newest() const { return sockets.back(); }
};

} // namespace

TEST_CASE_FIXTURE(sheet, "the server's \"connection\" is told once for each client, with a socket that is connected")
{
    auto const first = guest();
    REQUIRE(sockets.size() == 1);
    CHECK(newest().id() == first.id());
    CHECK(newest().connected());
    CHECK(newest().nsp() == "/");
    CHECK_FALSE(newest().recovered());
    auto const second = guest();
    REQUIRE(sockets.size() == 2);
    CHECK(newest().id() == second.id());
    CHECK_FALSE(sockets[0] == sockets[1]);
    CHECK(io.engine().clientsCount() == 2);
}

TEST_CASE_FIXTURE(sheet, "socket.on hears a client's custom event, and only that")
{
    auto socket = guest();
    newest().on("hello", note_text(heard, "hello"));
    newest().on("bye", note_event(heard, "bye"));
    socket.emit("hello", "world");
    socket.emit("something else");
    REQUIRE(in_step(socket));
    CHECK(heard.text() == "hello: world");
}

TEST_CASE_FIXTURE(sheet, "the client's example: what the server's callback is given comes to the client's")
{
    auto client = guest();
    newest().on("myEvent", [this](std::string data, ack callback) {
        heard.note("myEvent: " + data);
        callback("OK");
    });
    client.emit("myEvent", "data", note_text(heard, "Server responded"));
    REQUIRE(until_heard("Server responded: OK"));
    CHECK(heard.text() == "myEvent: data | Server responded: OK");
}

TEST_CASE_FIXTURE(sheet, "the server asks as the client does")
{
    auto client = guest();
    client.on("question", [](int a, int b, ack reply) { reply(a + b, "sum"); });
    newest().emit("question", 20, 22, [this](int sum, std::string const& word) {
        heard.note(word + " " + std::to_string(sum));
    });
    CHECK(until_heard("sum 42"));
}

TEST_CASE_FIXTURE(sheet, "socket.onAny hears every event, with its name and its arguments")
{
    auto client = guest();
    newest().onAny([this](std::string_view event, args const& arguments) {
        heard.note(std::string{event} + " " + std::to_string(arguments.size()));
    });
    client.onAny([this](std::string_view event, args const&) { heard.note("client " + std::string{event}); });
    client.emit("one", 1);
    client.emit("two", 1, 2);
    newest().emit("three");
    REQUIRE(until([&] { return heard.has("client three") && heard.has("two 2"); }));
    CHECK(heard.has("one 1"));
    CHECK(heard.count_of("client") == 1);
}

TEST_CASE_FIXTURE(sheet, "socket.on(\"disconnect\") is told the reason")
{
    auto client = guest();
    newest().on("disconnect", note_text(heard, "disconnect"));
    client.disconnect();
    REQUIRE(until_heard("disconnect: client namespace disconnect"));
    CHECK(newest().disconnected());
}

TEST_CASE_FIXTURE(sheet, "socket.emit goes to the current client, socket.broadcast to all but it, io.emit to all")
{
    auto a = guest(), b = guest(), c = guest();
    for (auto [client, name] : {std::pair{a, "a"}, {b, "b"}, {c, "c"}})
        client.on("news", [this, name = std::string{name}](std::string const& text) { heard.note(name + " " + text); });
    auto const current = socket_of(b);
    current.emit("news", "to one");
    REQUIRE(until_heard("b to one"));
    current.broadcast().emit("news", "to others");
    REQUIRE(until([&] { return heard.has("a to others") && heard.has("c to others"); }));
    io.emit("news", "to all");
    for (auto const line : {"a to all", "b to all", "c to all"})
        REQUIRE(until_heard(line));
    CHECK(heard.count_of("a") == 2);
    CHECK(heard.count_of("b") == 2);
    CHECK(heard.count_of("c") == 2);
}

TEST_CASE_FIXTURE(sheet, "socket.join adds to a room that io.to reaches, and socket.leave removes from it")
{
    auto a = guest(), b = guest();
    a.on("news", note_text(heard, "a"));
    b.on("news", note_text(heard, "b"));
    socket_of(a).join("room");
    io.to("room").emit("news", "1");
    REQUIRE(until_heard("a: 1"));
    socket_of(b).join("room");
    socket_of(a).leave("room");
    io.to("room").emit("news", "2");
    REQUIRE(until_heard("b: 2"));
    REQUIRE(in_step(a));
    CHECK(heard.text() == "a: 1 | b: 2");
}

TEST_CASE_FIXTURE(sheet, "socket.id is the same on both sides, of twenty characters, and nobody else's")
{
    std::set<std::string> ids;
    std::vector<socketio::socket> clients;
    for (int i = 0; i != 5; ++i) {
        clients.push_back(guest());
        CHECK(newest().id() == clients.back().id());
        CHECK(newest().id().size() == 20);
        ids.insert(newest().id());
    }
    CHECK(ids.size() == 5);
}

TEST_CASE_FIXTURE(sheet, "socket.handshake tells of the first request: headers, query, auth, time, address, url")
{
    auto const client = guest("", {.auth = {{"token", "abc"}}, .query = {{"room", "blue sky"}},
                                  .extraHeaders = {{"X-Name", "Ann"}, {"Origin", "http://pages.example"}}});
    auto const& shake = newest().handshake();
    CHECK(shake.header("x-name") == "Ann");
    CHECK(shake.header("host") == "127.0.0.1:" + std::to_string(io.port()));
    CHECK(shake.header("absent").empty());
    CHECK(shake.query_value("room") == "blue sky");
    CHECK(shake.query_value("EIO") == "4");
    CHECK(shake.query_value("transport") == "websocket");
    CHECK(shake.auth["token"].get<std::string>() == "abc");
    CHECK(shake.address == "127.0.0.1");
    CHECK(shake.url.starts_with("/socket.io/?"));
    CHECK(shake.url.find("room=blue") != std::string::npos);
    CHECK_FALSE(shake.secure);
    CHECK(shake.xdomain);
    CHECK(shake.issued > 1'600'000'000'000);
    CHECK_FALSE(shake.time.empty());
}

TEST_CASE_FIXTURE(sheet, "socket.handshake of a client that says nothing has an empty auth and no xdomain")
{
    auto const client = guest();
    auto const& shake = newest().handshake();
    CHECK_FALSE(shake.xdomain);
    CHECK(shake.auth["token"].type() == socketio::value_type::null);
    CHECK(shake.header("origin").empty());
}

TEST_CASE_FIXTURE(sheet, "io.sockets.sockets.get finds a socket by its id as long as it is connected")
{
    auto client = guest();
    auto const id = client.id();
    auto const found = io.sockets().sockets().get(id);
    REQUIRE(found);
    CHECK(*found == newest());
    CHECK(io.sockets().sockets().has(id));
    CHECK(io.sockets().sockets().size() == 1);
    CHECK(io.sockets().sockets().all().size() == 1);
    CHECK_FALSE(io.sockets().sockets().get("nobody"));
    client.disconnect();
    CHECK(until([&] { return !io.sockets().sockets().get(id); }));
    CHECK(io.sockets().sockets().size() == 0);
}

TEST_CASE_FIXTURE(sheet, "io.sockets.adapter.rooms tells all rooms and who is in them")
{
    auto const a = guest(), b = guest();
    socket_of(a).join({"red", "blue"});
    socket_of(b).join("blue");
    auto const rooms = io.sockets().adapter().rooms();
    CHECK(rooms.size() == 4);
    CHECK(rooms.at("red").size() == 1);
    CHECK(rooms.at("blue").size() == 2);
    CHECK(rooms.at("blue").contains(a.id()));
    CHECK(rooms.at(a.id()).contains(a.id()));
    auto const sids = io.sockets().adapter().sids();
    CHECK(sids.size() == 2);
    CHECK(sids.at(a.id()).contains("red"));
    socket_of(a).leave("red");
    CHECK_FALSE(io.sockets().adapter().rooms().contains("red"));
}

TEST_CASE_FIXTURE(sheet, "the client hears the server's events until it takes its listener off")
{
    auto client = guest();
    client.on("news", note_event(heard, "news"));
    newest().emit("news");
    REQUIRE(until_heard("news"));
    client.off("news");
    newest().emit("news");
    REQUIRE(in_step(client));
    CHECK(heard.count("news") == 1);
}

TEST_CASE("the client is told of the connection, its loss, its return, and of a server that is not there")
{
    support::diary heard;
    asio::io_context context;
    auto server = std::make_unique<socketio::server>(context, std::uint16_t{0}, support::on_loopback());
    auto const port = server->port();
    auto client = socketio::io(context, support::loopback_url(port), support::quick());
    heard.follow(client);
    auto const until_heard = [&](std::string_view line, std::ptrdiff_t times = 1) {
        return support::run_until(context, [&] { return heard.count_of(line) >= times; });
    };
    REQUIRE(until_heard("connect"));
    server.reset();
    REQUIRE(until_heard("disconnect: transport close"));
    REQUIRE(until_heard("connect_error: "));
    server = std::make_unique<socketio::server>(context, port, support::on_loopback());
    REQUIRE(until_heard("reconnect: "));
    CHECK(client.connected());
    CHECK(heard.count("connect") == 2);
}

// connectionStateRecovery: who was lost comes back to the same id, rooms and data, and hears what was missed.
#include <socketio/server/adapter.hpp>

#include "support/lossy_fixture.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using socketio::ack;
using socketio::server_socket;
using socketio::value;
using support::lossy_fixture;
using support::note_text;

TEST_CASE_FIXTURE(lossy_fixture, "who is lost comes back to its id, its rooms and its data")
{
    auto client = traveller();
    auto const before = socket_of(client);
    before.join({"red", "blue"});
    before.set_data(socketio::object{{"user", "ann"}});
    auto const rooms = before.rooms();
    auto const id = client.id();
    lose(client);
    CHECK(io.sockets().adapter().rooms().empty());
    come_back(client);
    CHECK(heard.text() == "recovered | connect");
    CHECK(client.recovered());
    CHECK(client.id() == id);
    auto const after = socket_of(client);
    CHECK(after.recovered());
    CHECK_FALSE(after == before);
    CHECK(after.rooms() == rooms);
    CHECK(after.data()["user"].get<std::string>() == "ann");
}

TEST_CASE_FIXTURE(lossy_fixture, "what was missed comes in order and before \"connect\": to all, to its rooms, to itself")
{
    auto client = traveller();
    auto const old = socket_of(client);
    old.join("red");
    auto const id = client.id();
    lose(client);
    io.emit("news", "1");
    io.to("red").emit("news", "2");
    io.to("blue").emit("news", "not for it");
    io.except("red").emit("news", "not for it");
    old.emit("news", "3");
    old.broadcast().emit("news", "not for it");
    io.to(id).emit("news", "4");
    come_back(client);
    CHECK(heard.text() == "recovered | news: 1 | news: 2 | news: 3 | news: 4 | connect");
    io.emit("news", "5");
    CHECK(until_heard("news: 5"));
    lose(client);
    come_back(client);
    CHECK(heard.text() == "recovered | connect");
}

TEST_CASE_FIXTURE(lossy_fixture, "volatile events and questions are not kept")
{
    auto client = traveller();
    lose(client);
    io.volatile_().emit("news", "volatile");
    std::error_code why;
    io.emit("news", "question", [&](std::error_code ec, std::vector<value>) { why = ec; });
    io.emit("news", "kept");
    come_back(client);
    CHECK(heard.text() == "recovered | news: kept | connect");
    CHECK_FALSE(why);
}

TEST_CASE_FIXTURE(lossy_fixture, "binary data that was missed comes as it was")
{
    auto client = traveller();
    socketio::bytes const data(300, std::byte{9});
    client.on("data", [&](socketio::bytes const& a, std::string const& text, socketio::bytes const& b) {
        heard.note(a == data && b.empty() ? "right " + text : "wrong");
    });
    lose(client);
    io.emit("data", data, "text", socketio::bytes{});
    come_back(client);
    CHECK(heard.text() == "recovered | right text | connect");
}

TEST_CASE_FIXTURE(lossy_fixture, "a listener may see the offset as one more argument, but none where an answer is asked")
{
    auto client = traveller();
    std::vector<std::size_t> sizes;
    client.onAny([&](std::string_view event, socketio::args const& arguments) {
        if (event == "count")
            sizes.push_back(arguments.size());
    });
    client.on("count", [](ack reply) { reply(); });
    io.emit("count", 1);
    io.volatile_().emit("count", 1);
    socket_of(client).emit("count", 1, [](std::error_code) {});
    REQUIRE(until([&] { return sizes.size() >= 2; }));
    REQUIRE(in_step(client));
    CHECK(sizes.front() == 2);
    CHECK(sizes.back() == 1);
}

TEST_CASE_FIXTURE(lossy_fixture, "who leaves, or is put out, comes back as a stranger")
{
    auto client = traveller();
    auto const id = client.id();
    SUBCASE("by the client")
    {
        client.disconnect();
    }
    SUBCASE("by the server")
    {
        socket_of(client).disconnect();
    }
    SUBCASE("by the server, with the connection")
    {
        io.disconnectSockets(true);
    }
    REQUIRE(until_heard("lost"));
    REQUIRE(until([&] { return client.disconnected(); }));
    heard.clear();
    come_back(client);
    CHECK(heard.text() == "new | connect");
    CHECK_FALSE(client.recovered());
    CHECK(client.id() != id);
}

TEST_CASE_FIXTURE(lossy_fixture, "who has never had an event has no offset and comes back as a stranger")
{
    socketio::options settings = support::once_only();
    auto client = socketio::io(context, proxy.url(), settings);
    REQUIRE(until([&] { return client.connected(); }));
    auto const id = client.id();
    lose(client);
    come_back(client);
    CHECK(heard.has("new"));
    CHECK(client.id() != id);
}

TEST_CASE_FIXTURE(lossy_fixture, "several clients come back, each to its own, in whatever order")
{
    auto a = traveller(), b = traveller();
    socket_of(a).join("a");
    socket_of(b).join("b");
    auto const id_of_a = a.id(), id_of_b = b.id();
    a.on("own", note_text(heard, "a"));
    b.on("own", note_text(heard, "b"));
    proxy.reset();
    REQUIRE(until_heard("lost", 2));
    REQUIRE(until([&] { return a.disconnected() && b.disconnected(); }));
    io.to("a").emit("own", "1");
    io.to("b").emit("own", "2");
    io.to({"a", "b"}).emit("own", "3");
    come_back(b);
    io.to({"a", "b"}).emit("own", "4");
    come_back(a);
    REQUIRE(in_step(b));
    CHECK(a.id() == id_of_a);
    CHECK(b.id() == id_of_b);
    for (auto const* const line : {"a: 1", "a: 3", "a: 4", "b: 2", "b: 3", "b: 4"})
        CHECK(heard.count(line) == 1);
    CHECK(heard.count_of("a: ") + heard.count_of("b: ") == 6);
}

TEST_CASE_FIXTURE(lossy_fixture, "a session is taken up once, and a state that nobody knows begins a new one")
{
    auto client = traveller();
    auto state = client.recovery();
    lose(client);
    come_back(client);
    CHECK(client.recovered());
    for (auto const& wrong : {state, socketio::recovery_state{state.pid, "nothing"}, socketio::recovery_state{"x", state.offset}}) {
        auto const other = guest("", {.recovery = wrong});
        CHECK_FALSE(other.recovered());
        CHECK(other.id() != client.id());
    }
}

TEST_CASE_FIXTURE(lossy_fixture, "namespaces are recovered each by itself")
{
    io.of("/other").on("connection", [this](server_socket socket) {
        heard.note(socket.recovered() ? "other recovered" : "other new");
        watch(socket);
    });
    auto client = traveller("/other");
    lose(client);
    io.emit("news", "of another namespace");
    io.of("/other").emit("news", "1");
    come_back(client);
    CHECK(heard.text() == "other recovered | news: 1 | connect");
}

TEST_CASE_FIXTURE(lossy_fixture, "who comes back does not pass the middleware again")
{
    io.use([this](server_socket, socketio::next go_on) {
        heard.note("asked");
        go_on();
    });
    auto client = traveller();
    lose(client);
    come_back(client);
    CHECK(heard.text() == "recovered | connect");
}

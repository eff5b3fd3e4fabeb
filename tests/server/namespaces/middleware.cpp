// What stands between a client and its socket.
#include <socketio/server/middleware.hpp>

#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

using socketio::connect_error;
using socketio::next;
using socketio::server_socket;
using support::note_event;
using support::note_text;
using support::server_fixture;

namespace {

struct gate : server_fixture {
    std::vector<next> waiting;

    gate()
    {
        io.on("connection", [this](server_socket) { heard.note("connection"); });
    }
    auto pass(std::string name)
    {
        return [this, name = std::move(name)](server_socket, next go_on) {
            heard.note(name);
            go_on();
        };
    }
    auto keep(std::string name)
    {
        return [this, name = std::move(name)](server_socket, next go_on) {
            heard.note(name);
            waiting.push_back(go_on);
        };
    }
    // The first, which is let go afterwards.
    void decide()
    {
        auto const first = waiting.front();
        waiting.erase(waiting.begin());
        first();
    }
};

} // namespace

TEST_CASE_FIXTURE(gate, "the middleware of a namespace is passed in order, before \"connection\"")
{
    io.use(pass("first"));
    io.use(pass("second"));
    io.of("/other").use(pass("other"));
    guest();
    REQUIRE(until_heard("connection"));
    CHECK(heard.text() == "first | second | connection");
}

TEST_CASE_FIXTURE(gate, "a refusal is the client's connect_error, with message and data, and later middleware is not asked")
{
    io.use([](server_socket, next go_on) { go_on({"not authorized", socketio::object{{"code", 401}}}); });
    io.use(pass("second"));
    auto socket = client();
    socket.on("connect_error", [this](connect_error const& why) {
        heard.note(why.message() + " " + why.data().to_json());
    });
    REQUIRE(until_heard(R"(not authorized {"code":401})"));
    CHECK(heard.text() == R"(not authorized {"code":401})");
    CHECK_FALSE(socket.active());
    CHECK(io.sockets().sockets().size() == 0);
    CHECK(io.sockets().adapter().rooms().empty());
}

TEST_CASE_FIXTURE(gate, "a refused client may try again on the same connection")
{
    int tries = 0;
    io.use([&](server_socket socket, next go_on) {
        if (++tries == 1)
            go_on({"come back", {}});
        else
            go_on();
        CHECK(socket.handshake().auth["token"].get<std::string>() == "abc");
    });
    auto socket = client("", {.auth = {{"token", "abc"}}});
    heard.follow(socket);
    REQUIRE(until_heard("connect_error: come back"));
    socket.connect();
    REQUIRE(until_heard("connect"));
    CHECK(tries == 2);
    CHECK(io.engine().clientsCount() == 1);
}

TEST_CASE_FIXTURE(gate, "the socket in a middleware is not connected yet, but has its id, its handshake, rooms and data")
{
    std::string id;
    io.use([&](server_socket socket, next go_on) {
        id = socket.id();
        CHECK_FALSE(socket.connected());
        CHECK(socket.handshake().address == "127.0.0.1");
        socket.join("early");
        socket.set_data(socketio::object{{"user", "ann"}});
        io.to("early").emit("news", "too early");
        go_on();
    });
    auto socket = client();
    socket.on("news", note_text(heard, "news"));
    REQUIRE(until([&] { return socket.connected(); }));
    CHECK(socket.id() == id);
    CHECK(socket_of(socket).rooms().contains("early"));
    CHECK(socket_of(socket).data()["user"].get<std::string>() == "ann");
    io.to("early").emit("news", "now");
    REQUIRE(until_heard("news: now"));
    CHECK_FALSE(heard.has("news: too early"));
}

TEST_CASE_FIXTURE(gate, "a middleware may decide later, and others are served meanwhile")
{
    io.use(keep("asked"));
    auto first = client();
    REQUIRE(until_heard("asked"));
    auto second = client();
    REQUIRE(until_heard("asked", 2));
    CHECK_FALSE(first.connected());
    decide();
    REQUIRE(until([&] { return first.connected(); }));
    CHECK_FALSE(second.connected());
    decide();
    REQUIRE(until([&] { return second.connected(); }));
    CHECK(heard.count("connection") == 2);
}

TEST_CASE_FIXTURE(gate, "a next that is let go without a call has refused")
{
    io.use([](server_socket, next) {});
    auto socket = client();
    heard.follow(socket);
    REQUIRE(until([this] { return heard.count_of("connect_error") == 1; }));
    CHECK_FALSE(heard.has("connect"));
    CHECK(io.sockets().adapter().sids().empty());
}

TEST_CASE_FIXTURE(gate, "a next counts once, however often and in whatever order it is called")
{
    io.use(keep("first"));
    io.use(keep("second"));
    auto socket = client();
    REQUIRE(until_heard("first"));
    waiting[0]();
    waiting[0]();
    waiting[0]({"too late", {}});
    REQUIRE(until_heard("second"));
    waiting[0]();
    waiting[1]();
    waiting[0]();
    waiting[1]();
    waiting[1]({"too late", {}});
    REQUIRE(until([&] { return socket.connected(); }));
    REQUIRE(in_step(socket));
    CHECK(heard.text() == "first | second | connection");
}

TEST_CASE_FIXTURE(gate, "a middleware that throws has refused, and the exception leaves through the context")
{
    io.use([](server_socket, next) { throw std::runtime_error("thrown"); });
    auto socket = client();
    heard.follow(socket);
    CHECK(support::exceptions_until(context, [this] { return heard.count_of("connect_error") == 1; }) == 1);
    CHECK_FALSE(heard.has("connection"));
    CHECK(io.sockets().adapter().sids().empty());
}

TEST_CASE_FIXTURE(gate, "a client that leaves before the decision leaves nothing behind, and the decision is nobody's")
{
    io.use([this](server_socket socket, next go_on) {
        socket.join("room");
        socket.on("disconnect", note_event(heard, "disconnect"));
        waiting.push_back(go_on);
        heard.note("asked");
    });
    {
        auto const socket = client();
        REQUIRE(until_heard("asked"));
        CHECK(io.sockets().adapter().rooms().size() == 1);
    }
    REQUIRE(until([this] { return io.engine().clientsCount() == 0; }));
    CHECK(until([this] { return io.sockets().adapter().rooms().empty(); }));
    decide();
    auto const other = client();
    REQUIRE(until_heard("asked", 2));
    CHECK(heard.text() == "asked | asked");
}

TEST_CASE_FIXTURE(gate, "a decision may come when the server is closed already")
{
    io.use(keep("asked"));
    auto const socket = client();
    REQUIRE(until_heard("asked"));
    io.close();
    REQUIRE(until([&] { return io.sockets().adapter().sids().empty() && io.engine().clientsCount() == 0; }));
    decide();
    CHECK_FALSE(socket.connected());
    CHECK(heard.text() == "asked");
}

// Why a socket was disconnected: each reason, told once to each namespace of the client, "disconnecting" before
// "disconnect"; and what the client's side is told meanwhile. Of clients that offend see offences.cpp.
#include <socketio/server/server_socket.hpp>

#include "farewell.hpp"
#include "support/fault_proxy.hpp"
#include "support/npm_client.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

using namespace std::chrono_literals;
using socketio::server_options;
using socketio::server_socket;

namespace {

server_options impatient()
{
    return {.pingInterval = 100ms, .pingTimeout = 400ms};
}

struct proxied_farewell : farewell {
    support::fault_proxy proxy{context, io.port()};

    explicit proxied_farewell(server_options options = {}) : farewell{std::move(options)} { welcome(proxy.url()); }
};

struct impatient_farewell : proxied_farewell {
    impatient_farewell() : proxied_farewell{impatient()} {}
};

// For npm's client in both namespaces: `what` is done when the server says "go"; the last line to be noted is `until`.
std::string orders(std::string_view what, std::string_view until)
{
    return R"({"options":{"reconnection":false},"namespaces":["/","/other"],"start":[["connect","/"],["connect","/other"]],)"
           R"("on":{"/other event go []":[[)" + std::string{what} + R"(]]},"until":)" + support::quoted(until) + "}";
}

} // namespace

TEST_CASE_FIXTURE(farewell, "\"client namespace disconnect\": the client leaves, or lets its last handle go")
{
    welcome();
    SUBCASE("it leaves")
    {
        root.disconnect();
        other.disconnect();
        REQUIRE(until_told("io client disconnect"));
    }
    SUBCASE("it lets go")
    {
        root = {};
        other = {};
    }
    REQUIRE(until_all_is_over());
    CHECK(heard.text() == end_in_both("client namespace disconnect"));
    CHECK(theirs.count_of("/") == (root ? 2 : 0));
}

TEST_CASE_FIXTURE(farewell, "\"server namespace disconnect\": the server puts it out of a namespace, or of all of them at once")
{
    welcome();
    SUBCASE("one by one")
    {
        socket_of(root).disconnect();
        REQUIRE(until([this] { return theirs.has("/ io server disconnect"); }));
        CHECK(other.connected());
        io.of("/other").disconnectSockets();
    }
    SUBCASE("with the connection")
    {
        socket_of(other).disconnect(true);
    }
    REQUIRE(until_told("io server disconnect"));
    REQUIRE(until_all_is_over());
    CHECK(heard.text() == end_in_both("server namespace disconnect"));
    CHECK(theirs.text() == "/ io server disconnect | /other io server disconnect");
    CHECK_FALSE(root.active());
}

TEST_CASE_FIXTURE(proxied_farewell, "\"transport close\": the connection is lost, for both sides")
{
    proxy.reset();
    REQUIRE(until_told("transport close"));
    REQUIRE(until_all_is_over());
    CHECK(heard.text() == end_in_both("transport close"));
    CHECK(theirs.text() == "/ transport close | /other transport close");
}

TEST_CASE_FIXTURE(farewell, "\"transport close\": the client closes the connection without a word of its namespaces")
{
    auto const guest = welcome_raw();
    SUBCASE("with 1001")
    {
        guest->leave(1001);
    }
    SUBCASE("with a packet that says so, in vain, and then a close without a code")
    {
        guest->say("1");
        guest->say(R"(420["still here"])");
        socketio::scoped_listener const answer =
            io.of("/").sockets().all().front().on("still here", [](socketio::ack reply) { reply(); });
        REQUIRE(guest->until_heard("430"));
        guest->leave(0);
    }
    REQUIRE(until_all_is_over());
    CHECK(heard.text() == end_in_both("transport close"));
}

TEST_CASE_FIXTURE(impatient_farewell, "\"ping timeout\": neither side hears of the other any more, and both say so")
{
    proxy.set({.swallowed = true});
    REQUIRE(until_told("ping timeout"));
    REQUIRE(until([this] { return heard.text() == end_in_both("ping timeout"); })); // before the proxy hangs up on it
    proxy.reset();
    REQUIRE(until_all_is_over());
    CHECK(heard.text() == end_in_both("ping timeout"));
    CHECK(theirs.text() == "/ ping timeout | /other ping timeout");
}

TEST_CASE("\"ping timeout\": a client that is there but does not answer is closed without a code")
{
    farewell house{impatient()};
    auto const guest = house.welcome_raw();
    REQUIRE(house.until_all_is_over());
    CHECK(house.heard.text() == farewell::end_in_both("ping timeout"));
    REQUIRE(guest->until_closed());
    CHECK(guest->close_code() == 1005);
}

TEST_CASE_FIXTURE(farewell, "\"server shutting down\": the server closes, and the clients only lose their connection")
{
    welcome();
    io.close();
    REQUIRE(until_told("transport close"));
    REQUIRE(until_all_is_over());
    CHECK(heard.text() == end_in_both("server shutting down"));
    CHECK(theirs.text() == "/ transport close | /other transport close");
}

TEST_CASE_FIXTURE(farewell, "of two reasons at once the first counts, and a disconnect in the last listeners is none")
{
    welcome();
    auto const of_root = socket_of(root), of_other = socket_of(other);
    of_root.on("disconnecting", [of_root, of_other] {
        of_root.disconnect(true);
        of_other.disconnect();
    });
    of_root.on("disconnect", [of_root] { of_root.disconnect(); });
    of_other.on("disconnecting", [this] { io.close(); });
    root.disconnect();
    REQUIRE(until_all_is_over());
    CHECK(heard.text() == end_in("/", "client namespace disconnect") + " | " + end_in("/other", "server namespace disconnect"));
}

TEST_CASE_FIXTURE(farewell, "who comes back is another socket, whose end is told as well, and the old one's is not told again")
{
    welcome();
    root.disconnect();
    REQUIRE(until([this] { return heard.has("/ disconnect: client namespace disconnect"); }));
    root.connect();
    REQUIRE(until([this] { return root.connected(); }));
    socket_of(other).disconnect(true);
    REQUIRE(until_all_is_over());
    CHECK(heard.text() == end_in("/", "client namespace disconnect") + " | " + end_in_both("server namespace disconnect"));
}

TEST_CASE_FIXTURE(farewell, "npm's client and this server tell each other the reasons that the reference's would")
{
    std::string told, reason, scenario;
    auto const lines = [](std::string const& why) { return R"("/ disconnect )" + why + R"(","/other disconnect )" + why + '"'; };
    SUBCASE("it leaves")
    {
        scenario = orders(R"(["disconnect","/"],["disconnect","/other"])", "/other disconnect io client disconnect for good");
        told = "\"/ disconnect io client disconnect for good\",\"close forced close\",";
        reason = "client namespace disconnect";
    }
    SUBCASE("it closes the connection")
    {
        scenario = orders(R"(["close"])", "close forced close");
        told = lines("forced close");
        reason = "transport close";
    }
    SUBCASE("it is put out")
    {
        scenario = orders("", "/other disconnect io server disconnect for good");
        told = "\"/ disconnect io server disconnect for good\"";
        reason = "server namespace disconnect";
    }
    SUBCASE("the server shuts down")
    {
        scenario = orders("", "close transport close");
        told = lines("transport close");
        reason = "server shutting down";
    }
    SUBCASE("its connection is closed")
    {
        scenario = orders("", "close transport close");
        told = lines("transport close");
        reason = "forced close";
    }
    SUBCASE("it is killed")
    {
        scenario = orders("", "/other event go []");
        told = "/other event go []";
        reason = "transport close";
    }
    support::npm_client npm{url(), scenario};
    REQUIRE(until([this] { return io.sockets().sockets().size() + io.of("/other").sockets().size() == 2; }));
    io.of("/other").emit("go");
    if (reason == "server namespace disconnect")
        io.disconnectSockets(true);
    else if (reason == "server shutting down")
        io.close();
    else if (reason == "forced close")
        io.sockets().sockets().all().front().conn().close();
    REQUIRE(until([&] { return npm.diary().has_value(); }));
    npm.kill();
    REQUIRE(until_all_is_over());
    CHECK(heard.text() == end_in_both(reason));
    INFO(*npm.diary());
    CHECK(npm.diary()->find(told) != std::string::npos);
}

TEST_CASE_FIXTURE(farewell, "\"forced close\": the server closes the connection, and the client's namespaces are not told to leave")
{
    welcome();
    auto const connection = socket_of(root).conn();
    socket_of(other).emit("last words");
    other.on("last words", [this] { theirs.note("last words"); });
    SUBCASE("on the client's strand")
    {
        socketio::scoped_listener const asked = socket_of(root).on("close", [&] { connection.close(); });
        root.emit("close");
        REQUIRE(until_told("transport close"));
    }
    SUBCASE("on another thread, and twice")
    {
        std::thread{[connection] {
            connection.close();
            connection.close();
        }}.join();
        REQUIRE(until_told("transport close"));
    }
    REQUIRE(until_all_is_over());
    CHECK(heard.text() == end_in_both("forced close"));
    CHECK(theirs.text() == "last words | / transport close | /other transport close");
    CHECK(root.active());
    connection.close(); // nothing is left to be closed
}

TEST_CASE_FIXTURE(support::server_fixture, "a client whose connection the server has closed comes back by itself, over either transport")
{
    std::string transport;
    SUBCASE("over WebSocket") { transport = "websocket"; }
    SUBCASE("over polling") { transport = "polling"; }
    bool again = false;
    io.on("connection", [&](server_socket socket) {
        CHECK(socket.conn().transport() == transport);
        if (!std::exchange(again, true))
            socket.conn().close();
        else
            socket.emit("welcome back");
    });
    support::npm_client npm{url(), R"({"options":{"reconnectionDelay":10,"transports":[")" + transport + R"("]},)"
                                   R"("start":[["connect","/"]],"until":"/ event welcome back []"})"};
    REQUIRE(until([&] { return npm.diary().has_value(); }));
    INFO(*npm.diary());
    CHECK(npm.diary()->find("\"/ disconnect transport close\"") != std::string::npos);
    CHECK(npm.diary()->find("\"reconnect 1\"") != std::string::npos);
}

// Twenty behaviours of socket.io-client's reconnection and of socket.io's recovery (its test/connection.ts and
// test/connection-state-recovery.ts), each as a test of a few lines, where the reference's wait for real timers.
#include <doctest/doctest.h>

#include <socketio/testing.hpp>
#include <socketio/testing/doctest.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace reference_tests {
namespace {

using socketio::testing::world;

struct one_client {
    world here;
    socketio::server& io = here.server("server", {.connectionStateRecovery = socketio::connection_state_recovery{}});
    socketio::socket socket = here.client();
    socketio::manager of = socket.io();
    std::vector<std::string> heard;

    void note(std::string_view event)
    {
        of.on(event, [this, name = std::string{event}] { heard.push_back(name); });
    }
    std::ptrdiff_t count(std::string_view event) const { return std::count(heard.begin(), heard.end(), event); }
    void connect()
    {
        here.run_until([this] { return socket.connected(); });
    }
    void reconnect()
    {
        here.links().reset();
        here.run();
        here.run_until([this] { return socket.connected(); });
    }
};

// A client of a server that is not there.
struct lost_client : one_client {
    socketio::socket lost;
    socketio::manager searching;

    explicit lost_client(socketio::options options = {.reconnectionAttempts = 2})
        : lost{here.client("http://nowhere/asd", std::move(options))}, searching{lost.io()}
    {
        for (std::string_view const event : {"reconnect_attempt", "reconnect_failed", "reconnect_error", "error"})
            searching.on(event, [this, name = std::string{event}] { heard.push_back(name); });
    }
};

TEST_CASE_FIXTURE(one_client, "should reconnect by default")
{
    note("reconnect");
    connect();
    reconnect();
    CHECK(count("reconnect") == 1);
}

TEST_CASE_FIXTURE(one_client, "should reconnect manually")
{
    connect();
    socket.disconnect();
    SOCKETIO_CHECK(here.expect(socket).disconnected_with("io client disconnect").now());
    here.advance(1h);
    CHECK_FALSE(socket.connected());
    socket.connect();
    connect();
}

TEST_CASE_FIXTURE(one_client, "should reconnect automatically after reconnecting manually")
{
    note("reconnect");
    connect();
    socket.disconnect();
    here.run();
    socket.connect();
    connect();
    reconnect();
    CHECK(count("reconnect") == 1);
}

TEST_CASE_FIXTURE(lost_client, "should attempt reconnects after a failed reconnect")
{
    here.run_until([&] { return count("reconnect_failed") == 1; });
    CHECK(count("reconnect_attempt") == 2);
    lost.connect();
    here.run_until([&] { return count("reconnect_failed") == 2; });
    CHECK(count("reconnect_attempt") == 4);
}

TEST_CASE("reconnect delay should increase every time")
{
    lost_client here{{.reconnectionAttempts = 3, .randomizationFactor = 0.2}};
    std::vector<std::chrono::nanoseconds> at{here.here.now()};
    here.searching.on("reconnect_attempt", [&] { at.push_back(here.here.now()); });
    here.here.run_until([&] { return here.count("reconnect_failed") == 1; });
    REQUIRE(at.size() == 4);
    CHECK(at[2] - at[1] > at[1] - at[0]);
    CHECK(at[3] - at[2] > at[2] - at[1]);
}

TEST_CASE_FIXTURE(lost_client, "should not reconnect when force closed")
{
    here.run_until([&] { return count("error") == 1; });
    lost.disconnect();
    here.advance(1h);
    CHECK(count("reconnect_attempt") == 0);
}

TEST_CASE_FIXTURE(lost_client, "should stop reconnecting when force closed")
{
    here.run_until([&] { return count("reconnect_attempt") == 1; });
    lost.disconnect();
    here.advance(1h);
    CHECK(count("reconnect_attempt") == 1);
}

TEST_CASE_FIXTURE(lost_client, "should reconnect after stopping reconnection")
{
    here.run_until([&] { return count("reconnect_attempt") == 1; });
    lost.disconnect();
    lost.connect();
    here.run_until([&] { return count("reconnect_attempt") == 2; });
}

TEST_CASE_FIXTURE(one_client, "should stop reconnecting on a socket and keep to reconnect on another")
{
    io.of("/asd");
    auto other = of.socket("/asd");
    here.run_until([&] { return socket.connected() && other.connected(); });
    of.once("reconnect_attempt", [&] { socket.disconnect(); });
    here.links().reset();
    here.run();
    here.run_until([&] { return other.connected(); });
    here.advance(1min);
    CHECK_FALSE(socket.connected());
}

TEST_CASE_FIXTURE(lost_client, "should fire reconnect_* events on manager")
{
    std::vector<int> attempts;
    searching.on("reconnect_attempt", [&](int n) { attempts.push_back(n); });
    here.run_until([&] { return count("reconnect_failed") == 1; });
    CHECK(attempts == std::vector{1, 2});
    CHECK(count("reconnect_error") == 2);
}

TEST_CASE_FIXTURE(one_client, "should not try to reconnect when connecting to a correct port")
{
    note("reconnect_attempt");
    connect();
    here.advance(1h);
    CHECK(count("reconnect_attempt") == 0);
}

TEST_CASE_FIXTURE(one_client, "should not close the connection when disconnecting a single socket")
{
    io.of("/asd");
    auto other = of.socket("/asd");
    here.run_until([&] { return socket.connected() && other.connected(); });
    note("close");
    socket.disconnect();
    here.advance(1s);
    CHECK(other.connected());
    other.disconnect();
    here.run_until([&] { return count("close") == 1; });
}

TEST_CASE("should not try to reconnect with incorrect port when reconnection disabled")
{
    lost_client here{{.reconnection = false}};
    here.here.advance(1h);
    CHECK(here.count("error") == 1);
    CHECK(here.count("reconnect_attempt") == 0);
}

TEST_CASE_FIXTURE(lost_client, "should still try to reconnect twice after opening another socket asynchronously")
{
    here.advance(250ms);
    auto second = searching.socket("/room2");
    here.run_until([&] { return count("reconnect_failed") == 1; });
    CHECK(count("reconnect_attempt") == 2);
}

TEST_CASE("should wait for the reconnection delay, to the millisecond")
{
    world here;
    here.server();
    auto socket = here.client("http://server", {.reconnectionDelayMax = 100ms, .randomizationFactor = 0});
    here.run_until([&] { return socket.connected(); });
    here.links().reset();
    here.advance(99ms);
    CHECK_FALSE(socket.connected());
    here.advance(1ms);
    CHECK(socket.connected());
}

TEST_CASE_FIXTURE(one_client, "should restore session and missed packets")
{
    io.once("connection", [](socketio::server_socket joined) { joined.join("room1"); });
    connect();
    io.emit("hello");
    SOCKETIO_REQUIRE(here.expect(socket).receives("hello").within(1s));
    auto const [id, server_side] = std::pair{socket.id(), *io.sockets().sockets().get(socket.id())};
    here.links().reset();
    here.run();
    io.emit("hello1"), io.to("room1").emit("hello2"), server_side.emit("hello3");
    here.run_until([&] { return socket.connected(); });
    CHECK((socket.recovered() && socket.id() == id));
    for (std::string const missed : {"hello1", "hello2", "hello3"})
        SOCKETIO_CHECK(here.expect(socket).receives(missed).now());
}

TEST_CASE_FIXTURE(one_client, "should restore rooms and data attributes")
{
    std::vector<socketio::server_socket> seen;
    io.on("connection", [&](socketio::server_socket joined) { seen.push_back(joined); });
    connect();
    seen.at(0).join({"room1", "room2"});
    seen.at(0).set_data(socketio::object{{"foo", "bar"}});
    io.emit("hello");
    SOCKETIO_REQUIRE(here.expect(socket).receives("hello").within(1s));
    reconnect();
    CHECK((seen.at(1).recovered() && seen[1].id() == seen[0].id() && seen[1].data()["foo"] == "bar"));
    CHECK(seen[1].rooms() == std::set<std::string, std::less<>>{seen[1].id(), "room1", "room2"});
}

TEST_CASE("should run middlewares upon recovery only if it is told to")
{
    for (bool const skips : {true, false}) {
        world here;
        auto& io = here.server("server", {.connectionStateRecovery = socketio::connection_state_recovery{.skipMiddlewares = skips}});
        int calls = 0;
        io.use([&](socketio::server_socket, socketio::next next) { ++calls, next(); });
        auto socket = here.client();
        io.on("connection", [](socketio::server_socket joined) { joined.emit("hello"); });
        SOCKETIO_REQUIRE(here.expect(socket).receives("hello").within(1s));
        here.links().reset();
        here.advance(1min);
        CHECK((socket.recovered() && calls == (skips ? 1 : 2)));
    }
}

TEST_CASE_FIXTURE(one_client, "should fail to restore an unknown session")
{
    io.on("connection", [](socketio::server_socket joined) { joined.emit("hello"); });
    SOCKETIO_REQUIRE(here.expect(socket).receives("hello").within(1s));
    auto const id = socket.id();
    here.restart("server", {.connectionStateRecovery = socketio::connection_state_recovery{}});
    here.advance(1min);
    CHECK((socket.connected() && !socket.recovered() && socket.id() != id));
}

TEST_CASE("recovery should be disabled by default")
{
    world here;
    here.server().on("connection", [](socketio::server_socket joined) { joined.emit("hello"); });
    auto socket = here.client();
    SOCKETIO_REQUIRE(here.expect(socket).receives("hello").within(1s));
    CHECK(here.transcript().text().find("\"pid\"") == std::string::npos);
    here.links().reset();
    here.advance(1min);
    CHECK((socket.connected() && !socket.recovered()));
}

} // namespace
} // namespace reference_tests

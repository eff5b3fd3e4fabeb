// From long-polling to WebSocket, against npm's server: nothing is lost, doubled or out of order, whatever fails.
#include <socketio/client.hpp>

#include "support/client.hpp"
#include "support/peer.hpp"
#include "support/traffic.hpp"
#include "support/transport_road.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace upgrade_move_test { // files may be compiled together

using namespace support;
using namespace std::chrono_literals;

namespace {

socketio::options polling_first(socketio::options from = {})
{
    from.transports = {"polling", "websocket"};
    return quick(std::move(from));
}

struct upgrade_test : client_test {
    npm_server peer;
    transport_road road{context, peer.port()};

    void follow(socketio::socket const& socket)
    {
        for (char const* const event : {"upgrading", "upgrade"})
            socket.io().on(event, [this, event](std::string_view to) { heard.note(event + (" " + std::string{to})); });
        socket.io().on("upgrade_error", [this](socketio::connect_error const& why) {
            error = why;
            heard.note("upgrade_error");
        });
        heard.follow(socket);
    }
    // Sends all the time until that holds.
    template <class Predicate>
    bool busy_until(traffic& load, Predicate predicate)
    {
        return until([&] {
            if (load.sent() < 20000)
                load.send();
            return predicate();
        });
    }

    socketio::connect_error error;
};

} // namespace

TEST_CASE_FIXTURE(upgrade_test, "a session on polling moves to WebSocket, and its manager tells so")
{
    auto socket = socketio::io(context, peer.url(), polling_first());
    follow(socket);
    REQUIRE(until_heard("upgrade websocket"));
    REQUIRE(until_connected(socket));
    CHECK(heard.count("connect") == 1);
    CHECK(heard.count("upgrading websocket") == 1);
    REQUIRE(round_trip(socket));
    auto const now = socket.io().snapshot();
    CHECK(now.transport == "websocket");
    CHECK(now.connections == 1);
    CHECK(now.polling.requests >= 2);
    CHECK(now.websocket.requests == 1);
    CHECK(now.polling.bytes_received > 0);
    CHECK(now.websocket.bytes_received > 0);
    CHECK(now.last_connect.move > 0us);
    CHECK(peer.log("engine upgrade", "transport") == R"(["websocket"])");
    socket.disconnect();
    REQUIRE(until([&] { return peer.count("disconnect") == 1; }));
    CHECK(peer.log("disconnect", "reason") == R"(["client namespace disconnect"])");
}

TEST_CASE_FIXTURE(upgrade_test, "events under way in both directions survive the move, at any speed of either transport")
{
    for (auto const& [polls, frames] : {std::pair{0ms, 0ms}, {30ms, 0ms}, {0ms, 30ms}, {20ms, 20ms}}) {
        road.polling.latency = polls;
        road.websocket.latency = frames;
        heard.clear();
        auto socket = socketio::io(context, road.url(), polling_first({.forceNew = true}));
        follow(socket);
        traffic load{socket};
        REQUIRE(busy_until(load, [&] { return heard.has("upgrade websocket"); }));
        REQUIRE(until([&] { return load.all_back(); }));
        CHECK(load.in_order());
        CHECK(load.sent() > 0);
        CHECK(heard.count_of("disconnect") == 0);
    }
}

TEST_CASE_FIXTURE(upgrade_test, "a server that is refused its WebSocket is talked to by polling")
{
    road.websocket.answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno";
    auto socket = socketio::io(context, road.url(), polling_first());
    follow(socket);
    traffic load{socket};
    REQUIRE(busy_until(load, [&] { return heard.has("upgrade_error"); }));
    REQUIRE(until([&] { return load.all_back() && socket.connected(); }));
    CHECK(load.in_order());
    CHECK(error.message().find("403") != std::string::npos);
    CHECK(socket.io().snapshot().transport == "polling");
    CHECK(heard.count("upgrading websocket") == 0);
    CHECK(heard.count_of("disconnect") == 0);
}

TEST_CASE_FIXTURE(upgrade_test, "whenever the WebSocket is cut before the move, polling goes on as if nothing had been")
{
    // The answer 101 of npm's server has some 130 bytes, and 3probe 8.
    for (std::size_t bytes = 0; bytes < 180; bytes += 9) {
        road.websocket.cut_to_client = bytes;
        heard.clear();
        auto socket = socketio::io(context, road.url(), polling_first({.forceNew = true}));
        follow(socket);
        traffic load{socket};
        REQUIRE(busy_until(load, [&] { return heard.has("upgrade_error") || heard.has("upgrade websocket"); }));
        if (heard.has("upgrade websocket"))
            break;
        REQUIRE(until([&] { return load.all_back() && socket.connected(); }));
        CHECK_MESSAGE(load.in_order(), bytes);
        CHECK_MESSAGE(heard.count_of("disconnect") == 0, bytes);
        CHECK(socket.io().snapshot().transport == "polling");
    }
}

TEST_CASE_FIXTURE(upgrade_test, "a WebSocket that is cut while the polls end is no loss")
{
    road.polling.latency = 40ms; // so that the pending poll ends late
    auto socket = socketio::io(context, road.url(), polling_first());
    follow(socket);
    traffic load{socket};
    socket.io().on("upgrading", [&] { road.websocket.cut_to_client = 0; });
    for (int i = 0; i < 50; ++i)
        load.send();
    REQUIRE(until_heard("upgrading websocket"));
    load.send();
    road.reset_websockets();
    REQUIRE(until_heard("upgrade_error"));
    REQUIRE(until([&] { return load.all_back() && socket.connected(); }));
    CHECK(load.in_order());
    CHECK(heard.count_of("disconnect") == 0);
    CHECK(socket.io().snapshot().transport == "polling");
    REQUIRE(round_trip(socket));
}

TEST_CASE_FIXTURE(upgrade_test, "a server without WebSocket is not probed")
{
    npm_server narrow{R"({"transports":["polling"]})"};
    auto socket = socketio::io(context, narrow.url(), polling_first());
    follow(socket);
    REQUIRE(until_connected(socket));
    REQUIRE(round_trip(socket));
    CHECK(heard.text() == "connect");
    CHECK(socket.io().snapshot().websocket.requests == 0);
}

TEST_CASE_FIXTURE(upgrade_test, "the option upgrade turns it off")
{
    auto socket = socketio::io(context, peer.url(), polling_first({.upgrade = false}));
    follow(socket);
    REQUIRE(until_connected(socket));
    REQUIRE(round_trip(socket));
    CHECK(heard.text() == "connect");
    CHECK(peer.count("engine upgrade") == 0);
}

TEST_CASE_FIXTURE(upgrade_test, "leaving during the probe and during the pause ends the session in good order")
{
    road.polling.latency = 10ms;
    road.websocket.latency = 40ms;
    int left = 0;
    for (std::string_view const moment : {"connect", "upgrading websocket"}) {
        heard.clear();
        auto socket = socketio::io(context, road.url(), polling_first({.forceNew = true}));
        follow(socket);
        REQUIRE(until([&] { return socket.connected() && heard.has(moment); }));
        CHECK(heard.count("upgrade websocket") == 0);
        socket.emit("echo", "last");
        socket.disconnect();
        CHECK(heard.count("disconnect: io client disconnect") == 0);
        ++left;
        REQUIRE(until([&] { return peer.count("disconnect") == left; }));
    }
    CHECK(peer.log("disconnect", "reason") == R"(["client namespace disconnect","client namespace disconnect"])");
}

TEST_CASE_FIXTURE(upgrade_test, "a WebSocket that lets the probe through and then holds every frame is left alone")
{
    npm_server impatient{R"({"pingInterval":150,"pingTimeout":150})"};
    transport_road held{context, impatient.port()};
    auto socket = socketio::io(context, held.url(), polling_first());
    follow(socket);
    socket.io().on("upgrading", [&] { held.websocket.hold_to_client = 0; });
    REQUIRE(until_heard("upgrade websocket"));
    REQUIRE(until_heard("reconnect: 1"));
    REQUIRE(round_trip(socket));
    CHECK(socket.io().snapshot().transport == "polling");
    CHECK(heard.count("upgrade websocket") == 1);
    CHECK(held.websockets == 1);
    CHECK(heard.has("disconnect: ping timeout"));
}

TEST_CASE("after the move, and after the end, a session leaves its context without work")
{
    client_test test;
    npm_server peer;
    auto socket = socketio::io(test.context, peer.url(), polling_first());
    test.heard.follow(socket);
    REQUIRE(test.until([&] { return socket.io().snapshot().transport == "websocket" && socket.connected(); }));
    socket.disconnect();
    CHECK(test.idle());
}

TEST_CASE("a context may end at any step of a session on polling and of its move")
{
    npm_server peer;
    bool moved = false;
    for (int steps = 0; steps < 500 && !moved; ++steps) {
        std::optional<socketio::socket> survivor;
        {
            asio::io_context context;
            survivor = socketio::io(context, peer.url(), polling_first());
            survivor->emit("echo", socketio::bytes(100), [](socketio::bytes const&) {});
            for (int i = 0; i < steps; ++i)
                context.run_one_for(patience);
            moved = survivor->connected() && survivor->io().snapshot().transport == "websocket";
        }
        CHECK_FALSE(survivor->connected());
        survivor->emit("late");
        survivor->disconnect();
    }
    CHECK(moved);
}

} // namespace upgrade_move_test

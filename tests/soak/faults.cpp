// One fault of the network at a time, between the client and npm's server.
#include <socketio/client.hpp>

#include "support/ask.hpp"
#include "support/client.hpp"
#include "support/fault_proxy.hpp"
#include "support/peer.hpp"

#include <asio/post.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

using namespace std::chrono_literals;
using support::admission;
using support::client_test;
using support::fault_proxy;
using support::way;

namespace {

constexpr char const* quick_heartbeat = R"({"pingInterval":200,"pingTimeout":150})";

struct fault_test : client_test {
    // So many in a row; true if each brought back what it took.
    bool round_trips(socketio::socket& socket, int count)
    {
        int next = 0;
        std::function<void()> const ask = [&] {
            socket.emit("echo", next, [&](int number) {
                if (number == next && ++next != count)
                    ask();
            });
        };
        ask();
        return until([&] { return next == count; });
    }
    bool echoes(socketio::socket& socket, std::size_t size)
    {
        socketio::bytes const large(size, std::byte{7});
        std::optional<bool> same;
        socket.emit("echo", large, [&](socketio::bytes const& back) { same = back == large; });
        return support::run_until(context, [&] { return same.has_value(); }, 60s) && *same;
    }
    bool until_lines(std::string_view line, std::ptrdiff_t count)
    {
        return until([&] { return heard.count(line) >= count; });
    }
};

} // namespace

TEST_CASE_FIXTURE(fault_test, "latency alone changes nothing")
{
    support::npm_server server;
    fault_proxy proxy(context, server.port());
    proxy.set({.latency = 15ms});
    auto socket = socketio::io(context, proxy.url());
    heard.follow(socket);
    REQUIRE(round_trips(socket, 10));
    proxy.set(way::to_client, {.latency = 1ms});
    CHECK(round_trips(socket, 10));
    CHECK(heard.text() == "connect");
    CHECK(proxy.connections() == 1);
}

TEST_CASE_FIXTURE(fault_test, "bytes that come one by one make the same events, both ways")
{
    support::npm_server server(R"({"maxHttpBufferSize":2000000,"pingInterval":300000})");
    fault_proxy proxy(context, server.port());
    proxy.set({.piece = 1});
    auto socket = socketio::io(context, proxy.url());
    heard.follow(socket);
    CHECK(round_trips(socket, 100));
    CHECK(echoes(socket, 64 * 1024));
    proxy.set({.piece = 64}); // a mebibyte of single bytes takes half a minute
    CHECK(echoes(socket, 1024 * 1024));
    CHECK(heard.text() == "connect");
}

TEST_CASE_FIXTURE(fault_test, "what is held up for less than the heartbeat allows is only late")
{
    support::npm_server server;
    fault_proxy proxy(context, server.port());
    auto socket = socketio::io(context, proxy.url());
    heard.follow(socket);
    REQUIRE(until_connected(socket));
    proxy.set(way::to_client, {.frozen = true});
    socket.emit("echo", "held up", note_answer("answer"));
    support::await_entry(context, server, "event", "event");
    CHECK(heard.text() == "connect");
    proxy.heal();
    REQUIRE(until_heard("answer: held up"));
    CHECK(heard.text() == "connect | answer: held up");
}

TEST_CASE_FIXTURE(fault_test, "a connection that has become a black hole is a ping timeout, and the next one works")
{
    for (support::line_faults const& hole : {support::line_faults{.frozen = true}, support::line_faults{.swallowed = true}}) {
        heard.clear();
        support::npm_server server(quick_heartbeat);
        fault_proxy proxy(context, server.port());
        auto settings = support::quick();
        settings.timeout = 50ms;
        settings.close_timeout = 20ms;
        auto socket = socketio::io(context, proxy.url(), settings);
        heard.follow(socket);
        REQUIRE(until_connected(socket));
        proxy.set(hole);
        REQUIRE(until_heard("disconnect: ping timeout"));
        REQUIRE(until([&] { return heard.count_of("connect_error: ") != 0; })); // the hole is still there
        proxy.heal();
        REQUIRE(until_lines("connect", 2));
        CHECK(round_trips(socket, 3));
        socket.disconnect();
        proxy.close();
        CHECK(idle());
    }
}

TEST_CASE_FIXTURE(fault_test, "a connection that is never answered is a timeout, and the next attempt succeeds")
{
    support::npm_server server;
    fault_proxy proxy(context, server.port());
    proxy.admit(admission::hold);
    auto settings = support::quick();
    settings.timeout = 60ms;
    auto socket = socketio::io(context, proxy.url(), settings);
    heard.follow(socket);
    REQUIRE(until([&] { return heard.count_of("connect_error: ") != 0; }));
    CHECK(heard.text() == "connect_error: websocket: timeout: while waiting for the answer to the upgrade request; "
                          "polling: timeout: while waiting for the answer to the GET request");
    socket.io().timeout(20s);
    proxy.heal();
    REQUIRE(until_connected(socket));
    CHECK(round_trips(socket, 3));
    CHECK(proxy.connections() >= 2);
}

TEST_CASE_FIXTURE(fault_test, "a connection that is closed before a word is said is a connect_error")
{
    support::npm_server server;
    fault_proxy proxy(context, server.port());
    proxy.admit(admission::close);
    auto socket = socketio::io(context, proxy.url(), support::quick());
    heard.follow(socket);
    REQUIRE(until([&] { return heard.count_of("connect_error: ") == 3; }));
    CHECK_FALSE(heard.has("connect"));
    proxy.heal();
    REQUIRE(until_connected(socket));
    CHECK_FALSE(heard.has("disconnect: transport close"));
}

TEST_CASE_FIXTURE(fault_test, "a reset in the middle of a message is \"transport close\", and the half of it is never seen")
{
    support::npm_server server;
    fault_proxy proxy(context, server.port());
    auto socket = socketio::io(context, proxy.url(), support::quick());
    heard.follow(socket);
    std::error_code code;
    socket.on("disconnect", [&](std::string_view, socketio::disconnect_details const& details) { code = details.code; });
    REQUIRE(until_connected(socket));

    // On the way here: an answer of which 10000 bytes arrive.
    proxy.cut_after(way::to_client, 10000);
    socket.emit("big", 100000, note_answer("large answer"));
    REQUIRE(until_lines("connect", 2));
    CHECK(code);
    CHECK(heard.text() == "connect | disconnect: transport close | large answer: socket has been disconnected | connect | "
                          "reconnect: 1");

    // On the way there: an event of which the server sees no more than a part.
    heard.clear();
    proxy.cut_after(way::to_server, 10000);
    socket.emit("sum", std::string(100000, 'x'), note_answer("large event"));
    REQUIRE(until_heard("connect"));
    CHECK(heard.text() == "disconnect: transport close | large event: socket has been disconnected | connect | reconnect: 1");
    CHECK(round_trips(socket, 3));
    CHECK(server.log("event", "event") == R"(["big","echo","echo","echo"])");
}

TEST_CASE_FIXTURE(fault_test, "a stream that ends in one direction, or in both, is \"transport close\"")
{
    support::npm_server server;
    fault_proxy proxy(context, server.port());
    auto socket = socketio::io(context, proxy.url(), support::quick());
    heard.follow(socket);
    REQUIRE(until_connected(socket));
    std::ptrdiff_t connects = 1;
    for (auto const& ends : {std::string("there"), std::string("here"), std::string("both")}) {
        CAPTURE(ends);
        if (ends != "here")
            proxy.finish(way::to_server);
        if (ends != "there")
            proxy.finish(way::to_client);
        REQUIRE(until_lines("connect", ++connects));
        CHECK(heard.count("disconnect: transport close") == connects - 1);
        CHECK(round_trips(socket, 3));
    }
    CHECK(until([&] { return proxy.open() == 1; }));
}

TEST_CASE_FIXTURE(fault_test, "on a narrow line a producer goes at its pace, and the heartbeat goes on")
{
    support::npm_server server(R"({"pingInterval":50,"pingTimeout":20000})");
    fault_proxy proxy(context, server.port());
    auto socket = socketio::io(context, proxy.url());
    heard.follow(socket);
    REQUIRE(until_connected(socket));
    proxy.set(way::to_server, {.per_tick = 64 * 1024});
    std::string const part(900000, 'x');
    std::size_t most = 0;
    int parts = 0;
    std::function<void()> const produce = [&] {
        socket.emit("sum", part);
        most = std::max(most, socket.buffered_amount());
        socket.async_drain([&](std::error_code ec) {
            CHECK_FALSE(ec);
            CHECK(socket.buffered_amount() == 0);
            if (++parts != 20)
                produce();
        });
    };
    asio::post(context, produce);
    int pings = 0;
    socket.io().on("ping", [&] { ++pings; });
    REQUIRE(until([&] { return parts == 20; }));
    REQUIRE(round_trip(socket));
    CHECK(most > part.size());
    CHECK(most < part.size() + 1000);
    CHECK(pings > 2);
    CHECK(server.count("event") == 21);
    CHECK(server.count("pong") > 2);
    CHECK(heard.text() == "connect");
}

TEST_CASE_FIXTURE(fault_test, "while a server does not read, the retries queue keeps to the limits of the send buffer")
{
    support::npm_server server;
    fault_proxy proxy(context, server.port());
    socketio::options settings = support::quick();
    settings.retries = 1000;
    settings.send_buffer = {.events = 10, .bytes = 200000, .full = socketio::when_full::drop_newest};
    auto socket = socketio::io(context, proxy.url(), settings);
    REQUIRE(until_connected(socket));
    proxy.set(way::to_server, {.frozen = true});
    int dropped = 0;
    int answered = 0;
    std::size_t most = 0;
    for (int i = 0; i != 2000; ++i) {
        socket.emit("sum", i, std::string(50000, 'x'), [&](std::error_code ec) { ++(ec ? dropped : answered); });
        context.poll();
        most = std::max(most, socket.buffered_amount());
    }
    CHECK(dropped > 1900);
    CHECK(most < 500000); // one on its way, written as well, and the queue
    proxy.heal();
    REQUIRE(until([&] { return answered + dropped == 2000; }));
    CHECK(answered >= 3);
}

TEST_CASE_FIXTURE(fault_test, "while a server refuses connections the attempts are counted")
{
    support::npm_server server;
    fault_proxy proxy(context, server.port());
    auto socket = socketio::io(context, proxy.url(), support::quick());
    REQUIRE(until_connected(socket));
    heard.follow(socket.io());
    heard.follow(socket);
    proxy.admit(admission::refuse);
    proxy.reset();
    REQUIRE(until_heard("manager reconnect_attempt: 4"));
    REQUIRE(until([&] { return heard.count("reconnect_error") == 4; }));
    proxy.heal();
    REQUIRE(until([&] { return heard.count_of("reconnect: ") == 1; }));
    auto const attempts = heard.count_of("manager reconnect_attempt: ");
    CHECK(attempts >= 5);
    CHECK(heard.has("manager reconnect_attempt: " + std::to_string(attempts)));
    CHECK(heard.has("manager reconnect: " + std::to_string(attempts)));
    CHECK(heard.has("reconnect: " + std::to_string(attempts)));
    CHECK(heard.count("reconnect_error") == attempts - 1);
    CHECK(heard.count_of("connect_error: ") == attempts - 1);
    CHECK(proxy.connections() == 2);

    // Begins anew.
    heard.clear();
    proxy.reset();
    REQUIRE(until_heard("manager reconnect: 1"));
}

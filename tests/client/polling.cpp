// The client over HTTP long-polling, against npm's server: events, acknowledgements, binary data, namespaces, ends.
#include <socketio/client.hpp>

#include "support/client.hpp"
#include "support/peer.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace polling_test { // files may be compiled together

using namespace support;

namespace {

socketio::options polling_only(socketio::options from = {})
{
    from.transports = {"polling"};
    return quick(std::move(from));
}

struct polling_test : client_test {
    npm_server peer;
};

} // namespace

TEST_CASE_FIXTURE(polling_test, "events and acknowledgements go both ways over polling alone")
{
    auto socket = socketio::io(context, peer.url(), polling_only());
    heard.follow(socket);
    socket.on("echo event", [&](std::string text, int number) { heard.note(text + std::to_string(number)); });
    socket.on("question", [&](std::string text, socketio::ack reply) { reply(text + "!"); });
    socket.on("answered", [&](std::string text) { heard.note("answered " + text); });
    REQUIRE(until_connected(socket));
    CHECK(socket.io().snapshot().transport == "polling");
    socket.emit("echo event", "hello", 7);
    socket.emit("ack me", "really");
    socket.emit("sum", 1, 2, 3, [&](int sum) { heard.note("sum " + std::to_string(sum)); });
    REQUIRE(until([&] { return heard.has("hello7") && heard.has("answered really!") && heard.has("sum 6"); }));
    CHECK(peer.log("engine open", "transport") == R"(["polling"])");
    CHECK(peer.count("engine upgrade") == 0);
    auto const now = socket.io().snapshot();
    CHECK(now.polling.requests > 3);
    CHECK(now.polling.bytes_received == now.bytes_received);
    CHECK(now.websocket.requests == 0);
    socket.disconnect();
    CHECK(idle());
    CHECK(heard.has("disconnect: io client disconnect"));
    CHECK(peer.log("disconnect", "reason") == R"(["client namespace disconnect"])");
    CHECK(peer.log("engine close", "reason") == R"(["transport close"])");
}

TEST_CASE_FIXTURE(polling_test, "binary data goes both ways over polling")
{
    auto socket = socketio::io(context, peer.url(), polling_only());
    REQUIRE(until_connected(socket));
    std::vector<std::size_t> sizes;
    for (std::size_t const size : {0u, 1u, 2u, 3u, 4u, 1000u, 100000u}) {
        socketio::bytes data(size);
        for (std::size_t i = 0; i < size; ++i)
            data[i] = static_cast<std::byte>(i * 7);
        socket.emit("echo", data, "between", data, [&, data](socketio::bytes one, std::string, socketio::bytes two) {
            CHECK(one == data);
            CHECK(two == data);
            sizes.push_back(one.size());
        });
    }
    REQUIRE(until([&] { return sizes.size() == 7; }));
    CHECK(sizes == std::vector<std::size_t>{0, 1, 2, 3, 4, 1000, 100000});
}

TEST_CASE_FIXTURE(polling_test, "many events in both directions keep their order over polling")
{
    auto socket = socketio::io(context, peer.url(), polling_only());
    REQUIRE(until_connected(socket));
    int next = 0;
    socket.on("item", [&](int number) { CHECK(number == next++); });
    int answered = 0;
    for (int i = 0; i < 3000; ++i)
        socket.emit("echo", i, [&, i](int back) {
            CHECK(back == i);
            CHECK(answered++ == i);
        });
    socket.emit("many", 3000);
    REQUIRE(until([&] { return next == 3000 && answered == 3000; }));
}

TEST_CASE_FIXTURE(polling_test, "namespaces share the session, and the last one that leaves ends it")
{
    socketio::manager manager{context, peer.url(), polling_only()};
    auto root = manager.socket("/");
    auto custom = manager.socket("/custom");
    REQUIRE(until([&] { return root.connected() && custom.connected(); }));
    CHECK(peer.count("engine open") == 1);
    root.disconnect();
    REQUIRE(round_trip(custom));
    custom.disconnect();
    CHECK(idle());
    CHECK(peer.log("engine close", "reason") == R"(["transport close"])");
}

TEST_CASE_FIXTURE(polling_test, "the server ends a namespace, or the whole session")
{
    auto socket = socketio::io(context, peer.url(), polling_only());
    heard.follow(socket);
    REQUIRE(until_connected(socket));
    peer.command(R"({"do":"disconnect"})");
    REQUIRE(until_heard("disconnect: io server disconnect"));
    REQUIRE(idle());
    socket.connect();
    REQUIRE(until_connected(socket));
    heard.clear();
    peer.command(R"({"do":"disconnect","close":true})");
    REQUIRE(until([&] { return heard.count_of("disconnect") == 1; }));
    CHECK(heard.text() == "disconnect: io server disconnect");
    CHECK(idle());
}

TEST_CASE_FIXTURE(polling_test, "a session that the server has lost begins again")
{
    auto socket = socketio::io(context, peer.url(), polling_only());
    heard.follow(socket);
    REQUIRE(until_connected(socket));
    heard.clear();
    peer.command(R"({"do":"lose","how":"close"})");
    REQUIRE(until_heard("connect"));
    CHECK(heard.text() == "disconnect: transport close | connect | reconnect: 1");
    REQUIRE(round_trip(socket));
}

} // namespace polling_test

// Order and heartbeats where connections are lost, found by the days of tests/property.
#include <socketio/testing.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;

namespace order_tests {
namespace {

using socketio::testing::world;

TEST_CASE("what a listener of a missed event emits does not overtake what waits for the connection")
{
    world here;
    auto& io = here.server("server", {.connectionStateRecovery = socketio::connection_state_recovery{}});
    std::vector<int> heard;
    io.on("connection", [&](socketio::server_socket socket) {
        socket.on("number", [&](int n) { heard.push_back(n); });
    });
    auto client = here.client();
    int next = 1;
    client.on("news", [&] { client.emit("number", next++); });
    here.run_until([&] { return client.connected(); });
    io.emit("news");
    here.run();
    here.links().reset();
    here.run();
    client.emit("number", next++);
    io.emit("news");
    here.run_until([&] { return client.connected(); });
    here.run();
    CHECK(client.recovered());
    CHECK(heard == std::vector{1, 2, 3});
}

TEST_CASE("what is left behind a request that sends and fails is not sent either")
{
    world here;
    auto& io = here.server();
    std::vector<int> heard;
    io.on("connection", [&](socketio::server_socket socket) {
        socket.on("number", [&](int n) { heard.push_back(n); });
    });
    auto client = here.client("http://server", {.transports = {"polling"}});
    std::string reason;
    client.on("disconnect", [&](std::string_view why) { reason = why; });
    here.run_until([&] { return client.connected(); });
    here.links().upstream().slice(20, 1s); // the server gives up a request that takes longer than 10 s
    client.emit("number", 1);
    here.run();
    here.links().clear();
    client.emit("number", 2);
    here.run_until([&] { return !reason.empty(); });
    CHECK(reason == "transport error");
    here.run();
    CHECK(heard.empty());
    CHECK(io.engine().clientsCount() == 0); // it was told
}

TEST_CASE("an upgrade puts off no ping of the server")
{
    for (auto const on_the_way : {100ms, 900ms, 1900ms}) {
        CAPTURE(on_the_way.count());
        world here;
        auto& io = here.server("server", {.pingInterval = 2s, .pingTimeout = 1s});
        io.on("connection", [](socketio::server_socket) {});
        auto client = here.client("http://server", {.transports = {"polling", "websocket"}});
        bool upgraded = false;
        std::vector<std::string> lost;
        client.io().on("upgrade", [&](std::string_view) { upgraded = true; });
        client.on("disconnect", [&](std::string_view why) { lost.emplace_back(why); });
        here.when([](auto const& what) { return what.meaning == "upgrade"; }, [&] {
            here.links().hold();
            here.after(on_the_way, [&] { here.links().release(); });
        });
        here.run_until([&] { return upgraded; });
        here.advance(10s);
        CHECK(lost.empty());
    }
}

} // namespace
} // namespace order_tests

// A server closes a client's connection, not its namespaces: the client comes back. tests/server/sockets/reasons.cpp
// shows the same of npm's client.
#include <socketio/testing.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;

namespace closed_connections_tests {

TEST_CASE("a client whose connection the server closes hears \"transport close\", and comes back by itself")
{
    socketio::testing::world here;
    socketio::options settings;
    SUBCASE("over WebSocket")
    {
        settings.transports = {"websocket"};
    }
    SUBCASE("over polling")
    {
        settings.transports = {"polling"};
    }
    std::vector<std::string> heard;
    auto& io = here.server();
    io.on("connection", [&](socketio::server_socket socket) {
        CHECK(socket.conn().transport() == settings.transports.front());
        socket.on("disconnect", [&](std::string_view why) { heard.push_back("server: " + std::string{why}); });
        socket.on("cut me off", [socket] { socket.conn().close(); });
    });
    here.links().latency(20ms);
    auto socket = here.client("http://server", settings);
    socket.on("disconnect", [&](std::string_view why) { heard.push_back("client: " + std::string{why}); });
    here.run_until([&] { return socket.connected(); });
    std::string const first{socket.id()};
    socket.emit("cut me off");
    here.run_until([&] { return !socket.connected(); }, 1s);
    CHECK(heard == std::vector<std::string>{"server: forced close", "client: transport close"});
    CHECK(socket.active());
    here.run_until([&] { return socket.connected(); }, 2s);
    CHECK(socket.id() != first);
    CHECK(io.sockets().sockets().size() == 1);
}

} // namespace closed_connections_tests

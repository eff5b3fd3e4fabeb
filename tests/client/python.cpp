// python-socketio's server, another implementation than npm's, over each transport: its upgrade sends one noop only.
#include <socketio/client.hpp>

#include "support/client.hpp"
#include "support/python_server.hpp"
#include "support/traffic.hpp"
#include "support/transport_road.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace python_test { // files may be compiled together

using namespace support;
using namespace std::chrono_literals;

namespace {

struct python_test : client_test {
    // Everything that one socket and another of the same connection can say to such a server.
    void converse(socketio::socket& socket)
    {
        socket.on("question", [&](std::string const& text, socketio::bytes_view data, socketio::ack const& reply) {
            reply(text + "!", data);
        });
        socket.on("answered", [&](std::string const& text, socketio::bytes_view data) {
            heard.note("answered " + text + std::to_string(data.size()));
        });
        socketio::bytes const data(3000, std::byte{7});
        socket.emit("ask me", "really", data);
        socket.emit("sum", 1, 2, 3, [&](int sum) { heard.note("sum " + std::to_string(sum)); });
        socket.emit("echo", data, socketio::object{{"deep", socketio::array{data, nullptr, "caf\u00e9"}}},
            [&](socketio::bytes_view back, socketio::value const& object) {
                CHECK(back.size() == 3000);
                CHECK(object["deep"] == socketio::value{socketio::array{data, nullptr, "caf\u00e9"}});
                heard.note("echoed");
            });
        socket.emit("join", "room");
        socket.emit("tell", "room", "all");
        socket.on("told", [&](std::string const& what) { heard.note("told " + what); });
        REQUIRE(until([&] {
            return heard.has("answered really!3000") && heard.has("sum 6") && heard.has("echoed") &&
                   heard.has("told all");
        }));
    }
    void check_namespaces(socketio::manager manager)
    {
        auto custom = manager.socket("/custom");
        REQUIRE(until_connected(custom));
        REQUIRE(round_trip(custom));
        auto admin = manager.socket("/admin");
        heard.follow(admin, "admin ");
        REQUIRE(until([&] { return heard.count_of("admin connect_error") == 1; }));
        CHECK(heard.has("admin connect_error: not authorized"));
        custom.emit("kick");
        REQUIRE(until([&] { return !custom.active(); }));
    }
    void check_order(socketio::socket& socket)
    {
        int next = 0;
        socket.on("item", [&](int number) { CHECK(number == next++); });
        socket.emit("many", 500);
        REQUIRE(until([&] { return next == 500; }));
    }
    std::string transport(socketio::socket& socket)
    {
        std::string name;
        socket.emit("transport", [&](std::string told) { name = std::move(told); });
        REQUIRE(until([&] { return !name.empty(); }));
        return name;
    }
};

} // namespace

TEST_CASE_FIXTURE(python_test, "a conversation with python-socketio's server goes over each transport, and moves")
{
    if (!has_python_socketio())
        return;
    python_server const peer;
    for (std::vector<std::string> const& transports :
        std::vector<std::vector<std::string>>{{"websocket"}, {"polling"}, {"polling", "websocket"}}) {
        std::string const last = transports.back();
        INFO(transports.front(), " to ", last);
        heard.clear();
        auto socket = socketio::io(context, peer.url(), by_transports(transports, {.forceNew = true}));
        heard.follow(socket);
        REQUIRE(until([&] { return socket.connected() && socket.io().snapshot().transport == last; }));
        converse(socket);
        check_order(socket);
        check_namespaces(socket.io());
        CHECK(transport(socket) == last);
        socket.disconnect();
        REQUIRE(until_heard("disconnect: io client disconnect"));
    }
    CHECK(idle());
}

TEST_CASE_FIXTURE(python_test, "events under way survive the upgrade at python-socketio's server, whatever is slow")
{
    if (!has_python_socketio())
        return;
    python_server const peer;
    transport_road road{context, peer.port()};
    for (auto const& latency : {std::pair{0ms, 0ms}, {30ms, 0ms}, {0ms, 30ms}, {20ms, 20ms}}) {
        INFO(latency.first.count(), " ms for polls, ", latency.second.count(), " ms for frames");
        road.polling.latency = latency.first;
        road.websocket.latency = latency.second;
        bool upgraded = false;
        heard.clear();
        auto socket = socketio::io(context, road.url(), by_transports({"polling", "websocket"}, {.forceNew = true}));
        socket.io().on("upgrade", [&] { upgraded = true; });
        heard.follow(socket);
        traffic load{socket};
        REQUIRE(until([&] {
            if (load.sent() < 2000)
                load.send();
            return upgraded;
        }));
        REQUIRE(until([&] { return load.all_back(); }));
        CHECK(load.in_order());
        CHECK(heard.count_of("disconnect") == 0);
        CHECK(transport(socket) == "websocket");
    }
}

TEST_CASE_FIXTURE(python_test, "an idle session moves at python-socketio's server long before the next ping")
{
    if (!has_python_socketio())
        return;
    python_server const peer; // a ping every 25 s
    auto socket = socketio::io(context, peer.url(), by_transports({"polling", "websocket"}));
    REQUIRE(until([&] { return socket.io().snapshot().transport == "websocket"; }));
    REQUIRE(round_trip(socket));
}

TEST_CASE_FIXTURE(python_test, "a refused WebSocket is no loss at python-socketio's server")
{
    if (!has_python_socketio())
        return;
    python_server const peer{R"({"ping_interval":1,"ping_timeout":5})"};
    transport_road road{context, peer.port()};
    road.websocket.answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno";
    auto socket = socketio::io(context, road.url(), by_transports({"polling", "websocket"}));
    heard.follow(socket);
    int pings = 0;
    socket.io().on("upgrade_error", [&](socketio::connect_error const&) { heard.note("upgrade_error"); });
    socket.io().on("ping", [&] { ++pings; });
    traffic load{socket};
    for (int i = 0; i != 200; ++i)
        load.send();
    REQUIRE(until([&] { return heard.has("upgrade_error") && load.all_back() && pings == 2; }));
    CHECK(load.in_order());
    CHECK(heard.count("connect") == 1);
    CHECK(heard.count_of("disconnect") == 0);
}

} // namespace python_test

// Durations that are longer than any clock can count: nothing ends at once, and nothing overflows.
#include <socketio/server/server_options.hpp>

#include "support/http_caller.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using socketio::ack;
using socketio::options;
using socketio::server_options;
using socketio::value;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds for_ever[] = {milliseconds::max(), milliseconds::max() - 1ms, std::chrono::hours{24 * 365 * 1000}};

struct setting {
    char const* name;
    std::function<void(server_options&, options&, milliseconds)> set;
};

// Every option of a server and of a client that is a duration, but for the heartbeat's.
std::vector<setting> all_settings()
{
    using std::chrono::duration_cast;
    using std::chrono::seconds;
    return {
        {"server connectTimeout", [](auto& server, auto&, milliseconds t) { server.connectTimeout = t; }},
        {"server upgradeTimeout", [](auto& server, auto&, milliseconds t) { server.upgradeTimeout = t; }},
        {"server close_timeout", [](auto& server, auto&, milliseconds t) { server.close_timeout = t; }},
        {"http.request_timeout", [](auto& server, auto&, milliseconds t) { server.http.request_timeout = t; }},
        {"http.idle_timeout", [](auto& server, auto&, milliseconds t) { server.http.idle_timeout = t; }},
        {"maxDisconnectionDuration",
         [](auto& server, auto&, milliseconds t) { server.connectionStateRecovery.emplace().maxDisconnectionDuration = t; }},
        {"cors.maxAge", [](auto& server, auto&, milliseconds t) { server.cors.maxAge = duration_cast<seconds>(t); }},
        {"cookie.maxAge", [](auto& server, auto&, milliseconds t) { server.cookie.emplace().maxAge = duration_cast<seconds>(t); }},
        {"ackTimeout", [](auto&, auto& client, milliseconds t) { client.ackTimeout = t; }},
        {"ackTimeout of retries", [](auto&, auto& client, milliseconds t) { client.ackTimeout = t, client.retries = 2; }},
        {"connect_timeout", [](auto&, auto& client, milliseconds t) { client.connect_timeout = t; }},
        {"reconnectionDelay", [](auto&, auto& client, milliseconds t) { client.reconnectionDelay = t; }},
        {"reconnectionDelayMax", [](auto&, auto& client, milliseconds t) { client.reconnectionDelayMax = t; }},
        {"stable_after", [](auto&, auto& client, milliseconds t) { client.stable_after = t; }},
        {"retry_after_max", [](auto&, auto& client, milliseconds t) { client.retry_after_max = t; }},
        {"timeout", [](auto&, auto& client, milliseconds t) { client.timeout = t; }},
        {"close_timeout", [](auto&, auto& client, milliseconds t) { client.close_timeout = t; }},
        {"keep_alive.idle", [](auto&, auto& client, milliseconds t) { client.network.keep_alive.idle = duration_cast<seconds>(t); }},
        {"keep_alive.interval",
         [](auto&, auto& client, milliseconds t) {
             client.network.keep_alive = {.idle = 60s, .interval = duration_cast<seconds>(t)};
         }},
#if defined(__linux__)
        {"user_timeout", [](auto&, auto& client, milliseconds t) { client.network.user_timeout = t; }},
#endif
    };
}

// One that is connected, lost and connected again, asks and is asked.
void converse(support::server_fixture& house, options client_options)
{
    house.io.on("connection", [&house](socketio::server_socket socket) {
        socket.on("ask", [](ack reply) { reply("from the server"); });
        socket.on("disconnect", [&house](std::string_view reason) { house.heard.note(std::string(reason)); });
    });
    auto client = socketio::io(house.context, house.url(), std::move(client_options));
    house.heard.follow(client);
    client.on("ask", [](ack reply) { reply("from the client"); });
    REQUIRE(house.until([&] { return client.connected(); }));
    client.emit("ask", [&house](std::error_code ec, std::string const& text) { house.heard.note(ec ? ec.message() : text); });
    REQUIRE(house.until_heard("from the server"));
    house.socket_of(client).emit("ask", [&house](std::error_code ec, std::string const& text) { house.heard.note(ec ? ec.message() : text); });
    REQUIRE(house.until_heard("from the client"));
    support::http_caller caller{house.context, house.io.port()};
    CHECK(caller.get("/socket.io/?EIO=4&transport=polling").status == 200);
    caller.leave();
    client.disconnect();
    REQUIRE(house.until_heard("client namespace disconnect"));
    CHECK(house.heard.count_of("connect_error") == 0);
    CHECK(house.heard.count_of("disconnect: ") == 1);
}

} // namespace

TEST_CASE("an option that lasts for ever ends nothing")
{
    for (auto const& each : all_settings())
        for (auto const lasts : for_ever) {
            CAPTURE(each.name);
            CAPTURE(lasts.count());
            server_options of_server;
            options of_client;
            each.set(of_server, of_client, lasts);
            support::server_fixture house{std::move(of_server)};
            converse(house, std::move(of_client));
        }
}

TEST_CASE("an option that ends before it begins does not overflow")
{
    for (auto const& each : all_settings()) {
        CAPTURE(each.name);
        server_options of_server;
        options of_client;
        each.set(of_server, of_client, milliseconds::min());
        support::server_fixture house{std::move(of_server)};
        auto client = socketio::io(house.context, house.url(), std::move(of_client));
        house.heard.follow(client);
        CHECK(house.until([&] { return !house.heard.text().empty(); }));
        client.disconnect();
        house.context.poll();
    }
}

TEST_CASE("a call that waits for ever is not over at once")
{
    for (auto const lasts : for_ever) {
        CAPTURE(lasts.count());
        support::two_clients pair;
        std::vector<std::string> ends;
        auto const note = [&ends](std::string name) {
            return [&ends, name](std::error_code ec, auto const&...) { ends.push_back(name + (ec ? ": " + ec.message() : "")); };
        };
        // Nobody answers before all have been asked.
        std::vector<ack> kept;
        auto const keep = [&kept](ack reply) { kept.push_back(std::move(reply)); };
        pair.socket.on("ask", keep);
        pair.client.on("ask", keep);
        pair.client.timeout(lasts).emit("ask", note("client emit"));
        pair.client.timeout(lasts).emitWithAck("ask", note("client emitWithAck"));
        pair.client.expires_after(lasts).emit("ask", note("expires_after"));
        pair.client.async_next("news", lasts, note("async_next"));
        auto stream = pair.client.stream("news");
        stream.async_next(lasts, note("stream"));
        pair.socket.timeout(lasts).emit("ask", note("server emit"));
        pair.socket.timeout(lasts).emitWithAck("ask", note("server emitWithAck"));
        pair.io.timeout(lasts).emit("ask", note("broadcast"));
        pair.io.of("/").timeout(lasts).emitWithAck("ask", note("namespace"));
        pair.socket.to("nowhere").timeout(lasts).emit("ask", note("room"));
        REQUIRE(pair.until([&] { return kept.size() == 7; }));
        CHECK(ends == std::vector<std::string>{"room"});
        for (auto const& reply : kept)
            reply("now");
        pair.socket.emit("news", "here");
        REQUIRE(pair.until([&] { return ends.size() == 10; }));
        for (auto const& end : ends)
            CHECK(end.find(':') == std::string::npos);
        CHECK(pair.client.connected());
    }
}

TEST_CASE("what is changed on a manager to last for ever ends nothing")
{
    for (auto const lasts : for_ever) {
        support::server_fixture house;
        auto client = house.client("", {.autoConnect = false});
        house.heard.follow(client);
        client.io().timeout(lasts).reconnectionDelay(lasts).reconnectionDelayMax(lasts);
        client.connect();
        CHECK(house.until([&] { return client.connected(); }));
        CHECK(house.heard.text() == "connect");
    }
}

TEST_CASE("a wait for ever before an attempt is not over at once")
{
    for (auto const lasts : for_ever) {
        CAPTURE(lasts.count());
        support::server_fixture house;
        socketio::options settings;
        settings.reconnectionDelay = settings.reconnectionDelayMax = lasts;
        auto client = socketio::io(house.context, house.url(), settings);
        house.heard.follow(client);
        house.heard.follow(client.io());
        REQUIRE(house.until([&] { return client.connected(); }));
        house.io.disconnectSockets(true);
        REQUIRE(house.until([&] { return !client.connected(); }));
        house.context.poll();
        CHECK(house.heard.count_of("manager reconnect_attempt") == 0);
    }
}

TEST_CASE("a server's heartbeat lasts as long as its clients can count")
{
    for (auto const& each : {std::pair{1ms, 1ms}, std::pair{milliseconds{2147483647 - 20000}, milliseconds{20000}},
                             std::pair{1ms, milliseconds{2147483646}}}) {
        auto const interval = each.first;
        auto const timeout = each.second;
        CAPTURE(interval.count());
        support::server_fixture house{{.pingInterval = interval, .pingTimeout = timeout}};
        auto const client = house.client();
        CHECK(house.until([&] { return client.connected(); }));
    }
    asio::io_context context;
    auto const made = [&](socketio::server_options settings) {
        return socketio::server(context, 0, support::on_loopback(std::move(settings))).port();
    };
    for (auto const wrong : {0ms, -1ms, milliseconds{2147483648}, milliseconds::max(), milliseconds::min()}) {
        CAPTURE(wrong.count());
        CHECK_THROWS_AS(made({.pingInterval = wrong}), std::logic_error);
        CHECK_THROWS_AS(made({.pingTimeout = wrong}), std::logic_error);
    }
    CHECK_THROWS_AS(made({.pingInterval = milliseconds{2147483647}}), std::logic_error);
}

// Durations that are longer than any clock can count, of plain WebSocket: nothing ends at once, and nothing overflows.
#include <socketio/websocket.hpp>

#include "support/run_until.hpp"

#include <asio/io_context.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace for_ever_tests {

using namespace std::chrono_literals;
using socketio::websocket;
using socketio::websocket_close;
using socketio::websocket_message;
using socketio::websocket_options;
using socketio::websocket_server_options;
using std::chrono::milliseconds;

namespace {

struct setting {
    char const* name;
    std::function<void(websocket_server_options&, websocket_options&, milliseconds)> set;
};

setting const all_settings[] = {
    {"server timeout", [](auto& server, auto&, milliseconds t) { server.timeout = t; }},
    {"server close_timeout", [](auto& server, auto&, milliseconds t) { server.close_timeout = t; }},
    {"timeout", [](auto&, auto& client, milliseconds t) { client.timeout = t; }},
    {"close_timeout", [](auto&, auto& client, milliseconds t) { client.close_timeout = t; }},
};

// Opens, has one message echoed and closes, from this side or from the other.
void converse(websocket_server_options of_server, websocket_options of_client, bool server_closes)
{
    asio::io_context context;
    of_server.address = "127.0.0.1";
    socketio::websocket_server server{context, 0, std::move(of_server)};
    std::optional<websocket> other;
    server.on_connection([&](websocket socket, socketio::websocket_request const&) {
        socket.on_message([socket](websocket_message const& m) mutable { static_cast<void>(socket.send(m.text())); });
        other = std::move(socket);
    });
    websocket socket{context, "ws://127.0.0.1:" + std::to_string(server.port()) + "/", std::move(of_client)};
    std::string heard;
    std::optional<websocket_close> ended;
    socket.on_open([&] { static_cast<void>(socket.send("hello")); });
    socket.on_message([&](websocket_message const& m) { heard = m.text(); });
    socket.on_close([&](websocket_close const& how) { ended = how; });
    REQUIRE(support::run_until(context, [&] { return heard == "hello" || ended; }));
    CHECK_FALSE(ended);
    server_closes ? other->close(1000) : socket.close(1000);
    REQUIRE(support::run_until(context, [&] { return ended.has_value(); }));
    CHECK(ended->code == 1000);
    CHECK_FALSE(ended->error);
}

} // namespace

TEST_CASE("an option of a WebSocket that lasts for ever ends nothing")
{
    for (auto const& each : all_settings)
        for (milliseconds const lasts : {milliseconds::max(), milliseconds{std::chrono::hours{24 * 365 * 1000}}})
            for (bool const server_closes : {false, true}) {
                CAPTURE(each.name);
                CAPTURE(lasts.count());
                websocket_server_options of_server;
                websocket_options of_client;
                each.set(of_server, of_client, lasts);
                converse(std::move(of_server), std::move(of_client), server_closes);
            }
}

} // namespace for_ever_tests

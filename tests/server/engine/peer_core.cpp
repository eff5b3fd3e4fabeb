// One client's session: what it may send, and its end while something of it is under way.
#include <socketio/server/peer_core.hpp>

#include <socketio/server.hpp>
#include <socketio/websocket.hpp>

#include "support/run_until.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

TEST_CASE("a timer that is due in the moment in which the session ends finds nothing to do")
{
    asio::io_context context;
    constexpr auto limit = 200ms;
    std::optional<socketio::server> io{std::in_place, context,
        socketio::server_options{.address = "127.0.0.1", .connectTimeout = limit}};
    io->listen(0);
    socketio::websocket peer{context, "ws://127.0.0.1:" + std::to_string(io->port()) + "/socket.io/?EIO=4&transport=websocket"};
    bool opened = false;
    bool closed = false;
    peer.on_message([&](socketio::websocket_message const&) { opened = true; });
    peer.on_close([&](socketio::websocket_close const&) { closed = true; });
    REQUIRE(support::run_until(context, [&] { return opened; }));
    // Time goes by while nobody runs the context: then the end, and the deadline's turn is after it.
    auto const due = socketio::clock::now() + limit;
    while (socketio::clock::now() < due)
        std::this_thread::yield();
    io.reset();
    CHECK(support::run_until(context, [&] { return closed; }));
    CHECK(support::run_out(context));
}

TEST_CASE("each attachment of an event may be as large as maxHttpBufferSize, as each of its messages, and not larger")
{
    support::server_fixture house{{.maxHttpBufferSize = 1000}};
    auto client = house.guest();
    house.socket_of(client).on("data", [&](std::vector<socketio::bytes> const& parts) {
        for (auto const& each : parts)
            house.heard.note(std::to_string(each.size()));
        house.heard.note("all");
    });
    client.emit("data", std::vector<socketio::bytes>(10, socketio::bytes(1000)));
    REQUIRE(house.until_heard("all"));
    CHECK(house.heard.count("1000") == 10);
    CHECK(client.connected());

    // This library's client does not send what is too large; others may.
    socketio::websocket peer{house.context, "ws://127.0.0.1:" + std::to_string(house.io.port()) +
                                                "/socket.io/?EIO=4&transport=websocket"};
    std::optional<std::uint16_t> code;
    peer.on_open([&] {
        peer.send(std::string_view{"40"});
        peer.send(std::string_view{R"(451-["data",[{"_placeholder":true,"num":0}]])"});
        peer.send(socketio::bytes_view{socketio::bytes(1001)});
    });
    peer.on_close([&](socketio::websocket_close const& how) { code = how.code; });
    REQUIRE(house.until([&] { return code.has_value(); }));
    CHECK(*code == 1009);
    CHECK(house.heard.count("all") == 1);
}

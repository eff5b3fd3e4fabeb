// The session of a client that ends while something of it is under way.
#include <socketio/server/client_core.hpp>

#include <socketio/server.hpp>
#include <socketio/websocket.hpp>

#include "support/run_until.hpp"

#include <doctest/doctest.h>

#include <asio/io_context.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <thread>

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

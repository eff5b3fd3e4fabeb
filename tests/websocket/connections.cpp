// How many connections a WebSocket server has at once, and until when one counts.
#include <socketio/websocket.hpp>

#include "support/http_caller.hpp"
#include "support/run_until.hpp"

#include <doctest/doctest.h>

#include <asio/io_context.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace connections_tests {

using namespace std::chrono_literals;
using support::http_caller;
using support::run_until;

namespace {

// A server with room for one, that keeps its connections.
struct small_server {
    asio::io_context context;
    std::vector<socketio::websocket> connections;
    socketio::websocket_server server{context, 0, {.address = "127.0.0.1", .timeout = 1h, .close_timeout = 1h, .connections = 1}};

    small_server()
    {
        server.on_connection([this](socketio::websocket socket, socketio::websocket_request const&) {
            connections.push_back(socket);
        });
    }
    http_caller call()
    {
        http_caller made{context, server.port()};
        made.send("GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        return made;
    }
    bool until_received(http_caller& by, std::string_view text)
    {
        return run_until(context, [&] { return by.received().find(text) != std::string::npos; });
    }
    // Asks until it is let in: that the other one has gone is the server's to notice.
    bool until_let_in()
    {
        return run_until(context, [this] {
            http_caller next = call();
            return until_received_or_ended(next);
        });
    }

private:
    bool until_received_or_ended(http_caller& by)
    {
        return run_until(context, [&] { return by.ended() || !by.received().empty(); }) && !by.received().empty();
    }
};

} // namespace

TEST_CASE("one connection more than there may be is closed as it comes")
{
    small_server here;
    http_caller first = here.call();
    REQUIRE(here.until_received(first, "101 Switching Protocols"));
    http_caller second = here.call();
    REQUIRE(second.until_ended());
    CHECK(second.received().empty());
    CHECK_FALSE(first.ended());
    first.leave();
    CHECK(here.until_let_in());
}

TEST_CASE("a peer that takes no part in the closing handshake is still a connection")
{
    small_server here;
    http_caller mute = here.call();
    REQUIRE(here.until_received(mute, "101 Switching Protocols"));
    REQUIRE(run_until(here.context, [&] { return here.connections.size() == 1; }));
    bool closed = false;
    here.connections.front().on_close([&](socketio::websocket_close const&) { closed = true; });
    SUBCASE("after the server's handle went")
    {
        here.connections.clear();
    }
    SUBCASE("after the peer has broken the protocol")
    {
        mute.send("\x83\x80\x01\x01\x01\x01"); // an opcode that is none
        REQUIRE(run_until(here.context, [&] { return closed; }));
    }
    REQUIRE(here.until_received(mute, "\x88"));
    http_caller second = here.call();
    REQUIRE(second.until_ended());
    CHECK(second.received().empty());
    mute.leave();
    CHECK(here.until_let_in());
}

TEST_CASE("a refused client that goes on sending is cut off, and makes room for another")
{
    small_server here;
    http_caller first{here.context, here.server.port()};
    first.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
    REQUIRE(here.until_received(first, "426 Upgrade Required"));
    http_caller second = here.call();
    REQUIRE(second.until_ended());
    CHECK(second.received().empty());
    first.send(std::string(64 * 1024, 'x'));
    CHECK(here.until_let_in());
}

} // namespace connections_tests

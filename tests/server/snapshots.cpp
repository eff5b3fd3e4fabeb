// The numbers that a server shows of itself, and the connection below a socket.
#include <socketio/server/server_snapshot.hpp>

#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using support::server_fixture;

namespace {

// A client in the namespace "/" that never reads again.
asio::ip::tcp::socket deaf_client(server_fixture& house)
{
    asio::ip::tcp::socket socket{house.context};
    socket.connect({asio::ip::make_address("127.0.0.1"), house.io.port()});
    std::string const request = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\n"
                                "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                "Sec-WebSocket-Version: 13\r\n\r\n";
    // "40", masked with zeros.
    asio::write(socket, asio::buffer(request + std::string("\x81\x82\0\0\0\0" "40", 8)));
    return socket;
}

} // namespace

TEST_CASE_FIXTURE(server_fixture, "a server counts its connections, sessions, sockets and packets")
{
    io.of("/other");
    auto a = guest();
    auto b = guest("/other");
    a.emit("one");
    REQUIRE(in_step(a));
    REQUIRE(until([&] { return io.snapshot().unsent_bytes == 0; }));
    auto const seen = io.snapshot();
    CHECK(seen.connections == 2);
    CHECK(seen.sessions == 2);
    CHECK(seen.sessions_opened == 2);
    CHECK(seen.sockets == 2);
    CHECK(seen.refused == 0);
    CHECK(seen.packets_received == 4); // two times CONNECT, and two events
    CHECK(seen.packets_sent == 3);     // their answers, and one of an event
    a.disconnect();
    b.disconnect();
    REQUIRE(until([&] { return io.snapshot().connections == 0; }));
    auto const after = io.snapshot();
    CHECK(after.sessions == 0);
    CHECK(after.sockets == 0);
    CHECK(after.sessions_opened == 2);
    CHECK(after.packets_received == 6);
}

TEST_CASE("who leaves too much unread is seen before it is cut off, and counted after")
{
    server_fixture house{{.send_limit = 8 << 20}};
    auto deaf = deaf_client(house);
    std::optional<socketio::server_socket> socket;
    house.io.on("connection", [&](socketio::server_socket arrived) {
        socket = arrived;
        arrived.on("disconnect", support::note_text(house.heard, "gone"));
    });
    REQUIRE(house.until([&] { return socket.has_value(); }));
    std::string const text(100000, 'x');
    // The system's buffers are full some time, and then everything waits here.
    REQUIRE(house.until([&] {
        socket->emit("text", text);
        return house.io.snapshot().unsent_bytes > (4u << 20);
    }));
    CHECK(socket->conn().snapshot().unsent_bytes == house.io.snapshot().most_unsent_bytes);
    CHECK(house.io.snapshot().cut_off == 0);
    auto const dropped = socket->conn().snapshot().dropped_events;
    socket->volatile_().emit("text", text);
    REQUIRE(house.until([&] { return socket->conn().snapshot().dropped_events == dropped + 1; }));
    REQUIRE(house.until([&] {
        socket->emit("text", text);
        return house.heard.count("gone: transport error") == 1;
    }));
    CHECK(house.io.snapshot().cut_off == 1);
    CHECK(house.io.snapshot().unsent_bytes == 0);
    CHECK(house.io.snapshot().dropped_events == dropped + 1);
}

TEST_CASE_FIXTURE(server_fixture, "a refused request is counted")
{
    asio::ip::tcp::socket socket{context};
    socket.connect({asio::ip::make_address("127.0.0.1"), io.port()});
    asio::write(socket, asio::buffer(std::string{"GET /socket.io/?EIO=4&transport=pigeon HTTP/1.1\r\nHost: here\r\n\r\n"}));
    CHECK(until([&] { return io.snapshot().refused == 1; }));
}

TEST_CASE_FIXTURE(server_fixture, "the connection below a socket tells its transport and its end")
{
    io.on("connection", [&](socketio::server_socket socket) {
        heard.note("over " + std::string{socket.conn().transport()});
        CHECK(socket.conn().id() != socket.id());
        CHECK(socket.conn().id().size() == 20);
        CHECK(socket.conn().remoteAddress() == "127.0.0.1");
        CHECK(socket.conn().request().method == "GET");
        socket.conn().on("close", [this](std::string_view reason) { heard.note("closed: " + std::string{reason}); });
        CHECK_THROWS_AS(socket.conn().on("packet", [](std::string_view) {}), std::invalid_argument);
    });
    auto a = guest();
    CHECK(heard.count("over websocket") == 1);
    a.disconnect();
    CHECK(until_heard("closed: transport close"));
}

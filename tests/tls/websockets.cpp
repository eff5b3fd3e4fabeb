// WebSockets by themselves over TLS: npm's ws as the client of our server, and our client.
#include <socketio/tls.hpp>
#include <socketio/websocket.hpp>

#include "support/tls.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <system_error>

using support::tls_test;

namespace {

socketio::websocket_server echo_server(asio::io_context& context, socketio::tls_options tls)
{
    socketio::websocket_server server(context, std::uint16_t{0}, {.address = "127.0.0.1", .tls = std::move(tls)});
    server.on_connection([](socketio::websocket socket, socketio::websocket_request const&) {
        socket.on_message([socket](socketio::websocket_message const& m) mutable {
            static_cast<void>(m.is_text() ? socket.send(m.text()) : socket.send(m.data()));
        });
    });
    return server;
}

std::string place(socketio::websocket_server const& server)
{
    return "wss://localhost:" + std::to_string(server.port()) + "/";
}

} // namespace

TEST_CASE_FIXTURE(tls_test, "npm's ws talks over wss to our server, which has a certificate")
{
    auto const leaf = trusted.leaf();
    auto server = echo_server(context, {.cert = trusted.chain(leaf), .key = leaf.key()});
    std::string const settings = R"({"url":")" + place(server) + R"(","settings":{"ca":)" + support::quoted(trusted.root.pem()) + "}}";
    support::process program{{support::places::chosen("SOCKETIO_NODE", "node"), support::places::peers() + "/ws_peer.js", settings},
        {{"NODE_PATH", support::places::node_modules()}}};
    std::optional<std::string> line;
    REQUIRE(until([&] { return (line = program.try_line()).has_value(); }));
    CAPTURE(*line);
    CHECK(line->find(R"("right":7,"code":1000)") != std::string::npos);
}

TEST_CASE_FIXTURE(tls_test, "our client of wss believes who is trusted, and nobody else")
{
    auto const leaf = trusted.leaf();
    auto server = echo_server(context, {.cert = trusted.chain(leaf), .key = leaf.key()});
    std::string echoed;
    socketio::websocket socket(context, place(server), {.tls = {.ca = trusted.root.pem()}});
    socket.on_open([&] { socket.send("over TLS"); });
    socket.on_message([&](socketio::websocket_message const& m) {
        echoed = m.text();
        socket.close();
    });
    CHECK(until([&] { return !echoed.empty(); }));
    CHECK(echoed == "over TLS");

    std::optional<socketio::websocket_close> end;
    socketio::websocket stranger(context, place(server));
    stranger.on_close([&](socketio::websocket_close const& how) { end = how; });
    REQUIRE(until([&] { return end.has_value(); }));
    CHECK(end->error == socketio::error::tls_unknown_authority);
    CHECK_FALSE(end->message.empty());
}

TEST_CASE_FIXTURE(tls_test, "a server whose key does not fit its certificate does not begin")
{
    auto const leaf = trusted.leaf();
    auto const other = trusted.leaf();
    CHECK_THROWS_AS(echo_server(context, {.cert = leaf.pem(), .key = other.key()}), std::system_error);
    CHECK_THROWS_AS(echo_server(context, {.key = leaf.key()}), std::system_error); // nor is it one without TLS
}

// Where no WebSocket passes: nginx without its headers, proxies without CONNECT. The client falls back to long-polling.
#include <socketio/client.hpp>
#include <socketio/tls.hpp>

#include "proxied.hpp"
#include "support/nginx.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using socketio::error;
using support::free_port;
using support::nginx;
using support::by_transports;
using support::pass_to;
using support::server_block;

namespace {

// As nginx passes requests on by itself: HTTP/1.0, without Upgrade.
std::string plainly_to(std::uint16_t upstream)
{
    return "proxy_pass http://127.0.0.1:" + std::to_string(upstream) + "; client_max_body_size 8m;";
}

struct fallback_test : proxied_test {
    std::uint16_t const port = free_port();

    std::string transport(socketio::socket const& socket) { return std::string{socket.io().snapshot().transport}; }
};

} // namespace

TEST_CASE_FIXTURE(fallback_test, "behind nginx with WebSocket's headers each transport is had, and polling moves")
{
    nginx between(port, server_block(port, pass_to(server.port(), "client_max_body_size 8m;")));
    for (std::string const first : {"websocket", "polling"}) {
        heard.clear();
        auto settings = by_transports({first, first == "polling" ? "websocket" : "polling"});
        settings.forceNew = true;
        auto socket = follow(socketio::io(context, between.url(), settings));
        REQUIRE(until([&] { return socket.connected() && transport(socket) == "websocket"; }));
        converse(socket);
        outlast(socket, between);
        socket.disconnect();
    }
}

TEST_CASE_FIXTURE(fallback_test, "behind nginx without WebSocket's headers the client falls back to polling")
{
    nginx between(port, server_block(port, plainly_to(server.port())));
    auto socket = follow(socketio::io(context, between.url(), by_transports({"websocket", "polling"})));
    converse(socket);
    CHECK(transport(socket) == "polling");
    CHECK(heard.text() == "connect");
    outlast(socket, between);
    CHECK(transport(socket) == "polling");
    CHECK(between.answered(101) == 0);
}

TEST_CASE_FIXTURE(fallback_test, "without tryAllTransports nginx without WebSocket's headers is an error")
{
    nginx between(port, server_block(port, plainly_to(server.port())));
    auto settings = by_transports({"websocket", "polling"});
    settings.tryAllTransports = false;
    auto const why = failure(between.url(), settings);
    CHECK(why.code() == error::upgrade_refused);
    CHECK(why.attempts().size() == 1);
}

TEST_CASE_FIXTURE(fallback_test, "a session on polling stays there behind nginx without WebSocket's headers")
{
    nginx between(port, server_block(port, plainly_to(server.port())));
    auto socket = follow(socketio::io(context, between.url(), by_transports({"polling", "websocket"})));
    std::string why;
    socket.io().on("upgrade_error", [&](socketio::connect_error const& told) { why = told.message(); });
    converse(socket);
    REQUIRE(until([&] { return !why.empty(); }));
    converse(socket);
    CHECK(transport(socket) == "polling");
    CHECK(heard.text() == "connect");
}

TEST_CASE_FIXTURE(fallback_test, "where nginx refuses both, the error tells of each")
{
    nginx between(port,
        server_block(port, "if ($arg_transport = websocket) { return 403; } return 503;"));
    auto const why = failure(between.url(), by_transports({"websocket", "polling"}));
    REQUIRE(why.attempts().size() == 2);
    CHECK(why.attempts()[0].transport == "websocket");
    CHECK(why.attempts()[0].http_status == 403);
    CHECK(why.attempts()[0].code == error::upgrade_refused);
    CHECK(why.attempts()[1].transport == "polling");
    CHECK(why.attempts()[1].http_status == 503);
    CHECK(why.attempts()[1].code == error::poll_failed);
    CHECK(why.http_status() == 503);
    check_error(why, error::poll_failed, "websocket: ");
    check_error(why, error::poll_failed, "; polling: ");
}

TEST_CASE_FIXTURE(fallback_test, "where nginx passes WebSocket alone, a client that began with polling goes on to it")
{
    nginx between(port,
        server_block(port, "if ($arg_transport = polling) { return 403; } " + pass_to(server.port())));
    auto socket = follow(socketio::io(context, between.url(), by_transports({"polling", "websocket"})));
    converse(socket);
    CHECK(transport(socket) == "websocket");
    CHECK(heard.text() == "connect");
}

TEST_CASE_FIXTURE(fallback_test, "a squid that allows no CONNECT passes polls on, in absolute form")
{
    support::squid proxy("user", "s:cret", "acl tunnel method CONNECT\nhttp_access deny tunnel\n");
    auto settings = by_transports({"websocket", "polling"}, by("http://user:s%3Acret@" + proxy.address()));
    auto socket = follow(socketio::io(context, server.url(), settings));
    converse(socket);
    CHECK(transport(socket) == "polling");
    CHECK(heard.text() == "connect");
    CHECK(proxy.mentions("TCP_DENIED/403") >= 1);
    CHECK(proxy.mentions("CONNECT 127.0.0.1:" + std::to_string(server.port())) >= 1);
    CHECK(proxy.mentions("GET http://127.0.0.1:" + std::to_string(server.port()) + "/socket.io/") >= 1);
    outlast(socket, proxy);
    CHECK(proxy.tunnels() == 0);
    CHECK(server.log("connection", "headers").find("proxy-authorization") == std::string::npos);
}

TEST_CASE_FIXTURE(fallback_test, "a tinyproxy that allows no CONNECT to the port passes polls on")
{
    support::tinyproxy proxy("BasicAuth user secret\nConnectPort 443");
    auto const by_proxy = by("http://user:secret@" + proxy.address());
    auto const refused = failure(server.url(), by_transports({"websocket"}, by_proxy));
    check_error(refused, error::proxy_refused, "403");
    auto settings = by_transports({"websocket", "polling"}, by("http://user:secret@" + proxy.address()));
    auto socket = follow(socketio::io(context, server.url(), settings));
    converse(socket);
    CHECK(transport(socket) == "polling");
    CHECK(proxy.mentions("Refused CONNECT method on port " + std::to_string(server.port())) >= 1);
    outlast(socket, proxy);
    CHECK(transport(socket) == "polling");
}

TEST_CASE_FIXTURE(fallback_test, "over TLS, too, the client falls back to polling, straight and by a tunnel")
{
    support::own_certificate const own;
    nginx between(port, support::tls_block(port, own, plainly_to(server.port())));
    support::tinyproxy proxy;
    support::microsocks socks;
    for (std::string const& by_proxy : {std::string{}, proxy.url(), socks.url()}) {
        CAPTURE(by_proxy);
        heard.clear();
        auto settings = by_transports({"websocket", "polling"}, by(by_proxy));
        settings.tls.ca_file = own.file();
        settings.forceNew = true;
        auto socket = follow(socketio::io(context, "https://localhost:" + std::to_string(port), settings));
        converse(socket);
        CHECK(transport(socket) == "polling");
        CHECK(socket.io().snapshot().last_connect.tls.count() > 0);
        outlast(socket, between);
        socket.disconnect();
    }
    CHECK(proxy.log().find("socket.io") == std::string::npos);
}

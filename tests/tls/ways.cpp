// TLS over whatever way leads to the server: a proxy's tunnel, a Unix-domain socket, redirections.
#include <socketio/tls.hpp>

#include "support/peer.hpp"
#include "support/refusal.hpp"
#include "support/scripted_tcp_server.hpp"
#include "support/tls.hpp"

#include <asio/local/stream_protocol.hpp>
#include <doctest/doctest.h>

#include <string>

using socketio::error;
using support::check_words;
using support::secure_url;
using support::scripted_tcp_server;
using support::tls_test;
using support::scripted_connection;

TEST_CASE_FIXTURE(tls_test, "wss by a proxy is CONNECT first, then TLS with the server")
{
    support::npm_server server(serving(trusted.leaf({.hosts = "DNS:server.example"})));
    scripted_tcp_server proxy{[&](scripted_connection& client) {
        client.read_head();
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        client.relay(server.port());
    }};
    auto settings = trusting();
    settings.network.proxy.url = proxy.url();
    auto socket = socketio::io(context, "wss://server.example", settings);
    REQUIRE(until_connected(socket));
    CHECK(round_trip(socket));
    CHECK(proxy.notes().at(0).starts_with("CONNECT server.example:443 HTTP/1.1\r\n"));
    CHECK(socket.io().snapshot().last_connect.proxy.count() > 0);
    CHECK(socket.io().snapshot().last_connect.tls.count() > 0);
    check_words(failure("wss://other.example", settings), error::tls_host_mismatch, "server.example");
}

TEST_CASE_FIXTURE(tls_test, "TLS goes over a Unix-domain socket, too")
{
    support::npm_server server(serving(trusted.leaf({.hosts = "DNS:server.example"})));
    std::string const path = folder.path("socket");
    scripted_tcp_server peer{asio::local::stream_protocol::endpoint{path}, [&](scripted_connection& client) { client.relay(server.port()); }};
    auto settings = trusting();
    settings.network.unix_socket = path;
    auto socket = socketio::io(context, "wss://server.example", settings);
    REQUIRE(until_connected(socket));
    CHECK(round_trip(socket));
}

TEST_CASE_FIXTURE(tls_test, "a redirection from http to https is followed, and one from https to http never")
{
    support::npm_server server(serving(trusted.leaf()));
    scripted_tcp_server plain{[&](scripted_connection& client) {
        client.read_head();
        client.write("HTTP/1.1 308 Permanent Redirect\r\nLocation: " + secure_url(server) + "/socket.io/?EIO=4&transport=websocket\r\n\r\n");
    }};
    auto const settings = trusting({.follow_redirects = 2});
    auto socket = socketio::io(context, plain.url(), settings);
    REQUIRE(until_connected(socket));
    CHECK(round_trip(socket));
    support::raw_server careless(serving(trusted.leaf(), "",
        R"("plans":[{"refuse":{"status":302,"headers":{"Location":")" + plain.url() + R"("}}}])"));
    check_words(failure(secure_url(careless), settings), error::redirect_insecure, "a connection without TLS, which is never followed");
    CHECK(plain.visitors() == 1);
}

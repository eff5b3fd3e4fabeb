// Behind nginx that ends TLS, straight and by other proxies; and sent from one address to another.
#include <socketio/client.hpp>
#include <socketio/tls.hpp>

#include "proxied.hpp"
#include "support/nginx.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

using socketio::error;
using support::free_port;
using support::nginx;
using support::pass_to;
using support::server_block;

namespace {

socketio::options trusting(support::own_certificate const& own)
{
    socketio::options settings = support::by_transports({"websocket"});
    settings.tls.ca_file = own.file();
    return settings;
}

std::string https(std::uint16_t port)
{
    return "https://localhost:" + std::to_string(port);
}

} // namespace

TEST_CASE_FIXTURE(proxied_test, "a conversation goes through nginx that ends TLS, and outlasts nginx's end")
{
    support::own_certificate const own;
    std::uint16_t const port = free_port();
    nginx between(port, support::tls_block(port, own, pass_to(server.port())));
    auto socket = follow(socketio::io(context, https(port), trusting(own)));
    converse(socket);
    outlast(socket, between);
    socket.disconnect();
    CHECK(until([&] { return between.answered(101) == 1; }));
}

TEST_CASE_FIXTURE(proxied_test, "TLS goes to nginx by each kind of proxy, which sees nothing of it")
{
    support::own_certificate const own;
    std::uint16_t const port = free_port();
    nginx between(port, support::tls_block(port, own, pass_to(server.port())));
    auto const talk = [&](auto& proxy, std::string const& url, std::string const& host) {
        auto settings = trusting(own);
        settings.network.proxy.url = url;
        settings.tls.server_name = "localhost";
        auto socket = follow(socketio::io(context, "wss://" + host + ":" + std::to_string(port), settings));
        converse(socket);
        outlast(socket, proxy);
        CHECK(proxy.log().find("socket.io") == std::string::npos);
        socket.disconnect();
        CHECK(until([&] { return between.answered(101) == 2; }));
    };
    SUBCASE("tinyproxy")
    {
        support::tinyproxy proxy("BasicAuth user secret");
        talk(proxy, "http://user:secret@" + proxy.address(), "localhost");
        CHECK(proxy.tunnels() == 2);
    }
    SUBCASE("squid")
    {
        support::squid proxy("user", "secret");
        talk(proxy, "http://user:secret@" + proxy.address(), "localhost");
        CHECK(until_tunnels(proxy, 1));
    }
    SUBCASE("microsocks")
    {
        support::microsocks proxy("user", "secret");
        talk(proxy, "socks5://user:secret@" + proxy.address(), std::string(support::name_at_the_proxy));
        CHECK(proxy.tunnels() == 2);
    }
}

TEST_CASE_FIXTURE(proxied_test, "a redirection from http to https is followed by who says so")
{
    support::own_certificate const own;
    std::uint16_t const port = free_port();
    std::uint16_t const secure = free_port();
    nginx between(port,
        server_block(port, "return 301 https://localhost:" + std::to_string(secure) + "$request_uri;") +
            support::tls_block(secure, own, pass_to(server.port())));
    auto const refused = failure(between.url(), trusting(own));
    check_error(refused, error::upgrade_refused, "301");
    CHECK(refused.http_status() == 301);

    auto settings = trusting(own);
    settings.follow_redirects = 1;
    auto socket = follow(socketio::io(context, between.url(), settings));
    converse(socket);
    outlast(socket, between);
    CHECK(between.answered(301) == 3);
}

TEST_CASE_FIXTURE(proxied_test, "a path that has moved for good (308) is followed, and not the other way round, from https to http")
{
    support::own_certificate const own;
    std::uint16_t const port = free_port();
    std::uint16_t const secure = free_port();
    nginx between(port,
        server_block(port, pass_to(server.port()), "location /old/ { return 308 /socket.io/$is_args$args; }") +
            support::tls_block(secure, own, "return 308 http://" + std::string("127.0.0.1:") + std::to_string(port) + "$request_uri;"));
    auto careful = trusting(own);
    careful.follow_redirects = 5;
    check_error(failure(https(secure), careful), error::redirect_insecure, "TLS");

    auto settings = support::by_transports({"websocket"}, {.path = "/old", .follow_redirects = 1});
    auto socket = socketio::io(context, between.url(), settings);
    converse(socket);
    CHECK(between.answered(308) == 2);
}

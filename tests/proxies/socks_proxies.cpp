// By microsocks and by dante: SOCKS 5 with and without a name, and the server's name resolved at the proxy.
#include <socketio/client.hpp>

#include "proxied.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <string>

using namespace std::chrono_literals;
using socketio::error;

TEST_CASE_FIXTURE(proxied_test, "a conversation goes through microsocks, which resolves the name and may die")
{
    support::microsocks proxy;
    auto socket = follow(socketio::io(context, server_at(support::name_at_the_proxy), by(proxy.url())));
    converse(socket);
    outlast(socket, proxy);
    CHECK(proxy.tunnels() == 2);
    CHECK(proxy.asked_for(support::name_at_the_proxy, server.port()));
    auto direct = socketio::io(context, server.url(), by("socks5h://" + proxy.address()));
    converse(direct);
    CHECK(proxy.asked_for("127.0.0.1", server.port()));
}

TEST_CASE_FIXTURE(proxied_test, "microsocks is told a name and a password, and refuses who has others")
{
    support::microsocks proxy("user", "secret");
    check_error(failure(server.url(), by(proxy.url())), error::proxy_authentication_required, "proxy");
    auto const wrong = failure(server.url(), by("socks5://user:guess@" + proxy.address()));
    check_error(wrong, error::proxy_authentication_required, "proxy");
    CHECK(wrong.message().find("guess") == std::string::npos);
    CHECK(proxy.tunnels() == 0);

    auto socket = socketio::io(context, server.url(), by("socks5://user:secret@" + proxy.address()));
    converse(socket);
    auto named = by(proxy.url());
    named.network.proxy.username = "user";
    named.network.proxy.password = "secret";
    auto other = socketio::io(context, server.url(), named);
    converse(other);
    CHECK(proxy.tunnels() == 2);
}

TEST_CASE_FIXTURE(proxied_test, "a conversation goes through dante, which resolves the name and may die")
{
    support::dante proxy;
    auto socket = follow(socketio::io(context, server_at(support::name_at_the_proxy), by(proxy.url())));
    converse(socket);
    outlast(socket, proxy);
    CHECK(proxy.tunnels() == 2);
    CHECK(server.log("connection", "headers").find(support::name_at_the_proxy) != std::string::npos);
}

TEST_CASE_FIXTURE(proxied_test, "a rule of dante's against the server, and a server that is down, are refusals that say which")
{
    support::dante proxy("socks block { from: 0.0.0.0/0 to: 127.0.0.1/32 port = " + std::to_string(server.port()) + " log: connect }\n");
    check_error(failure(server.url(), by(proxy.url())), error::proxy_refused, "not allowed");
    CHECK(proxy.mentions("block(") >= 1);
    check_error(failure("http://127.0.0.1:" + std::to_string(support::free_port()), by(proxy.url())), error::proxy_refused, "refused");
    check_error(failure("http://nowhere.invalid", by(proxy.url())), error::proxy_refused, "");
    CHECK(server.count("engine open") == 0);
}

TEST_CASE_FIXTURE(proxied_test, "a SOCKS proxy that is down, and one that hangs, are told apart")
{
    support::microsocks proxy;
    proxy.signal(SIGSTOP);
    check_error(failure(server.url(), by(proxy.url(), {.timeout = 200ms})), error::timeout, "proxy");
    proxy.stop();
    check_error(failure(server.url(), by(proxy.url())), error::proxy_unreachable, proxy.address());
}

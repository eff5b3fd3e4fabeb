// By tinyproxy: CONNECT with and without a name, what it refuses, and where no proxy is wanted.
#include <socketio/client.hpp>

#include "proxied.hpp"

#include <asio/error.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <string>
#include <utility>

using namespace std::chrono_literals;
using socketio::error;

TEST_CASE_FIXTURE(proxied_test, "a conversation goes through an HTTP proxy, and outlasts the proxy's end")
{
    support::tinyproxy proxy;
    auto socket = follow(socketio::io(context, server.url(), by(proxy.url())));
    converse(socket);
    CHECK(proxy.tunnels() == 1);
    outlast(socket, proxy);
    CHECK(proxy.tunnels() == 2);
    CHECK(proxy.mentions("Request (file descriptor") == 2);
    CHECK(proxy.mentions("CONNECT 127.0.0.1:" + std::to_string(server.port()) + " HTTP/1.1") == 2);
}

TEST_CASE_FIXTURE(proxied_test, "an HTTP proxy resolves the server's name")
{
    support::tinyproxy proxy;
    auto socket = socketio::io(context, server_at("localhost"), by(proxy.url()));
    converse(socket);
    CHECK(proxy.mentions("CONNECT localhost:" + std::to_string(server.port())) == 1);
    CHECK(server.log("connection", "headers").find("\"host\":\"localhost:") != std::string::npos);
}

TEST_CASE_FIXTURE(proxied_test, "an HTTP proxy is told a name and a password, from its URL or from the options")
{
    support::tinyproxy proxy("BasicAuth user secret");
    auto socket = follow(socketio::io(context, server.url(), by("http://user:secret@" + proxy.address())));
    converse(socket);
    outlast(socket, proxy);
    socketio::options named = by(proxy.url());
    named.network.proxy.username = "user";
    named.network.proxy.password = "secret";
    auto other = socketio::io(context, server.url(), named);
    converse(other);
    CHECK(proxy.tunnels() == 3);
    CHECK(proxy.mentions("Unauthorized") == 0);
    // They were for the proxy, not for the server.
    CHECK(server.log("connection", "headers").find("authorization") == std::string::npos);
}

TEST_CASE_FIXTURE(proxied_test, "an HTTP proxy that is told no name, or a wrong one, is asked once and reported")
{
    support::tinyproxy proxy("BasicAuth user secret");
    check_error(failure(server.url(), by(proxy.url())), error::proxy_authentication_required, "proxy");
    CHECK(proxy.mentions("CONNECT 127.0.0.1:") == 1);
    // tinyproxy's answer to a wrong password is 401, without Proxy-Authenticate.
    auto const wrong = failure(server.url(), by("http://user:guess@" + proxy.address()));
    check_error(wrong, error::proxy_authentication_required, "401");
    CHECK(wrong.message().find("guess") == std::string::npos);
    CHECK(proxy.tunnels() == 0);
    CHECK(server.count("engine open") == 0);
}

TEST_CASE_FIXTURE(proxied_test, "a port that the proxy does not allow is a refusal by the proxy")
{
    support::tinyproxy proxy("ConnectPort 443");
    check_error(failure(server.url(), by(proxy.url())), error::proxy_refused, "403");
    CHECK(proxy.mentions("Refused CONNECT method on port " + std::to_string(server.port())) == 1);
    support::tinyproxy generous("ConnectPort 443\nConnectPort " + std::to_string(server.port()));
    auto socket = socketio::io(context, server.url(), by(generous.url()));
    converse(socket);
    CHECK(generous.tunnels() == 1);
}

TEST_CASE_FIXTURE(proxied_test, "a server that is down behind the proxy is the proxy's refusal, until the server comes")
{
    support::tinyproxy proxy;
    std::uint16_t const port = support::free_port();
    std::string const url = "http://127.0.0.1:" + std::to_string(port);
    check_error(failure(url, by(proxy.url())), error::proxy_refused, "500");
    auto socket = follow(socketio::io(context, url, by(proxy.url())));
    REQUIRE(until([&] { return heard.count_of("connect_error") >= 2; }));
    support::npm_server const late("{\"port\":" + std::to_string(port) + "}");
    REQUIRE(until_connected(socket));
    CHECK(proxy.tunnels() == 1);
}

TEST_CASE_FIXTURE(proxied_test, "no_proxy goes past the proxy")
{
    support::tinyproxy proxy;
    for (char const* const entry : {"127.0.0.1", "127.0.0.0/8", "*", "example.com,127.0.0.1"}) {
        CAPTURE(entry);
        auto settings = by(proxy.url(), {.forceNew = true});
        settings.network.proxy.no_proxy = {entry};
        auto socket = socketio::io(context, server.url(), settings);
        REQUIRE(until_connected(socket));
        CHECK(proxy.mentions("Request (") == 0);
    }
    auto settings = by(proxy.url(), {.forceNew = true});
    settings.network.proxy.no_proxy = {"128.0.0.0/8", "example.com", "127.0.0.1:" + std::to_string(proxy.port())};
    auto socket = socketio::io(context, server.url(), settings);
    REQUIRE(until_connected(socket));
    CHECK(proxy.tunnels() == 1);
}

TEST_CASE_FIXTURE(proxied_test, "the environment names a proxy only to those who ask for it")
{
    support::tinyproxy proxy;
    environment_variable const all_small("all_proxy", std::nullopt);
    environment_variable const all("ALL_PROXY", std::nullopt);
    environment_variable const none_small("no_proxy", std::nullopt);
    environment_variable const none("NO_PROXY", std::nullopt);
    environment_variable const named("http_proxy", proxy.url());

    auto direct = socketio::io(context, server.url(), {.forceNew = true});
    REQUIRE(until_connected(direct));
    CHECK(proxy.mentions("Request (") == 0);

    socketio::options settings{.forceNew = true};
    settings.network.proxy.from_environment = true;
    {
        environment_variable const past("no_proxy", "127.0.0.1");
        auto exempt = socketio::io(context, server.url(), settings);
        REQUIRE(until_connected(exempt));
        CHECK(proxy.mentions("Request (") == 0);
    }
    auto asked = socketio::io(context, server.url(), settings);
    REQUIRE(until_connected(asked));
    CHECK(proxy.tunnels() == 1);
}

TEST_CASE_FIXTURE(proxied_test, "a proxy that is down is an error of its own")
{
    support::tinyproxy proxy;
    proxy.stop();
    check_error(failure(server.url(), by(proxy.url())), error::proxy_unreachable, proxy.address());
    check_error(failure(server.url(), by("http://does-not-exist.invalid:3128")), error::proxy_unreachable,
        "does-not-exist.invalid");
}

TEST_CASE_FIXTURE(proxied_test, "a proxy that takes the connection and hangs is a timeout that names it")
{
    support::tinyproxy proxy;
    proxy.signal(SIGSTOP);
    auto const why = failure(server.url(), by(proxy.url(), {.timeout = 200ms}));
    check_error(why, error::timeout, "proxy");
    CHECK(why.message().find(proxy.address()) != std::string::npos);
    proxy.signal(SIGCONT);
    auto socket = socketio::io(context, server.url(), by(proxy.url()));
    REQUIRE(until_connected(socket));
}

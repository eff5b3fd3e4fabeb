// By squid, which many companies have: it asks (407) for a name and a password, and keeps the connection meanwhile.
#include <socketio/client.hpp>

#include "proxied.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using socketio::error;

TEST_CASE_FIXTURE(proxied_test, "squid lets nobody through but who it knows, and those as long as it lives")
{
    support::squid proxy("user", "s:cret");

    check_error(failure(server.url(), by(proxy.url())), error::proxy_authentication_required, "proxy");
    REQUIRE(until([&] { return proxy.mentions("TCP_DENIED/407") == 1; }));
    auto const wrong = failure(server.url(), by("http://user:guess@" + proxy.address()));
    check_error(wrong, error::proxy_authentication_required, "proxy");
    CHECK(wrong.message().find("guess") == std::string::npos);
    REQUIRE(until([&] { return proxy.mentions("TCP_DENIED/407") == 2; }));
    CHECK(server.count("engine open") == 0);

    auto socket = follow(socketio::io(context, server.url(), by("http://user:s%3Acret@" + proxy.address())));
    converse(socket);
    outlast(socket, proxy);
    socket.disconnect();
    CHECK(until_tunnels(proxy, 1)); // the other one did not live to be logged
    CHECK(proxy.mentions("CONNECT 127.0.0.1:" + std::to_string(server.port()) + " user ") >= 1);
}

TEST_CASE_FIXTURE(proxied_test, "squid's challenge is shown to the program, which answers it by itself")
{
    support::squid proxy("user", "secret");
    std::vector<socketio::proxy_challenge> challenges;
    auto settings = by(proxy.url());
    settings.network.proxy.authorization = [&](socketio::proxy_challenge const& challenge) {
        challenges.push_back(challenge);
        return std::optional<std::string>("Basic dXNlcjpzZWNyZXQ=");
    };
    auto socket = socketio::io(context, server.url(), settings);
    converse(socket);
    REQUIRE(challenges.size() == 1);
    CHECK(challenges[0].status == 407);
    CHECK(challenges[0].attempt == 0);
    CHECK(challenges[0].authenticate == std::vector<std::string>{"Basic realm=\"tests\""});
    CHECK(challenges[0].target == "127.0.0.1:" + std::to_string(server.port()));
    socket.disconnect();
    CHECK(until_tunnels(proxy, 1));
}

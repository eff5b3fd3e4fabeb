// The client's HTTP by real proxies, which get requests for http as they are.
#include "support/http_client_fixture.hpp"
#include "support/proxies.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

using socketio::error;

TEST_CASE_FIXTURE(support::http_client_fixture, "tinyproxy passes requests on that are no tunnel")
{
    support::node_http_server server;
    support::tinyproxy proxy{"BasicAuth user secret"};
    set_url(server.url());
    settings->network.proxy.url = "http://user:secret@" + proxy.address();
    std::string const large(300'000, 'x');
    CHECK(ask("GET", "/hints").body == "hinted");
    CHECK(ask("POST", "/echo", large).body == large);
    CHECK(ask("GET", "/gzip/500000").body.size() == 500'000);
    CHECK(ask("GET", "/elsewhere").status == 404);
    CHECK(proxy.mentions("CONNECT 127.0.0.1") == 0);
}

TEST_CASE_FIXTURE(support::http_client_fixture, "squid passes requests on over one connection, of those that it knows")
{
    support::node_http_server server;
    support::squid proxy("user", "s:cret");
    set_url(server.url());
    settings->network.proxy.url = proxy.url();
    CHECK(ask("GET", "/echo").error == error::proxy_authentication_required);
    int asked = 0;
    settings->network.proxy.authorization = [&](socketio::proxy_challenge const& challenge) {
        ++asked;
        CHECK(challenge.method == "POST");
        return std::optional<std::string>{"Basic dXNlcjpzOmNyZXQ="};
    };
    client.reset();
    std::string const large(300'000, 'x');
    CHECK(ask("POST", "/echo", large).body == large);
    CHECK(ask("POST", "/echo", "again").body == "again");
    CHECK(ask("GET", "/gzip/500000").body.size() == 500'000);
    CHECK(asked == 1);
    CHECK(proxy.mentions("CONNECT") == 0);
    CHECK(server.log("request", "headers").find("proxy-authorization") == std::string::npos);
}

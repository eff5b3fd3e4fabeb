// The client's HTTP over TLS, with node's server.
#include <socketio/tls.hpp>

#include "support/http_client_fixture.hpp"
#include "support/scripted_tcp_server.hpp"
#include "support/tls.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <system_error>

using socketio::error;
using support::scripted_connection;
using support::scripted_tcp_server;

namespace {

struct secure_http : support::tls_test {
    secure_http()
    {
        std::error_code ec;
        std::string message;
        http.settings->tls =
            socketio::detail::registered_tls.load()(trusting().tls, socketio::detail::role::client, ec, message);
        REQUIRE_FALSE(ec);
    }
    support::http_client_fixture http;
};

} // namespace

TEST_CASE_FIXTURE(secure_http, "requests for https go over one connection with TLS, and its end is noticed while it is idle")
{
    support::node_http_server server{serving(trusted.leaf())};
    http.set_url(secure_url(server));
    std::string const large(1'000'000, 'x');
    CHECK(http.ask("POST", "/echo", large).body == large);
    CHECK(http.ask("GET", "/gzip/5000000").body.size() == 5'000'000);
    CHECK(http.ask("GET", "/close").body == "bye");
    CHECK(server.connections() == 1);
    CHECK(http.client->timings().securing.count() > 0);
    CHECK(http.ask("POST", "/echo", "a").body == "a");
    server.ask(R"({"do":"close idle"})");
    CHECK(http.ask("GET", "/echo").status == 200);
    CHECK(server.connections() == 3);
}

TEST_CASE_FIXTURE(secure_http, "a certificate that is wrong is told in its own words")
{
    support::node_http_server server{serving(trusted.leaf({.hosts = "DNS:other.example"}))};
    http.set_url(secure_url(server));
    auto const told = http.ask("GET", "/echo");
    CHECK(told.error == error::tls_host_mismatch);
    CHECK(told.message.find("other.example") != std::string::npos);
}

TEST_CASE_FIXTURE(secure_http, "https goes through the tunnel of a proxy, and nothing inside is the proxy's")
{
    support::node_http_server server{serving(trusted.leaf())};
    scripted_tcp_server proxy{[&](scripted_connection& client) {
        client.read_head();
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        client.relay(server.port());
    }};
    http.set_url(secure_url(server));
    http.settings->network.proxy.url = "http://user:secret@" + proxy.authority();
    CHECK(http.ask("GET", "/echo?x").status == 200);
    CHECK(http.ask("POST", "/echo", "a").body == "a");
    CHECK(proxy.notes().size() == 1);
    CHECK(server.log("request", "url") == R"(["/echo?x","/echo"])");
    CHECK(server.log("request", "headers").find("proxy-authorization") == std::string::npos);
    CHECK(http.client->timings().proxying.count() > 0);
}

TEST_CASE_FIXTURE(secure_http, "a redirection from http to https is followed, and one from https to http never")
{
    support::node_http_server server{serving(trusted.leaf())};
    scripted_tcp_server plain{[&](scripted_connection& client) {
        client.read_head();
        client.write("HTTP/1.1 308 Permanent Redirect\r\nLocation: " + secure_url(server) + "/echo\r\n\r\n");
    }};
    http.settings->follow_redirects = 2;
    http.set_url(plain.url());
    CHECK(http.ask("GET", "/").status == 200);
    CHECK(http.settings->elsewhere);
    CHECK(http.settings->to.secure);
    CHECK(http.ask("GET", "/echo").status == 200);
    CHECK(plain.visitors() == 1);
    support::raw_server careless{serving(trusted.leaf(), "",
        R"("plans":[{"refuse":{"status":302,"headers":{"Location":")" + plain.url() + R"("}}}])")};
    http.set_url(secure_url(careless));
    CHECK(http.ask("GET", "/").error == error::redirect_insecure);
    CHECK(plain.visitors() == 1);
}

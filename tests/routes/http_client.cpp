// The HTTP client's connection over sockets: straight to the server, and by proxies that get its requests as they are.
#include <socketio/net/http_client.hpp>

#include "support/http_client_fixture.hpp"
#include "support/scripted_tcp_server.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <asio/io_context.hpp>

#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace http_client_routes_test { // its names are common ones, and files may be compiled together

using socketio::error;
using support::scripted_connection;
using support::scripted_tcp_server;

namespace {

std::string ok(std::string_view body, std::string_view headers = {})
{
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string{headers} + "\r\n" +
           std::string{body};
}

constexpr std::string_view challenge = "HTTP/1.1 407 Who?\r\nProxy-Authenticate: Odd realm=\"a\"\r\n";

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

struct http_client_route : support::http_client_fixture {
    void by(scripted_tcp_server const& proxy, std::string_view user = {})
    {
        settings->network.proxy.url = "http://" + std::string{user} + proxy.authority();
    }
};

// Answers each request with the next of these, then ends.
auto answers(std::vector<std::string> texts)
{
    return [texts = std::move(texts)](scripted_connection& visitor) {
        for (std::string const& each : texts) {
            if (visitor.read_head().empty())
                return;
            visitor.write(each);
        }
    };
}

} // namespace

TEST_CASE_FIXTURE(http_client_route, "requests go to a server over one connection, and a large body goes as a whole")
{
    std::string const large(3'000'000, 'x');
    std::string came;
    scripted_tcp_server server{[&](scripted_connection& visitor) {
        visitor.read_head();
        visitor.write(ok("one"));
        visitor.read_head();
        came = visitor.read(large.size());
        visitor.write(ok(large));
        visitor.read_to_end();
    }};
    set_url(server.url());
    CHECK(ask().body == "one");
    CHECK(ask("POST", "/", large).body == large);
    CHECK(came == large);
    CHECK(server.visitors() == 1);
    CHECK(client->timings().connecting.count() > 0);
    CHECK(client->bytes_sent() > large.size());
    CHECK(client->bytes_received() > large.size());
}

TEST_CASE_FIXTURE(http_client_route, "an end of the kept connection that the system knows is noticed before a POST is written")
{
    asio::io_context other;
    asio::ip::tcp::acceptor acceptor{other, {asio::ip::address_v4::loopback(), 0}};
    acceptor.non_blocking(true);
    asio::ip::tcp::socket peer{other};
    std::string head;
    auto const is_asked = [&] { // by the next visitor, whatever it asks for
        std::error_code ec;
        if (!peer.is_open())
            acceptor.accept(peer, ec);
        if (!peer.is_open() || peer.available() == 0)
            return false;
        head.resize(peer.available());
        peer.read_some(asio::buffer(head), ec);
        asio::write(peer, asio::buffer(ok("one")));
        return true;
    };
    set_url("http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()));
    begin("GET");
    REQUIRE(support::run_until(context, is_asked));
    REQUIRE(support::run_until(context, [&] { return got.has_value(); }));
    peer.close(); // nothing runs here until the next request
    begin("POST");
    REQUIRE(support::run_until(context, is_asked));
    CHECK(head.starts_with("POST "));
    REQUIRE(support::run_until(context, [&] { return got.has_value(); }));
    CHECK_FALSE(got->error);
    CHECK(client->requests() == 2);
}

TEST_CASE_FIXTURE(http_client_route, "a connection that is refused, or reset before its answer, is told with the address")
{
    std::string gone;
    {
        scripted_tcp_server const server{[](scripted_connection&) {}};
        gone = server.url();
    }
    set_url(gone);
    auto const refused = ask();
    CHECK(refused.error == asio::error::connection_refused);
    CHECK(has(refused.message, "connect to 127.0.0.1 port"));
    scripted_tcp_server rude{[](scripted_connection&) {}}; // what is not read becomes a reset
    set_url(rude.url());
    auto const reset = ask("POST", "/", std::string(100000, 'x'));
    CHECK(reset.error);
    CHECK_FALSE(reset.answered);
    CHECK(has(reset.message, "without answering the POST request"));
}

#if defined(ASIO_HAS_LOCAL_SOCKETS)
TEST_CASE_FIXTURE(http_client_route, "a Unix-domain socket is a way, and the URL names the host")
{
    support::temporary_folder const folder;
    std::string const path = folder.name() + "/socket";
    scripted_tcp_server server{asio::local::stream_protocol::endpoint{path}, answers({ok("one")})};
    set_url("http://named:81");
    settings->network.unix_socket = path;
    CHECK(ask().body == "one");
    CHECK(has(server.notes().at(0), "GET /path?a=b HTTP/1.1\r\nHost: named:81\r\n"));
}
#endif

TEST_CASE_FIXTURE(http_client_route, "a proxy gets requests for http in absolute form, over one connection")
{
    scripted_tcp_server proxy{answers({ok("one"), ok("two"), ok("three")})};
    set_url("http://does-not-exist.invalid:8080");
    by(proxy, "user:s%3Acret@");
    CHECK(ask().body == "one");
    CHECK(ask("POST", "/", "x").body == "two");
    CHECK(client->stage() == "waiting for the answer to the POST request");
    set_url("http://[::1]");
    auto const heads = proxy.notes();
    REQUIRE(heads.size() == 2);
    CHECK(has(heads[0], "GET http://does-not-exist.invalid:8080/path?a=b HTTP/1.1\r\nHost: does-not-exist.invalid:8080\r\n"));
    CHECK(has(heads[1], "POST http://does-not-exist.invalid:8080/ HTTP/1.1\r\n"));
    for (auto const& head : heads)
        CHECK(has(head, "\r\nProxy-Authorization: Basic dXNlcjpzOmNyZXQ=\r\n"));
    CHECK(proxy.visitors() == 1);
}

TEST_CASE_FIXTURE(http_client_route, "an IPv6 address and a port of its scheme are written as in a URL")
{
    scripted_tcp_server proxy{answers({ok("one")})};
    set_url("http://[::1]");
    by(proxy);
    CHECK(ask("GET", "/").body == "one");
    CHECK(has(proxy.notes().at(0), "GET http://[::1]/ HTTP/1.1\r\nHost: [::1]\r\n"));
    CHECK_FALSE(has(proxy.notes().at(0), "Proxy-Authorization"));
}

TEST_CASE_FIXTURE(http_client_route, "https goes through a tunnel of the proxy")
{
    scripted_tcp_server proxy{answers({"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"})};
    set_url("https://does-not-exist.invalid");
    by(proxy, "user:secret@");
    auto const told = ask();
    CHECK(told.error == error::proxy_refused);
    CHECK(told.status == 0);
    CHECK(has(proxy.notes().at(0), "CONNECT does-not-exist.invalid:443 HTTP/1.1\r\n"));
    CHECK_FALSE(has(told.message, "secret"));
}

TEST_CASE_FIXTURE(http_client_route, "a server without a proxy never gets what is meant for one")
{
    scripted_tcp_server server{answers({"HTTP/1.1 407 Who?\r\nContent-Length: 0\r\n\r\n"})};
    set_url(server.url());
    settings->network.proxy.url = "http://user:secret@does-not-exist.invalid";
    settings->network.proxy.no_proxy = {"127.0.0.1"};
    settings->network.proxy.authorization = [](socketio::proxy_challenge const&) { return std::optional<std::string>{"Odd"}; };
    auto const told = ask();
    CHECK_FALSE(told.error);
    CHECK(told.status == 407);
    CHECK(has(server.notes().at(0), "GET /path?a=b HTTP/1.1\r\n"));
    CHECK_FALSE(has(server.notes().at(0), "Proxy-Authorization"));
}

TEST_CASE_FIXTURE(http_client_route, "a proxy that wants to know who asks is an error that says what to set")
{
    scripted_tcp_server proxy{answers({std::string{challenge} + "Content-Length: 4\r\n\r\npage", ok("one")})};
    set_url("http://does-not-exist.invalid");
    by(proxy);
    auto const told = ask();
    CHECK(told.error == error::proxy_authentication_required);
    CHECK(told.status == 407);
    CHECK(has(told.message, proxy.authority() + ": HTTP 407 Who?, Odd realm=\"a\". Set network.proxy.username"));
    CHECK(ask().body == "one");
}

TEST_CASE_FIXTURE(http_client_route, "the user's function answers a proxy's challenges, and its answer goes with later requests")
{
    std::string rest;
    std::size_t visitors = 1;
    SUBCASE("over the same connection") { rest = "Content-Length: 4\r\n\r\npage"; }
    SUBCASE("over another, where the page is too long")
    {
        rest = "Content-Length: 1000000000\r\n\r\npage";
        visitors = 3;
    }
    SUBCASE("over another, where the page has no end")
    {
        rest = "\r\npage";
        visitors = 3;
    }
    SUBCASE("over another")
    {
        rest = "Connection: close\r\nContent-Length: 4\r\n\r\npage";
        visitors = 3;
    }
    scripted_tcp_server proxy{[&](scripted_connection& visitor) {
        for (;;) {
            std::string const head = visitor.read_head();
            if (head.empty())
                return;
            visitor.read(1); // the body
            bool const known = has(head, "Proxy-Authorization: Odd answer 2\r\n");
            visitor.write(known ? ok("one") : std::string{challenge} + rest);
            if (!known && visitors != 1)
                return;
        }
    }};
    std::vector<socketio::proxy_challenge> asked;
    set_url("http://does-not-exist.invalid");
    by(proxy);
    settings->network.proxy.authorization = [&](socketio::proxy_challenge const& from) {
        asked.push_back(from);
        return std::optional{"Odd answer " + std::to_string(asked.size())};
    };
    auto const first = ask("POST", "/path", "x");
    CHECK(first.message == "");
    CHECK(first.body == "one");
    CHECK(ask("POST", "/path", "x").body == "one");
    CHECK(proxy.visitors() == visitors);
    REQUIRE(asked.size() == 2);
    CHECK(asked[0].status == 407);
    CHECK(asked[0].method == "POST");
    CHECK(asked[0].target == "http://does-not-exist.invalid/path");
    CHECK(asked[0].authenticate == std::vector<std::string>{"Odd realm=\"a\""});
    CHECK(asked[0].attempt == 0);
    CHECK(asked[1].attempt == 1);
}

TEST_CASE_FIXTURE(http_client_route, "the user's function may give up, and is not asked for ever")
{
    scripted_tcp_server proxy{answers(std::vector<std::string>(20, std::string{challenge} + "Content-Length: 0\r\n\r\n"))};
    set_url("http://does-not-exist.invalid");
    by(proxy);
    int asked = 0;
    std::optional<std::string> says;
    settings->network.proxy.authorization = [&](socketio::proxy_challenge const&) {
        ++asked;
        return says;
    };
    CHECK(ask().error == error::proxy_authentication_required);
    CHECK(asked == 1);
    says = "x\r\nEvil: y";
    auto const evil = ask();
    CHECK(evil.error == std::errc::invalid_argument);
    CHECK(has(evil.message, "gave nothing that can be sent"));
    says = "again";
    asked = 0;
    CHECK(ask().error == error::proxy_authentication_required);
    CHECK(asked == 5);
}

TEST_CASE_FIXTURE(http_client_route, "node's server keeps one connection for requests of every kind")
{
    support::node_http_server server;
    settings->cookies = std::make_shared<socketio::detail::cookie_jar>();
    settings->follow_redirects = 1;
    set_url(server.url());
    std::string const large(1'000'000, 'x');
    CHECK(ask("POST", "/echo", large).body == large);
    CHECK(ask("GET", "/echo").body == "");
    auto const packed = ask("GET", "/gzip/5000000");
    CHECK(packed.message == "");
    CHECK(packed.body.size() == 5'000'000);
    std::string chunks;
    for (int i = 0; i != 300; ++i)
        chunks += "chunk;";
    CHECK(ask("GET", "/chunks/300").body == chunks);
    CHECK(ask("GET", "/hints").body == "hinted");
    CHECK(ask("GET", "/elsewhere").status == 404);
    CHECK(ask("GET", "/cookie").body == "");
    CHECK(ask("POST", "/cookie").body == "AWSALB=1; AWSALBCORS=1");
    CHECK(server.connections() == 1);
    CHECK(ask("GET", "/to/cookie").body == "AWSALB=1; AWSALBCORS=1");
    CHECK(ask("POST", "/to/cookie").error == error::redirect_invalid);
    CHECK(ask("GET", "/close").body == "bye");
    CHECK(ask("POST", "/echo", "again").body == "again");
    CHECK(ask("POST", "/early", large).status == 413);
}

TEST_CASE_FIXTURE(http_client_route, "node's server closes idle connections, and no request is lost")
{
    support::node_http_server server;
    set_url(server.url());
    for (int i = 0; i != 20; ++i) {
        CHECK(ask("POST", "/echo", "a").body == "a");
        server.ask(R"({"do":"close idle"})");
    }
    CHECK(server.connections() == 20);
}

TEST_CASE("the end of the context releases a client of HTTP that waits for its answer over a socket")
{
    std::promise<void> over;
    scripted_tcp_server server{[until = over.get_future().share()](scripted_connection& visitor) {
        visitor.read_head();
        until.wait();
    }};
    std::weak_ptr<socketio::detail::http_client> watched;
    {
        support::http_client_fixture run;
        run.set_url(server.url());
        std::size_t size = 0;
        SUBCASE("while nothing is written") { size = 100; }
        SUBCASE("while it writes as well") { size = 20'000'000; }
        run.begin("POST", "/", std::string(size, 'x'));
        REQUIRE(support::run_until(run.context, [&] { return server.visitors() != 0; }));
        for (int i = 0; i != 100; ++i)
            run.context.poll_one();
        watched = run.client;
    }
    CHECK(watched.expired());
    over.set_value();
}

} // namespace http_client_routes_test

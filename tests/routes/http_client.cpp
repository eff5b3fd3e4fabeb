// The HTTP client's connection over sockets: straight to the server, and by proxies that get its requests as they are.
#include <socketio/net/http_client.hpp>

#include "support/run_until.hpp"
#include "support/scripted_tcp_server.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace detail = socketio::detail;
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

struct http_client_route {
    void begin(std::string method = "GET", std::string target = "/path?a=b", std::string body = {})
    {
        if (!client)
            client = std::make_shared<detail::http_client>(on, settings);
        got.reset();
        detail::http_client_request what;
        what.method = std::move(method);
        what.target = std::move(target);
        what.body = std::move(body);
        what.body_limit = 1 << 24;
        what.follow = true;
        client->request(std::move(what), [this](detail::http_client_answer&& answer) { got.emplace(std::move(answer)); });
        context.restart();
    }
    detail::http_client_answer ask(std::string method = "GET", std::string target = "/path?a=b", std::string body = {})
    {
        begin(std::move(method), std::move(target), std::move(body));
        REQUIRE(support::run_until(context, [&] { return got.has_value(); }));
        return std::move(*got);
    }
    void set_url(std::string_view text) { REQUIRE_FALSE(detail::parse_url(text, settings->to)); }
    void by(scripted_tcp_server const& proxy, std::string_view user = {})
    {
        settings->network.proxy.url = "http://" + std::string{user} + proxy.authority();
    }

    asio::io_context context{1};
    detail::strand on{detail::known_executor{asio::any_io_executor{context.get_executor()}}};
    std::shared_ptr<detail::http_client_settings> settings = std::make_shared<detail::http_client_settings>();
    std::shared_ptr<detail::http_client> client;
    std::optional<detail::http_client_answer> got;
};

// Answers each request with the next of these, then ends.
auto answers(std::vector<std::string> texts)
{
    return [texts = std::move(texts)](scripted_connection& client) {
        for (std::string const& each : texts) {
            if (client.read_head().empty())
                return;
            client.write(each);
        }
    };
}

} // namespace

TEST_CASE_FIXTURE(http_client_route, "requests go to a server over one connection, and a large body goes as a whole")
{
    std::string const large(3'000'000, 'x');
    std::string came;
    scripted_tcp_server server{[&](scripted_connection& client) {
        client.read_head();
        client.write(ok("one"));
        client.read_head();
        came = client.read(large.size());
        client.write(ok(large));
        client.read_to_end();
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
    SUBCASE("over another")
    {
        rest = "Connection: close\r\nContent-Length: 4\r\n\r\npage";
        visitors = 3;
    }
    scripted_tcp_server proxy{[&](scripted_connection& client) {
        for (;;) {
            std::string const head = client.read_head();
            if (head.empty())
                return;
            client.read(1); // the body
            bool const known = has(head, "Proxy-Authorization: Odd answer 2\r\n");
            client.write(known ? ok("one") : std::string{challenge} + rest);
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
    CHECK(ask("POST", "/path", "x").body == "one");
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

// CONNECT by a proxy in the test: what is asked of it, and whatever it may answer.
#include "routes.hpp"

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <vector>

using namespace std::chrono_literals;
using socketio::error;
using support::check_words;
using support::scripted_tcp_server;
using support::scripted_connection;

namespace {

socketio::options by(std::string url, socketio::options from = {})
{
    from.network.proxy.url = std::move(url);
    return from;
}

// Every tunnel ends at this port, whatever name is asked for.
auto tunnel_to(std::uint16_t port, std::string granted = "HTTP/1.1 200 Connection established\r\n\r\n")
{
    return [port, granted = std::move(granted)](scripted_connection& client) {
        client.read_head();
        client.write(granted);
        client.relay(port);
    };
}

auto answers_with(std::string text)
{
    return [text = std::move(text)](scripted_connection& client) {
        client.read_head();
        client.write(text);
    };
}

constexpr auto challenge = "HTTP/1.1 407 Who?\r\nProxy-Authenticate: Odd realm=\"a\"\r\nProxy-Authenticate: Digest b\r\n";

} // namespace

TEST_CASE_FIXTURE(route_test, "a proxy connects to the server by name, and the rest goes through its tunnel")
{
    scripted_tcp_server proxy{tunnel_to(server.port())};
    REQUIRE(converses("http://does-not-exist.invalid:8080", by(proxy.url())));
    CHECK(proxy.notes() == std::vector<std::string>{"CONNECT does-not-exist.invalid:8080 HTTP/1.1\r\n"
                                                    "Host: does-not-exist.invalid:8080\r\n\r\n"});
}

TEST_CASE_FIXTURE(route_test, "a port of the URL's scheme is said, too, and an answer of HTTP 1.0 without a reason will do")
{
    scripted_tcp_server proxy{tunnel_to(server.port(), "HTTP/1.1 102\r\n\r\nHTTP/1.0 299\r\nContent-Length: 5\r\n\r\n")};
    REQUIRE(converses("http://[::1]", by(proxy.authority())));
    CHECK(has(proxy.notes().at(0), "CONNECT [::1]:80 HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"));
}

TEST_CASE_FIXTURE(route_test, "a name and a password are sent with the first request, from the URL or by themselves")
{
    scripted_tcp_server proxy{tunnel_to(server.port())};
    REQUIRE(converses(server.url(), by("http://user:s%3Acret@" + proxy.authority())));
    auto separate = by("http://a:b@" + proxy.authority());
    separate.network.proxy.username = "user";
    separate.network.proxy.password = "s:cret";
    REQUIRE(converses(server.url(), separate));
    for (auto const& head : proxy.notes())
        CHECK(has(head, "\r\nProxy-Authorization: Basic dXNlcjpzOmNyZXQ=\r\n\r\n"));
}

TEST_CASE_FIXTURE(route_test, "a proxy that says no is told by its status, without the password")
{
    scripted_tcp_server proxy{answers_with("HTTP/1.1 403 Forbidden by me\r\nContent-Length: 9\r\n\r\nnot there")};
    auto const why = refused(server.url(), by("http://user:secret@" + proxy.authority()));
    check_words(why, error::proxy_refused, "the proxy " + proxy.authority() + ": it refused to connect: HTTP 403 Forbidden by me");
    CHECK_FALSE(has(why.message(), "secret"));
    CHECK(why.http_status() == 0);
}

TEST_CASE_FIXTURE(route_test, "a proxy that wants a name and a password, or others, says so and how")
{
    scripted_tcp_server proxy{answers_with(std::string{challenge} + "Content-Length: 0\r\n\r\n")};
    check_words(refused(server.url(), by(proxy.url())), error::proxy_authentication_required,
        "HTTP 407 Who?, Odd realm=\"a\". Set network.proxy.username and password, or authorization");
    auto const wrong = refused(server.url(), by("http://user:secret@" + proxy.authority()));
    check_words(wrong, error::proxy_authentication_required, "It does not accept the user name and password");
    CHECK_FALSE(has(wrong.message(), "secret"));
}

TEST_CASE_FIXTURE(route_test, "what is no HTTP, or more than an answer, is the proxy's fault")
{
    scripted_tcp_server ssh{answers_with("SSH-2.0-OpenSSH_9.2\r\n")};
    check_words(refused(server.url(), by(ssh.url())), error::proxy_invalid, "its answer is not HTTP");
    scripted_tcp_server endless{answers_with("HTTP/1.1 200 OK\r\nX: " + std::string(20000, 'x'))};
    check_words(refused(server.url(), by(endless.url())), error::proxy_invalid, "its answer is not HTTP");
    std::string interim;
    for (int i = 0; i != 20; ++i)
        interim += "HTTP/1.1 100 Wait\r\n\r\n";
    scripted_tcp_server waiting{answers_with(interim)};
    check_words(refused(server.url(), by(waiting.url())), error::proxy_invalid, "interim answers without end");
    scripted_tcp_server eager{answers_with("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n\r\n")};
    check_words(refused(server.url(), by(eager.url())), error::proxy_invalid, "before the server was asked");
}

TEST_CASE_FIXTURE(route_test, "a proxy that hangs up has refused, and one that is not there is unreachable")
{
    scripted_tcp_server rude{[](scripted_connection& client) { client.read_head(); }};
    check_words(refused(server.url(), by(rude.url())), error::proxy_refused, "it closed the connection instead of connecting to " + server.url().substr(7));
    support::silent_port const nobody(context);
    check_words(refused(server.url(), by(nobody.url())), error::proxy_unreachable,
        "the proxy " + nobody.url().substr(7) + ": connect to the proxy 127.0.0.1 port");
    check_words(refused(server.url(), by("http://does-not-exist.invalid")), error::proxy_unreachable,
        "the proxy does-not-exist.invalid:80: resolve the proxy does-not-exist.invalid: ");
}

TEST_CASE_FIXTURE(route_test, "a proxy that never answers is a timeout that says so")
{
    scripted_tcp_server silent{[](scripted_connection& client) { client.read_to_end(); }};
    auto const why = refused(server.url(), by(silent.url(), {.timeout = 50ms}));
    check_words(why, error::timeout, "timeout: while waiting for the answer of the proxy " + silent.authority());
    scripted_tcp_server tunnel{[](scripted_connection& client) {
        client.read_head();
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        client.read_to_end();
    }};
    check_words(refused(server.url(), by(tunnel.url(), {.timeout = 50ms})), error::timeout,
        "timeout: while waiting for the answer to the upgrade request");
}

TEST_CASE_FIXTURE(route_test, "a proxy's URL that cannot be used is told once, without its password")
{
    for (char const* const url : {"https://user:secret@host", "socks4://user:secret@host", "http://user:secret@ho st"}) {
        auto socket = socketio::io(context, server.url(), by(url));
        heard.clear();
        heard.follow(socket);
        CHECK(idle());
        CHECK(heard.text() == "connect_error: network.proxy.url: the proxy's URL cannot be used: http://host:port or "
                              "socks5://host:port is needed");
    }
}

TEST_CASE_FIXTURE(route_test, "the user's function answers a challenge over the same connection")
{
    std::string const long_page(5000, 'x');
    for (std::string const& body : {"Content-Length: 5000\r\n\r\n" + long_page,
             "Transfer-Encoding: chunked\r\n\r\n1388\r\n" + long_page + "\r\n0\r\n\r\n"}) {
        scripted_tcp_server proxy{[&](scripted_connection& client) {
            client.read_head();
            client.write(challenge + body);
            client.read_head();
            client.write(challenge + body);
            tunnel_to(server.port())(client);
        }};
        std::vector<socketio::proxy_challenge> asked;
        auto settings = by(proxy.url());
        settings.network.proxy.authorization = [&](socketio::proxy_challenge const& from) {
            asked.push_back(from);
            return std::optional{"Odd answer " + std::to_string(asked.size())};
        };
        REQUIRE(converses(server.url(), settings));
        CHECK(proxy.visitors() == 1);
        REQUIRE(asked.size() == 2);
        CHECK(asked[0].status == 407);
        CHECK(asked[0].attempt == 0);
        CHECK(asked[0].authenticate == std::vector<std::string>{"Odd realm=\"a\"", "Digest b"});
        CHECK(asked[0].target == server.url().substr(7));
        CHECK(asked[1].attempt == 1);
        auto const heads = proxy.notes();
        REQUIRE(heads.size() == 3);
        CHECK_FALSE(has(heads[0], "Proxy-Authorization"));
        CHECK(has(heads[1], "\r\nProxy-Authorization: Odd answer 1\r\n"));
        CHECK(has(heads[2], "\r\nProxy-Authorization: Odd answer 2\r\n"));
    }
}

TEST_CASE_FIXTURE(route_test, "a proxy that ends the connection with its challenge is connected to anew")
{
    for (char const* const rest : {"Connection: close\r\nContent-Length: 0\r\n\r\n", "\r\nno length", "Content-Length: 5\r\n\r\nnot",
             "Content-Length: 100000\r\n\r\n"}) {
        scripted_tcp_server proxy{[&](scripted_connection& client) {
            if (client.number() == 0)
                answers_with(std::string{challenge} + rest)(client);
            else
                tunnel_to(server.port())(client);
        }};
        auto settings = by(proxy.url());
        settings.network.proxy.authorization = [](socketio::proxy_challenge const&) { return std::optional<std::string>{"Odd answer"}; };
        REQUIRE(converses(server.url(), settings));
        CHECK(proxy.visitors() == 2);
        CHECK(has(proxy.notes().at(1), "Proxy-Authorization: Odd answer\r\n"));
    }
}

TEST_CASE_FIXTURE(route_test, "the user's function may give up, err, and is not asked for ever")
{
    scripted_tcp_server proxy{[](scripted_connection& client) {
        while (!client.read_head().empty())
            client.write(std::string{challenge} + "Content-Length: 0\r\n\r\n");
    }};
    auto settings = by(proxy.url());
    int asked = 0;
    settings.network.proxy.authorization = [&](socketio::proxy_challenge const&) {
        ++asked;
        return std::optional<std::string>{};
    };
    check_words(refused(server.url(), settings), error::proxy_authentication_required, "HTTP 407");
    CHECK(asked == 1);
    settings.network.proxy.authorization = [&](socketio::proxy_challenge const&) { return std::optional<std::string>{"x\r\nEvil: y"}; };
    check_words(refused(server.url(), settings), std::make_error_code(std::errc::invalid_argument), "gave nothing that can be sent");
    asked = 0;
    settings.network.proxy.authorization = [&](socketio::proxy_challenge const&) {
        ++asked;
        return std::optional<std::string>{"again"};
    };
    check_words(refused(server.url(), settings), error::proxy_authentication_required, "HTTP 407");
    CHECK(asked == 5);
}

TEST_CASE_FIXTURE(route_test, "what the user's function throws leaves through the executor, and the attempt fails")
{
    scripted_tcp_server proxy{answers_with(std::string{challenge} + "Content-Length: 0\r\n\r\n")};
    auto settings = support::once_only(by(proxy.url()));
    settings.transports = {"websocket"};
    settings.network.proxy.authorization = [](socketio::proxy_challenge const&) -> std::optional<std::string> {
        throw std::runtime_error("mine");
    };
    auto socket = socketio::io(context, server.url(), settings);
    heard.follow(socket);
    CHECK_THROWS_WITH_AS(idle(), "mine", std::runtime_error);
    CHECK(idle());
    CHECK(heard.count_of("connect_error: the proxy ") == 1);
}

TEST_CASE_FIXTURE(route_test, "servers that need no proxy are connected to without one")
{
    scripted_tcp_server proxy{answers_with("HTTP/1.1 403 No\r\n\r\n")};
    auto settings = by(proxy.url());
    settings.network.proxy.no_proxy = {"example.com", "127.0.0.0/8"};
    REQUIRE(converses(server.url(), settings));
    CHECK(proxy.visitors() == 0);
    settings.network.proxy.no_proxy = {"example.com", "128.0.0.0/8"};
    settings.forceNew = true;
    CHECK(refused(server.url(), settings).code() == error::proxy_refused);
}

TEST_CASE_FIXTURE(route_test, "the environment names a proxy only to those who ask it")
{
    scripted_tcp_server proxy{tunnel_to(server.port())};
    scripted_tcp_server trap{answers_with("HTTP/1.1 403 No\r\n\r\n")};
    ::setenv("HTTP_PROXY", trap.url().c_str(), 1);
    ::setenv("http_proxy", proxy.url().c_str(), 1);
    REQUIRE(converses(server.url(), {.forceNew = true}));
    CHECK(proxy.visitors() == 0);
    socketio::options asking{.forceNew = true};
    asking.network.proxy.from_environment = true;
    REQUIRE(converses(server.url(), asking));
    CHECK(proxy.visitors() == 1);
    ::setenv("no_proxy", "127.0.0.1", 1);
    REQUIRE(converses(server.url(), asking));
    CHECK(proxy.visitors() == 1);
    ::setenv("http_proxy", "gopher://user:secret@x", 1);
    ::unsetenv("no_proxy");
    check_words(refused(server.url(), asking), error::bad_proxy, "the proxy that the environment names: ");
    ::unsetenv("http_proxy");
    REQUIRE(converses(server.url(), asking)); // in capitals it is nobody's
    ::unsetenv("HTTP_PROXY");
    CHECK(trap.visitors() == 0);
}

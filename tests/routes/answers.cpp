// What else a server says in its answer to the upgrade request: cookies, when to come back, a subprotocol.
#include "routes.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

using namespace std::chrono_literals;
using socketio::error;
using support::check_words;
using support::scripted_tcp_server;
using support::scripted_connection;

namespace {

// The server behind it answers, and these headers are added.
auto adds(std::uint16_t port, std::function<std::string(std::size_t number)> headers)
{
    return [port, headers = std::move(headers)](scripted_connection& client) {
        std::string const head = client.read_head();
        client.relay(port, head, headers(client.number()));
    };
}

auto refuses(std::string headers, std::string status = "503 Busy")
{
    return [answer = "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: 0\r\n\r\n"](scripted_connection& client) {
        client.read_head();
        client.write(answer);
    };
}

std::string cookies_in(std::string_view head)
{
    std::size_t const at = head.find("\r\nCookie: ");
    if (at == std::string_view::npos)
        return "";
    std::string_view const value = head.substr(at + 10);
    return std::string{value.substr(0, value.find("\r\n"))};
}

} // namespace

TEST_CASE_FIXTURE(route_test, "cookies of an opened connection go with the next one, behind the user's own")
{
    scripted_tcp_server peer{adds(server.port(), [](std::size_t number) {
        return number == 0 ? std::string{"Set-Cookie: a=1; Path=/\r\nSet-Cookie: b=2; HttpOnly\r\nSet-Cookie: c=3; Path=/elsewhere\r\n"
                                         "Set-Cookie: d=4; Secure\r\n"}
                           : std::string{"Set-Cookie: a=; Max-Age=0; Path=/\r\n"};
    })};
    auto socket = socketio::io(context, peer.url(), support::quick({.extraHeaders = {{"cookie", "mine=0"}}, .withCredentials = true}));
    heard.follow(socket);
    REQUIRE(converses(socket));
    socket.emit("drop");
    REQUIRE(until([&] { return heard.count("connect") == 2; }));
    socket.emit("drop");
    REQUIRE(until([&] { return heard.count("connect") == 3; }));
    auto const heads = peer.notes();
    REQUIRE(heads.size() == 3);
    CHECK(cookies_in(heads[0]) == "mine=0");
    CHECK(cookies_in(heads[1]) == "mine=0; b=2; a=1");
    CHECK(cookies_in(heads[2]) == "mine=0; b=2");
}

TEST_CASE_FIXTURE(route_test, "cookies of a refusal and of a redirection are kept, too")
{
    scripted_tcp_server peer{[&](scripted_connection& client) {
        std::string const head = client.read_head();
        if (client.number() == 0)
            client.write("HTTP/1.1 503 Busy\r\nSet-Cookie: refused=1\r\nContent-Length: 0\r\n\r\n");
        else if (client.number() == 1)
            client.write("HTTP/1.1 302 Found\r\nSet-Cookie: moved=2; Path=/\r\nLocation: /there/\r\n\r\n");
        else
            client.relay(server.port(), head);
    }};
    REQUIRE(converses(
        peer.url(), {.transports = {"websocket"}, .withCredentials = true, .follow_redirects = 1}));
    auto const heads = peer.notes();
    REQUIRE(heads.size() == 3);
    CHECK(cookies_in(heads[1]) == "refused=1");
    CHECK(cookies_in(heads[2]) == "moved=2");
}

TEST_CASE_FIXTURE(route_test, "without withCredentials no cookie is kept")
{
    scripted_tcp_server peer{adds(server.port(), [](std::size_t) { return "Set-Cookie: a=1; Path=/\r\n"; })};
    auto socket = socketio::io(context, peer.url(), support::quick({.extraHeaders = {{"Cookie", "mine=0"}}}));
    heard.follow(socket);
    REQUIRE(converses(socket));
    socket.emit("drop");
    REQUIRE(until([&] { return heard.count("connect") == 2; }));
    CHECK(cookies_in(peer.notes().at(1)) == "mine=0");
}

TEST_CASE_FIXTURE(route_test, "Retry-After of 503 and 429 is told, in seconds or until a date")
{
    scripted_tcp_server busy{refuses("Retry-After: 7\r\n")};
    CHECK(refused(busy.url()).retry_after() == 7s);
    scripted_tcp_server limited{refuses("Retry-After: 0\r\n", "429 Too Many Requests")};
    CHECK(refused(limited.url()).retry_after() == 0s);
    scripted_tcp_server dated{refuses("Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n")};
    CHECK(refused(dated.url()).retry_after() > 24h);
    scripted_tcp_server odd{refuses("Retry-After: soon\r\n")};
    CHECK_FALSE(refused(odd.url()).retry_after());
    scripted_tcp_server other{refuses("Retry-After: 7\r\n", "500 Oh")};
    CHECK_FALSE(refused(other.url()).retry_after());
}

TEST_CASE_FIXTURE(route_test, "the next attempt waits as long as the server asks, but not for longer than the option says")
{
    auto const next_attempt = [&](std::string const& headers, socketio::options settings) {
        scripted_tcp_server peer{refuses(headers)};
        auto const said = std::make_shared<std::string>(); // the manager still logs when its socket has gone
        settings.log = [said](socketio::log_level, std::string_view, std::string_view text) {
            if (said->empty() && text.starts_with("next attempt"))
                *said = text;
        };
        auto socket = socketio::io(context, peer.url(), support::quick(std::move(settings)));
        CHECK(until([&] { return !said->empty(); }));
        return *said;
    };
    CHECK(next_attempt("Retry-After: 60\r\n", {}) == "next attempt in 60000 ms");
    CHECK(next_attempt("Retry-After: 3600\r\n", {}) == "next attempt in 300000 ms");
    CHECK(next_attempt("Retry-After: 3600\r\n", {.retry_after_max = 20s}) == "next attempt in 20000 ms");
    CHECK(next_attempt("Retry-After: 3600\r\n", {.retry_after_max = 0s}) == "next attempt in 2 ms");
    CHECK(next_attempt("", {}) == "next attempt in 2 ms");
}

TEST_CASE_FIXTURE(route_test, "a subprotocol is offered, and one that nobody asked for is refused")
{
    scripted_tcp_server peer{adds(server.port(), [](std::size_t) { return "Sec-WebSocket-Protocol: two\r\n"; })};
    REQUIRE(converses(peer.url(), {.forceNew = true, .protocols = {"one", "two"}}));
    CHECK(has(peer.notes().at(0), "\r\nSec-WebSocket-Protocol: one, two\r\n"));
    check_words(refused(peer.url(), {.forceNew = true, .protocols = {"one"}}), error::handshake_invalid, "handshake is not valid");
    check_words(refused(peer.url(), {.forceNew = true}), error::handshake_invalid, "handshake is not valid");
    CHECK_FALSE(has(peer.notes().at(2), "Sec-WebSocket-Protocol"));
    REQUIRE(converses(server.url(), {.protocols = {"one"}}));
}

TEST_CASE_FIXTURE(route_test, "a few informational answers are passed over, many are not")
{
    auto const hints = [](int count) {
        std::string all;
        for (int i = 0; i != count; ++i)
            all += "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
        return all;
    };
    scripted_tcp_server few{[&](scripted_connection& client) {
        std::string const head = client.read_head();
        client.write(hints(16));
        client.relay(server.port(), head);
    }};
    CHECK(converses(few.url(), {}));
    scripted_tcp_server many{[&](scripted_connection& client) {
        client.read_head();
        client.write(hints(17));
    }};
    CHECK(refused(many.url()).code() == error::http_malformed);
}

// Requests one after the other, and what is no request.
#include <socketio/net/http_connection.hpp>

#include "support/http_fixture.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using socketio::detail::http_exchange;
using socketio::detail::http_rules;
using support::get_request;
using support::http_port;
using support::post_request;

namespace {

// The status of the answer to bytes after which the connection has to end.
int refusal_of(std::string_view bytes, http_rules rules = {})
{
    http_port port{std::move(rules)};
    auto caller = port.call();
    caller.send(bytes);
    auto const reply = caller.reply();
    CHECK(reply.header("Connection") == "close");
    CHECK(caller.until_ended());
    CHECK(caller.received().empty());
    CHECK(port.house->heard.empty());
    caller.leave();
    CHECK(port.done());
    return reply.status;
}

} // namespace

TEST_CASE("requests follow each other on one connection")
{
    http_port port;
    auto caller = port.call();
    CHECK(caller.get("/a?b").body == "GET /a?b []");
    CHECK(caller.post("/c", "body").body == "POST /c [body]");
    CHECK(caller.get("/d", "Connection: keep-alive\r\n").header("Connection").empty());
    CHECK(port.house->begun == 1);
    caller.leave();
    CHECK(port.done());
}

TEST_CASE("a request shows its parts and where it comes from")
{
    http_port port;
    port.house->does = [](std::shared_ptr<http_exchange> const& asked) {
        auto const& request = asked->request();
        CHECK(request.path() == "/p/%20");
        CHECK(request.query() == "q=1?2");
        CHECK(request.address == "127.0.0.1");
        CHECK_FALSE(request.secure);
        CHECK(request.headers == socketio::string_pairs{{"Host", "test"}, {"x-One", "1"}, {"X-one", "2"}});
        CHECK(asked->upgrade() == nullptr);
        asked->answer({});
    };
    auto caller = port.call();
    CHECK(caller.get("/p/%20?q=1?2", "x-One: 1\r\nX-one:2\r\n").status == 200);
}

TEST_CASE("requests that come at once are answered in order, one at a time")
{
    http_port port;
    std::vector<std::shared_ptr<http_exchange>> open;
    port.house->does = [&](std::shared_ptr<http_exchange> asked) { open.push_back(std::move(asked)); };
    auto caller = port.call();
    caller.send(get_request("/1") + post_request("/2", "two") + get_request("/3"));
    for (std::size_t i = 1; i <= 3; ++i) {
        REQUIRE(port.until([&] { return open.size() == i; }));
        CHECK(caller.received().empty());
        open.back()->answer({200, {}, open.back()->request().target});
        CHECK(caller.reply().body == "/" + std::to_string(i));
    }
    CHECK(port.house->heard == std::vector<std::string>{"GET /1", "POST /2", "GET /3"});
}

TEST_CASE("what is sent ahead of the answer is read up to a limit, and none of it is lost")
{
    http_port port;
    std::vector<std::shared_ptr<http_exchange>> open;
    port.house->does = [&](std::shared_ptr<http_exchange> asked) { open.push_back(std::move(asked)); };
    auto caller = port.call();
    std::string const more(200000, 'x');
    caller.send(get_request("/first") + post_request("/second", more));
    REQUIRE(port.until([&] { return open.size() == 1; }));
    port.house->does = [](std::shared_ptr<http_exchange> const& asked) {
        asked->answer({200, {}, std::to_string(asked->request().body.size())});
    };
    open[0]->answer({});
    CHECK(caller.reply().status == 200);
    CHECK(caller.reply().body == "200000");
}

TEST_CASE("a client of HTTP/1.0 is left after the answer, unless it asks to stay")
{
    http_port port;
    auto leaving = port.call();
    leaving.send("GET /old HTTP/1.0\r\n\r\n");
    auto const last = leaving.reply();
    CHECK(last.body == "GET /old []");
    CHECK(last.header("Connection") == "close");
    CHECK(leaving.until_ended());

    auto staying = port.call();
    for (int i = 0; i < 2; ++i) {
        staying.send("GET /old HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
        CHECK(staying.reply().header("Connection") == "keep-alive");
    }
}

TEST_CASE("who says Connection: close is left after the answer")
{
    http_port port;
    auto caller = port.call();
    caller.send(get_request("/last", "Connection: x, Close\r\n") + get_request("/unheard"));
    CHECK(caller.reply().header("Connection") == "close");
    CHECK(caller.until_ended());
    CHECK(caller.received().empty());
    CHECK(port.house->heard == std::vector<std::string>{"GET /last"});
}

TEST_CASE("HEAD, 204 and 304 have no body, and the next answer is found")
{
    http_port port;
    auto caller = port.call();
    caller.send("HEAD /h HTTP/1.1\r\nHost: test\r\n\r\n");
    CHECK(caller.reply(true).header("Content-Length") == "10");
    for (int const status : {204, 304}) {
        port.house->does = [status](std::shared_ptr<http_exchange> const& asked) { asked->answer({status, {}, "none"}); };
        auto const reply = caller.get("/");
        CHECK(reply.status == status);
        CHECK(reply.header("Content-Length").empty());
    }
    port.house->does = [](std::shared_ptr<http_exchange> const& asked) { asked->answer({200, {}, "some"}); };
    CHECK(caller.get("/").body == "some");
}

TEST_CASE("who asks whether the body is welcome is told so, once")
{
    http_port port;
    auto caller = port.call();
    caller.send("POST /e HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    REQUIRE(port.until([&] { return !caller.received().empty(); }));
    CHECK(caller.received() == "HTTP/1.1 100 Continue\r\n\r\n");
    caller.received().clear();
    caller.send("body");
    CHECK(caller.reply().body == "POST /e [body]");
    // Who does not wait is not told.
    caller.send("POST /e HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nb");
    caller.send("ody");
    CHECK(caller.reply().body == "POST /e [body]");
}

TEST_CASE("a body that would not be taken is refused before it is sent")
{
    http_rules rules;
    rules.body_size = 10;
    CHECK(refusal_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n", rules) == 413);
}

TEST_CASE("a client of HTTP/1.0 is not told to continue")
{
    http_port port;
    auto caller = port.call();
    caller.send("POST /e HTTP/1.0\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    REQUIRE(port.until([&] { return port.house->begun == 1 && port.context.poll() == 0; }));
    caller.send("body");
    CHECK(caller.reply().status == 200);
}

TEST_CASE("a request of HTTP/1.1 has one Host, and no request has two")
{
    CHECK(refusal_of("GET / HTTP/1.1\r\n\r\n") == 400);
    CHECK(refusal_of("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n") == 400);
    CHECK(refusal_of("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n") == 400);
}

TEST_CASE("what smuggles a second request is refused, and nothing behind it is read")
{
    std::string const inner = get_request("/inner");
    auto const post = [&](std::string_view framing) {
        return refusal_of("POST / HTTP/1.1\r\nHost: a\r\n" + std::string{framing} + "\r\n" + "0\r\n\r\n" + inner);
    };
    CHECK(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") == 400);
    CHECK(post("Content-Length: 5\r\nContent-Length: 5\r\n") == 400);
    CHECK(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n") == 400);
    CHECK(post("Transfer-Encoding: chunked, gzip\r\n") == 501);
    CHECK(post("Transfer-Encoding: xchunked\r\n") == 501);
    CHECK(post("Transfer-Encoding : chunked\r\n") == 400);
    CHECK(post("Content-Length: 5\r\n x: folded\r\n") == 400);
    CHECK(post("X: a\nTransfer-Encoding: chunked\r\n") == 400);
    CHECK(post("X: a\rTransfer-Encoding: chunked\r\n") == 400);
}

TEST_CASE("what is not HTTP/1.1 is told so")
{
    for (std::string_view const bytes : {"\x16\x03\x01\x02", "GET / HTTP/2.0\r\n\r\n", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\r\n\r\n",
             "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n"})
        CHECK_MESSAGE(refusal_of(bytes) == 400, bytes);
}

TEST_CASE("a head has limits")
{
    http_rules rules;
    rules.limits = {500, 5};
    CHECK(refusal_of(get_request("/" + std::string(500, 'a')), rules) == 431);
    CHECK(refusal_of("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(480, 'a'), rules) == 431);
    CHECK(refusal_of(get_request("/", "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\n"), rules) == 431);
    http_port port{rules};
    CHECK(port.call().get("/", "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n").status == 200);
}

TEST_CASE("a body has a limit, whichever way it is framed")
{
    http_rules rules;
    rules.body_size = 10;
    CHECK(refusal_of(post_request("/", "12345678901"), rules) == 413);
    CHECK(refusal_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n123456\r\n5\r\n78901\r\n0\r\n\r\n", rules) == 413);
    http_port port{rules};
    auto caller = port.call();
    CHECK(caller.post("/", "1234567890").status == 200);
    CHECK(caller.ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n5\r\n67890\r\n0\r\n\r\n").status == 200);
}

TEST_CASE("chunks that are broken are refused")
{
    auto const chunked = [](std::string_view body) {
        return refusal_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string{body});
    };
    using namespace std::string_view_literals;
    for (std::string_view const body : {"x\r\n"sv, "-1\r\n"sv, "0x1\r\na\r\n"sv, "\r\n"sv, "1\na\n0\n\n"sv, "1\r\nab\r\n"sv,
             "11111111111111111\r\n"sv, " 1\r\na\r\n"sv, "1;a\rb\r\na\r\n"sv, "1;\0\r\na\r\n"sv, "1\r\na\r\n0\r\nGET / HTTP/1.1\r\n"sv,
             "1\r\na\r\n0\r\nX : y\r\n"sv, "1\r\na\r\n0\r\nX: a\rb\r\n"sv})
        CHECK_MESSAGE(chunked(body) == 400, body);
}

TEST_CASE("a body of chunks of one byte is taken up to the limit of bodies, and the next request is found")
{
    http_rules rules;
    rules.body_size = 50000;
    http_port port{rules};
    auto caller = port.call();
    std::string body;
    for (int i = 0; i != 50000; ++i)
        body += "1\r\nx\r\n";
    port.house->does = [](std::shared_ptr<http_exchange> const& asked) {
        asked->answer({200, {}, std::to_string(asked->request().body.size())});
    };
    caller.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body + "0\r\nX: y\r\n\r\n" + get_request("/next"));
    CHECK(caller.reply().body == "50000");
    CHECK(caller.reply().body == "0");
}

TEST_CASE("an offer to go on with another protocol than WebSocket is not taken up")
{
    http_port port;
    std::vector<bool> upgrades;
    port.house->does = [&](std::shared_ptr<http_exchange> const& asked) {
        upgrades.push_back(asked->upgrade() != nullptr);
        asked->answer({});
    };
    auto caller = port.call();
    CHECK(caller.get("/", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n").status == 200);
    CHECK(caller.get("/", "Upgrade: websocket\r\n").status == 200);
    CHECK(caller.get("/", "Connection: upgrade\r\nUpgrade: h2c, WebSocket\r\n").status == 200);
    CHECK(upgrades == std::vector{false, false, true});
}

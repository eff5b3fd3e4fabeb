// Clients that misuse HTTP itself: what is no request, what never becomes one, what hides another, and too many of all.
#include "hostile_client_fixture.hpp"

#include <asio/ip/tcp.hpp>

#include <list>
#include <string>
#include <string_view>

using namespace hostile;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

namespace {

socketio::server_options hasty()
{
    return {.http = {.request_timeout = 100ms, .idle_timeout = 100ms}};
}

// What no request is behind: the connection is told so and ends, and what follows is not read.
void refused(std::string const& name, std::string_view bytes, int status, socketio::server_options options = {})
{
    SUBCASE(name.c_str())
    {
        hostile_client_fixture house{std::move(options)};
        auto caller = house.call();
        caller.send(std::string{bytes} + get_request(polling_target) + get_request(polling_target));
        auto const reply = caller.reply();
        CHECK(reply.status == status);
        CHECK(reply.header("Connection") == "close");
        CHECK(reply.header("Content-Type") == "text/plain; charset=utf-8");
        CHECK(caller.until_ended());
        CHECK(caller.received().empty());
        caller.leave();
        house.check();
        CHECK(house.heard.text().find("refused") == std::string::npos);
    }
}

std::string get_with(std::string_view headers)
{
    return "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\n" + std::string{headers} + "\r\n";
}
std::string post_with(std::string_view headers, std::string_view body = "")
{
    return "POST /socket.io/?EIO=4&transport=polling&sid=x HTTP/1.1\r\nHost: a\r\n" + std::string{headers} + "\r\n" +
           std::string{body};
}
std::string chunked(std::string_view body)
{
    return post_with("Transfer-Encoding: chunked\r\n", body);
}

} // namespace

TEST_CASE("HTTP: lines that are no request")
{
    refused("a greeting of TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"sv, 400);
    refused("words", "hello\r\n\r\n", 400);
    refused("a NUL", "\0"sv, 400);
    refused("a byte over 127", "\xff", 400);
    refused("HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400);
    refused("no version", "GET /\r\n\r\n", 400);
    refused("HTTP/0.9", "GET / HTTP/0.9\r\n\r\n", 400);
    refused("HTTP/1.10", "GET / HTTP/1.10\r\n\r\n", 400);
    refused("a version in small letters", "GET / http/1.1\r\n\r\n", 400);
    refused("a blank in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    refused("no target", "GET  HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    refused("a tab between", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", 400);
    refused("a method with a colon", "GE:T / HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    refused("a NUL in the target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"sv, 400);
    refused("a byte over 127 in the target", "GET /\xc3\xbc HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    refused("bare line feeds", "GET / HTTP/1.1\nHost: a\n\n", 400);
    refused("an answer", "HTTP/1.1 200 OK\r\n\r\n", 400);
}

TEST_CASE("HTTP: headers that are none")
{
    refused("a folded one", get_with("X: a\r\n b\r\n"), 400);
    refused("folded from the start", get_with(" X: a\r\n"), 400);
    refused("a blank before the colon", get_with("X : a\r\n"), 400);
    refused("no colon", get_with("X\r\n"), 400);
    refused("no name", get_with(": a\r\n"), 400);
    refused("a NUL in a value", get_with("X: a\0b\r\n"sv), 400);
    refused("a NUL in a name", get_with("X\0: a\r\n"sv), 400);
    refused("a bare carriage return", get_with("X: a\rY: b\r\n"), 400);
    refused("a bare line feed", get_with("X: a\nY: b\r\n"), 400);
    refused("a bare line feed at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400);
    refused("a delete character", get_with("X: \x7f\r\n"), 400);
    refused("no Host", "GET / HTTP/1.1\r\n\r\n", 400);
    refused("two Hosts", get_with("Host: a\r\n"), 400);
}

TEST_CASE("HTTP: a second request that hides in the first")
{
    refused("both ways of a body's length", post_with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400);
    refused("both, the other way round", post_with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400);
    refused("two lengths", post_with("Content-Length: 5\r\nContent-Length: 6\r\n", "0\r\n\r\n"), 400);
    refused("two lengths that agree", post_with("Content-Length: 5\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400);
    refused("a list of lengths", post_with("Content-Length: 5, 5\r\n", "0\r\n\r\n"), 400);
    refused("a negative length", post_with("Content-Length: -1\r\n"), 400);
    refused("a length with a sign", post_with("Content-Length: +5\r\n", "0\r\n\r\n"), 400);
    refused("a hexadecimal length", post_with("Content-Length: 0x5\r\n", "0\r\n\r\n"), 400);
    refused("a length of 2^64", post_with("Content-Length: 18446744073709551616\r\n"), 400);
    refused("an empty length", post_with("Content-Length:\r\n"), 400);
    refused("chunks twice", post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400);
    refused("chunks and nothing", post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"), 400);
    refused("chunks of HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
    refused("a coding that is like chunks", post_with("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 501);
    refused("chunks within another coding", post_with("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), 501);
    refused("a vertical tab before chunked", post_with("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"), 400);
}

TEST_CASE("HTTP: chunks that are none")
{
    for (std::string_view const size : {"x", "-1", "+1", "0x1", "", "1 1", "10000000000000000", ";a", "\x01"})
        refused("a size of " + std::string{size}, chunked(std::string{size} + "\r\na\r\n0\r\n\r\n"), 400);
    refused("a bare line feed", chunked("1\na\n0\n\n"), 400);
    refused("more than its size", chunked("1\r\nab\r\n0\r\n\r\n"), 400);
    refused("an extension without an end", chunked("1;" + std::string(10000, 'x')), 400);
    refused("trailers without an end", chunked("0\r\n" + repeated_to("X: y\r\n", 10000)), 400);
    refused("crumbs in much framing", chunked(repeated_to("1;" + std::string(100, 'x') + "\r\na\r\n", 10000)), 400);
}

TEST_CASE("HTTP: what is too large")
{
    refused("a target", "GET /" + std::string(20000, 'a'), 431);
    refused("a header", get_with("X: " + std::string(20000, 'a')), 431);
    refused("many headers", get_with(repeated_to("A: b\r\n", 101 * 6)), 431);
    refused("a method without an end", std::string(20000, 'G'), 431);
    refused("a body, by what it says", post_with("Content-Length: 1000001\r\n"), 413);
    refused("a body of 2^63 bytes", post_with("Content-Length: 9223372036854775808\r\n"), 413);
    refused("a body of 2^64 - 1 bytes", post_with("Content-Length: 18446744073709551615\r\n"), 413);
    refused("a chunk, by what it says", chunked("fffffffffffffff\r\n" + std::string(2000, 'x')), 413,
        {.maxHttpBufferSize = 1000});
    refused("a body in chunks", chunked(repeated_to("64\r\n" + std::string(100, 'x') + "\r\n", 2000)), 413,
        {.maxHttpBufferSize = 1000});
}

TEST_CASE("HTTP: a body without an end costs no more than the limit")
{
    hostile_client_fixture house;
    std::string const piece = "10000\r\n" + std::string(65536, 'x') + "\r\n";
    auto caller = house.call();
    caller.send(post_with("Transfer-Encoding: chunked\r\n"));
    while (caller.received().empty() && !caller.ended()) {
        caller.send(piece);
        REQUIRE(house.in_turn());
    }
    CHECK(caller.reply().status == 413);
    CHECK(caller.until_ended());
    house.check(3u << 20); // the body's string grows by doubling
}

TEST_CASE("HTTP: a request that never comes as a whole ends the connection")
{
    for (std::string_view const begun :
        {"G", "GET / HTTP/1.1\r\nHost: a\r\nX-Slow", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nb"}) {
        hostile_client_fixture house{hasty()};
        auto caller = house.call();
        caller.send(begun);
        CHECK(caller.reply().status == 408);
        CHECK(caller.until_ended());
        caller.leave();
        house.check();
    }
}

TEST_CASE("HTTP: a request that drips in has no more time than another")
{
    hostile_client_fixture house{hasty()};
    auto caller = house.call();
    caller.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
    while (!caller.ended() && caller.received().empty()) {
        caller.send("x");
        REQUIRE(house.in_turn());
    }
    int const status = caller.reply().status;
    CHECK((status == 408 || status == 431)); // whichever limit a quick machine reaches first
    CHECK(caller.until_ended());
    house.check();
}

TEST_CASE("HTTP: a request that drips in is served")
{
    hostile_client_fixture house;
    auto caller = house.call();
    for (char const byte : get_request(polling_target)) {
        caller.send({&byte, 1});
        REQUIRE(house.in_turn());
    }
    auto const reply = caller.reply();
    CHECK(reply.status == 200);
    CHECK(reply.body.starts_with("0{\"sid\":"));
    auto const target = with_sid(polling_target, sid_in(reply.body));
    for (char const byte : post_request(target, "1")) {
        caller.send({&byte, 1});
        REQUIRE(house.in_turn());
    }
    CHECK(caller.reply().body == "ok");
    caller.leave();
    house.check();
}

TEST_CASE("HTTP: connections that say nothing are closed in time, and beyond the limit at once")
{
    auto options = hasty();
    options.connections = 20;
    hostile_client_fixture house{options};
    std::list<http_caller> silent;
    for (int i = 0; i != 100; ++i) {
        silent.push_back(house.call());
        if (i % 10 == 9)
            REQUIRE(house.in_turn());
    }
    CHECK(house.io.snapshot().connections <= 20);
    CHECK(house.serves());
    for (auto& each : silent) {
        CHECK(each.until_ended());
        CHECK(each.received().empty());
    }
    house.check();
}

TEST_CASE("HTTP: garbage behind a request is told apart from it")
{
    hostile_client_fixture house;
    auto caller = house.call();
    caller.send(get_request(polling_target) + "\x01garbage\r\n\r\n" + get_request(polling_target));
    auto const first = caller.reply();
    CHECK(first.status == 200);
    CHECK(caller.reply().status == 400);
    CHECK(caller.until_ended());
    CHECK(caller.received().empty());
    auto other = house.call();
    CHECK(other.post(with_sid(polling_target, sid_in(first.body)), "1").body == "ok");
    other.leave();
    house.check();
}

TEST_CASE("HTTP: requests are read no faster than their answers are taken")
{
    hostile_client_fixture house{hasty()};
    asio::ip::tcp::socket deaf{house.context};
    deaf.connect({asio::ip::address_v4::loopback(), house.io.port()});
    deaf.non_blocking(true);
    std::string const requests = repeated_to(get_request("/nothing"), 65536);
    std::error_code ec;
    while (!ec || ec == asio::error::would_block) {
        deaf.write_some(asio::buffer(requests), ec);
        REQUIRE(house.in_turn());
    }
    house.check();
}

TEST_CASE("HTTP: many requests at once are answered, each in its turn")
{
    hostile_client_fixture house;
    auto caller = house.call();
    std::string all;
    for (int i = 0; i != 1000; ++i)
        all += get_request("/" + std::to_string(i));
    caller.send(all);
    for (int i = 0; i != 1000; ++i)
        REQUIRE(caller.reply().status == 404);
    caller.leave();
    house.check();
}

#include <socketio/wire/http.hpp>

#include <socketio/core/error.hpp>

#include <doctest/doctest.h>

#include <ostream>

namespace http_tests {

using namespace socketio::detail;

namespace {

http_progress read_whole(http_head_reader& reader, std::string_view text, std::size_t& consumed)
{
    return reader.read(text, consumed);
}

// Gives the bytes one at a time; returns how many were given when the reader made up its mind.
http_progress drip(http_head_reader& reader, std::string_view text, std::size_t& given)
{
    std::size_t consumed = 0;
    for (given = 0; given <= text.size(); ++given) {
        http_progress const progress = reader.read(text.substr(0, given), consumed);
        if (progress != http_progress::incomplete)
            return progress;
    }
    return http_progress::incomplete;
}

void refused(role sender, std::string_view text)
{
    CAPTURE(text);
    std::size_t consumed = 777;
    http_head_reader at_once{sender};
    CHECK(at_once.read(text, consumed) == http_progress::failed);
    CHECK(at_once.error() == socketio::error::http_malformed);
    CHECK(at_once.read(text, consumed) == http_progress::failed);
    CHECK(consumed == 777);
    http_head_reader dripped{sender};
    std::size_t given = 0;
    CHECK(drip(dripped, text, given) == http_progress::failed);
}

std::string const answer = "HTTP/1.1 101 Switching Protocols\r\n"
                           "Upgrade:websocket\r\n"
                           "connection: \t keep-alive ,  UPGRADE\t \r\n"
                           "X-Empty:\r\n"
                           "Set-Cookie: a=1\r\n"
                           "Set-Cookie: b=\xC3\xA9\r\n"
                           "\r\n";

void check_answer(http_head const& head)
{
    CHECK(head.status == 101);
    CHECK(head.reason == "Switching Protocols");
    CHECK(head.minor == 1);
    REQUIRE(head.headers.size() == 5);
    CHECK(head.find("UPGRADE") == "websocket");
    CHECK(head.find("Connection") == "keep-alive ,  UPGRADE");
    CHECK(head.find("x-empty").empty());
    CHECK(head.find("set-cookie") == "a=1");
    CHECK(head.headers[4].value == "b=\xC3\xA9");
    CHECK(head.count("Set-Cookie") == 2);
    CHECK(head.count("Nothing") == 0);
}

} // namespace

TEST_CASE("a response is read, and the bytes behind its head are left")
{
    http_head_reader reader{role::server};
    std::size_t consumed = 0;
    CHECK(read_whole(reader, answer + "\x81\x01x", consumed) == http_progress::complete);
    CHECK(consumed == answer.size());
    CHECK_FALSE(reader.error());
    check_answer(reader.head());
}

TEST_CASE("a response that drips in is complete with its last byte")
{
    http_head_reader reader{role::server};
    std::size_t given = 0;
    CHECK(drip(reader, answer, given) == http_progress::complete);
    CHECK(given == answer.size());
    check_answer(reader.head());
}

TEST_CASE("a response may be cut anywhere")
{
    for (std::size_t cut = 0; cut < answer.size(); ++cut) {
        http_head_reader reader{role::server};
        std::size_t consumed = 0;
        CHECK(reader.read(std::string_view{answer}.substr(0, cut), consumed) == http_progress::incomplete);
        CHECK(reader.read(answer, consumed) == http_progress::complete);
        check_answer(reader.head());
    }
}

TEST_CASE("a request is read, and the reader can be used again")
{
    http_head_reader reader{role::client};
    std::size_t consumed = 0;
    std::string const text = "GET /socket.io/?EIO=4 HTTP/1.1\r\nHost: h:3000\r\n\r\n";
    CHECK(read_whole(reader, text, consumed) == http_progress::complete);
    CHECK(reader.head().method == "GET");
    CHECK(reader.head().target == "/socket.io/?EIO=4");
    CHECK(reader.head().find("host") == "h:3000");
    reader.reset();
    CHECK(read_whole(reader, "OPTIONS * HTTP/1.0\r\n\r\n", consumed) == http_progress::complete);
    CHECK(consumed == 22);
    CHECK(reader.head().method == "OPTIONS");
    CHECK(reader.head().minor == 0);
    CHECK(reader.head().headers.empty());
}

TEST_CASE("the reason may be missing, and an informational response is one")
{
    std::size_t consumed = 0;
    for (std::string_view text : {"HTTP/1.1 204\r\n\r\n", "HTTP/1.1 204 \r\n\r\n", "HTTP/1.0 103 Early\r\n\r\n"}) {
        http_head_reader reader{role::server};
        CHECK(read_whole(reader, text, consumed) == http_progress::complete);
        CHECK(consumed == text.size());
        CHECK(reader.head().status == (text[9] == '2' ? 204 : 103));
    }
}

TEST_CASE("malformed responses are refused")
{
    for (std::string_view text :
         {"\r\nHTTP/1.1 101 x\r\n\r\n", "HTTP/2.0 200 OK\r\n", "HTTP/1.1  200 OK\r\n", "HTTP/1.1 20 OK\r\n", "HTTP/1.1 2000 OK\r\n",
          "HTTP/1.1 099 OK\r\n", "HTTP/1.1 2x0 OK\r\n", "HTTP/1.x 200 OK\r\n", "http/1.1 200 OK\r\n", "HTTP/1.1\r\n",
          "HTTP/1.1 200 O\x01K\r\n", "HTTP/1.1 200 OK\n\n", "HTTP/1.1 200 OK\r\r\n", "\x16\x03\x01", "SSH-2.0-x", "0{\"sid\"",
          "HTTP/1.1 200 OK\r\n a: folded start\r\n\r\n"})
        refused(role::server, text);
}

TEST_CASE("malformed requests are refused")
{
    for (std::string_view text :
         {"GET /\r\n", "GET  / HTTP/1.1\r\n", "GET / x HTTP/1.1\r\n", "GET / HTTP/1.1 \r\n", " GET / HTTP/1.1\r\n", "G@T / HTTP/1.1\r\n",
          "GET /\xC3\xA9 HTTP/1.1\r\n", "GET /\x01 HTTP/1.1\r\n", "GET / HTTP/3.1\r\n", "\x16\x03\x01\x02", "GET / HTTP/1.1\n\n", "\r\n"})
        refused(role::client, text);
}

TEST_CASE("malformed headers are refused")
{
    for (std::string_view line :
         {"no colon", ": no name", "a b: c", "a : b", " a: b", "\ta: b", "a\x01: b", "a: b\x01", "a: b\x7F", "a: b\nc: d", "a: b\rc",
          "a: b\r\n folded", "a\xC3\xA9: b", "a(b): c"})
        refused(role::server, "HTTP/1.1 200 OK\r\n" + std::string{line} + "\r\n\r\n");
    refused(role::server, std::string{"HTTP/1.1 200 OK\r\na: b\0c\r\n\r\n", 27});
    refused(role::server, std::string{"HTTP/1.1 200 OK\r\na\0b: c\r\n\r\n", 27});
}

TEST_CASE("a head up to its limits is read and one byte or header more is refused")
{
    std::string const start = "HTTP/1.1 200 OK\r\n";
    std::size_t consumed = 0;
    for (std::size_t size = 60; size < 70; ++size) {
        std::string const text = start + "a: " + std::string(size - start.size() - 7, 'x') + "\r\n\r\n";
        REQUIRE(text.size() == size);
        auto const expected = size <= 64 ? http_progress::complete : http_progress::failed;
        http_head_reader reader{role::server, {.bytes = 64, .headers = 2}};
        CHECK(reader.read(text, consumed) == expected);
        http_head_reader dripped{role::server, {.bytes = 64, .headers = 2}};
        std::size_t given = 0;
        CHECK(drip(dripped, text, given) == expected);
        CHECK(given <= 64);
    }
    http_head_reader two{role::server, {.bytes = 64, .headers = 2}};
    CHECK(two.read(start + "a: 1\r\nb: 2\r\n\r\n", consumed) == http_progress::complete);
    http_head_reader three{role::server, {.bytes = 64, .headers = 2}};
    CHECK(three.read(start + "a: 1\r\nb: 2\r\nc: 3\r\n\r\n", consumed) == http_progress::failed);
}

TEST_CASE("an endless line is given up at the limit")
{
    http_head_reader reader{role::server};
    std::string text = "HTTP/1.1 200 ";
    std::size_t consumed = 0;
    std::size_t reads = 0;
    while (reader.read(text, consumed) == http_progress::incomplete && ++reads < 1000)
        text.append(100, 'x');
    CHECK(reader.error() == socketio::error::http_malformed);
    CHECK(text.size() < 16384 + 100);
}

TEST_CASE("tokens are found in all lists of a name, and only whole ones")
{
    http_head head;
    head.headers = {{"Connection", "keep-alive"}, {"X", "upgrade"}, {"connection", ",, Upgrade\t,x"}};
    CHECK(head.has_token("CONNECTION", "upgrade"));
    CHECK(head.has_token("connection", "Keep-Alive"));
    CHECK(head.has_token("connection", "x"));
    CHECK_FALSE(head.has_token("connection", "up"));
    CHECK_FALSE(head.has_token("connection", "upgradex"));
    CHECK_FALSE(head.has_token("Y", "upgrade"));
    CHECK_FALSE(head.has_token("connection", "close"));
}

TEST_CASE("names, values and targets of the user are judged by the same rules")
{
    CHECK(is_header_name("X-My_Header.1"));
    for (std::string_view name : {"", "a b", "a:", "a\r\n", "\xC3\xA9", "a\"b"})
        CHECK_FALSE(is_header_name(name));
    CHECK(is_header_value(""));
    CHECK(is_header_value("Bearer abc\tdef \xC3\xA9"));
    CHECK_FALSE(is_header_value("a\r\nb: c"));
    CHECK_FALSE(is_header_value("a\n"));
    CHECK_FALSE(is_header_value(std::string_view{"a\0b", 3}));
    CHECK(is_request_target("/socket.io/?a=%20"));
    for (std::string_view target : {"", "/a b", "/a\r\n", "/\xC3\xA9"})
        CHECK_FALSE(is_request_target(target));
}

} // namespace http_tests

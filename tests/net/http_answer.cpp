// The bytes of answers, and which bodies of requests can be framed in one way only.
#include <socketio/net/http_answer.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>

using namespace socketio::detail;
using socketio::http_response;

namespace {

constexpr http_time moment{std::chrono::seconds{784111777}}; // RFC 9110's own example
constexpr std::string_view date_line = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

std::string written(http_response const& answer, http_answer_form form = {})
{
    byte_buffer to;
    write_http_answer(to, answer, form, moment);
    return std::string{to.view()};
}

std::string with_date(std::string_view status, std::string_view rest)
{
    return "HTTP/1.1 " + std::string{status} + "\r\n" + std::string{date_line} + std::string{rest};
}

struct framed {
    body_framing kind;
    std::uint64_t length = 0;
    bool operator==(framed const&) const = default;
};

framed framing_of(std::string_view headers, int minor = 1)
{
    http_head_reader reader{role::client};
    std::size_t consumed = 0;
    std::string const text = "POST / HTTP/1." + std::to_string(minor) + "\r\n" + std::string{headers} + "\r\n";
    REQUIRE(reader.read(text, consumed) == http_progress::complete);
    framed result{};
    result.kind = request_framing(reader.head(), result.length);
    return result;
}

body_framing kind_of(std::string_view headers, int minor = 1)
{
    return framing_of(headers, minor).kind;
}

} // namespace

TEST_CASE("an answer has a status line, a date, its headers and the length of its body")
{
    CHECK(written({200, {{"Content-Type", "text/plain"}, {"X-More", "a b"}}, "hello"}) ==
          with_date("200 OK", "Content-Type: text/plain\r\nX-More: a b\r\nContent-Length: 5\r\n\r\nhello"));
    CHECK(written({404, {}, {}}) == with_date("404 Not Found", "Content-Length: 0\r\n\r\n"));
}

TEST_CASE("a status that nobody has a reason for has none")
{
    CHECK(written({299, {}, {}}) == with_date("299 ", "Content-Length: 0\r\n\r\n"));
    CHECK(http_reason(299).empty());
    CHECK(http_reason(413) == "Content Too Large");
}

TEST_CASE("what is no final status becomes 500")
{
    for (int const status : {-200, 0, 100, 101, 199, 1000, 20000})
        CHECK(written({status, {}, {}}) == with_date("500 Internal Server Error", "Content-Length: 0\r\n\r\n"));
    CHECK(written({999, {}, {}}) == with_date("999 ", "Content-Length: 0\r\n\r\n"));
}

TEST_CASE("an answer to HEAD has the length of the body that it leaves out")
{
    CHECK(written({200, {}, "hello"}, {.head_only = true}) == with_date("200 OK", "Content-Length: 5\r\n\r\n"));
}

TEST_CASE("204 and 304 have neither body nor length")
{
    CHECK(written({204, {}, "lost"}) == with_date("204 No Content", "\r\n"));
    CHECK(written({304, {{"ETag", "\"1\""}}, "lost"}) == with_date("304 Not Modified", "ETag: \"1\"\r\n\r\n"));
}

TEST_CASE("an answer says whether the connection stays, where the client would think otherwise")
{
    CHECK(written({200, {}, {}}, {.keep_alive = false}) == with_date("200 OK", "Content-Length: 0\r\nConnection: close\r\n\r\n"));
    CHECK(written({200, {}, {}}, {.old_client = true}) == with_date("200 OK", "Content-Length: 0\r\nConnection: keep-alive\r\n\r\n"));
    CHECK(written({200, {}, {}}, {.keep_alive = false, .old_client = true}) ==
          with_date("200 OK", "Content-Length: 0\r\nConnection: close\r\n\r\n"));
}

TEST_CASE("headers that are the connection's own are not the handler's to write")
{
    CHECK(written({200, {{"content-length", "7"}, {"CONNECTION", "upgrade"}, {"Transfer-Encoding", "chunked"}, {"date", "today"}}, "abc"}) ==
          with_date("200 OK", "Content-Length: 3\r\n\r\nabc"));
}

TEST_CASE("headers that would break the head apart are left out")
{
    socketio::string_pairs const hostile{{"X-A", "a\r\nSet-Cookie: b"}, {"X-B", "a\nb"}, {"X-C", "a\rb"}, {"X-D", std::string("a\0b", 3)},
        {"X E", "a"}, {"X-F:", "a"}, {"", "a"}, {"X-G\r\nX-H", "a"}, {"X-Good", "stays"}};
    CHECK(written({200, hostile, {}}) == with_date("200 OK", "X-Good: stays\r\nContent-Length: 0\r\n\r\n"));
}

TEST_CASE("a request without a length has no body")
{
    CHECK(kind_of("Host: a\r\n") == body_framing::none);
    CHECK(kind_of("Content-Length: 0\r\n") == body_framing::none);
}

TEST_CASE("a body has a length, or comes in chunks")
{
    CHECK(framing_of("Content-Length: 17\r\n") == framed{body_framing::length, 17});
    CHECK(framing_of("content-length:\t17 \r\n") == framed{body_framing::length, 17});
    CHECK(framing_of("Content-Length: 18446744073709551615\r\n") == framed{body_framing::length, 18446744073709551615u});
    CHECK(kind_of("Transfer-Encoding: chunked\r\n") == body_framing::chunked);
    CHECK(kind_of("transfer-encoding: CHUNKED\r\n") == body_framing::chunked);
}

TEST_CASE("a length that is no plain number is invalid")
{
    for (std::string const text : {"", "-1", "+1", "1 2", "0x10", "1.0", "5, 5", "18446744073709551616", "five", "5;"})
        CHECK_MESSAGE(kind_of("Content-Length: " + text + "\r\n") == body_framing::invalid, text);
}

TEST_CASE("what two readers could take for two lengths is invalid")
{
    CHECK(kind_of("Content-Length: 5\r\nContent-Length: 5\r\n") == body_framing::invalid);
    CHECK(kind_of("Content-Length: 5\r\ncontent-length: 6\r\n") == body_framing::invalid);
    CHECK(kind_of("Content-Length: 0\r\nContent-Length: 5\r\n") == body_framing::invalid);
    CHECK(kind_of("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") == body_framing::invalid);
    CHECK(kind_of("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n") == body_framing::invalid);
    CHECK(kind_of("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") == body_framing::invalid);
    CHECK(kind_of("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n") == body_framing::invalid);
    CHECK(kind_of("Transfer-Encoding: chunked\r\n", 0) == body_framing::invalid);
}

TEST_CASE("other transfer codings are not known")
{
    for (std::string const text : {"gzip", "chunked, gzip", "gzip, chunked", "chunked, chunked", "identity", "", "\"chunked\"", "xchunked", "chunked;a=b"})
        CHECK_MESSAGE(kind_of("Transfer-Encoding: " + text + "\r\n") == body_framing::unknown, text);
}

#include <socketio/wire/http_request.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace http_request_tests {

using namespace socketio::detail;

namespace {

std::string written(http_request_text const& request)
{
    byte_buffer to;
    write_http_request(to, request);
    return std::string{to.view()};
}

} // namespace

TEST_CASE("a request has its line, its host, its headers and an empty line")
{
    std::vector<http_header> const headers{{"Accept", "*/*"}, {"X-Own", ""}};
    CHECK(written({"GET", "/a?b=c", "host:81", headers}) ==
          "GET /a?b=c HTTP/1.1\r\nHost: host:81\r\nConnection: keep-alive\r\nAccept: */*\r\nX-Own: \r\n\r\n");
}

TEST_CASE("a body comes with its length, even if it is empty")
{
    std::vector<http_header> const none;
    CHECK(written({"POST", "/", "host", none, "4hello"}) ==
          "POST / HTTP/1.1\r\nHost: host\r\nConnection: keep-alive\r\nContent-Length: 6\r\n\r\n4hello");
    CHECK(written({"POST", "/", "host", none, ""}).ends_with("\r\nContent-Length: 0\r\n\r\n"));
}

TEST_CASE("a Host among the headers replaces the URL's, and headers of the connection and its framing are left out")
{
    std::vector<http_header> const headers{
        {"host", "named"}, {"CONNECTION", "close"}, {"Keep-Alive", "x"}, {"Content-Length", "5"}, {"Expect", "100-continue"},
        {"Transfer-Encoding", "chunked"}, {"TE", "x"}, {"Trailer", "x"}, {"Upgrade", "x"}, {"Proxy-Connection", "x"},
        {"HTTP2-Settings", "x"}, {"Kept", "yes"}};
    CHECK(written({"GET", "/", "host", headers}) == "GET / HTTP/1.1\r\nHost: named\r\nConnection: keep-alive\r\nKept: yes\r\n\r\n");
}

TEST_CASE("what would be another header or line is left out")
{
    std::vector<http_header> const headers{{"Host", "a\r\nEvil: b"}, {"A", "b\r\nEvil: c"}, {"Evil: d\r\nA", "b"}, {"", "x"}};
    CHECK(written({"GET", "/", "host", headers}) == "GET / HTTP/1.1\r\nHost: host\r\nConnection: keep-alive\r\n\r\n");
}

TEST_CASE("headers of the client's own replace those of the same name, and are left out without a value")
{
    std::vector<http_header> const headers{{"content-type", "text/html"}, {"Proxy-Authorization", "theirs"}, {"X", "y"}};
    std::vector<http_header_view> const own{{"Content-Type", "text/plain"}, {"Proxy-Authorization", ""}, {"Bad", "a\r\nb"}};
    CHECK(written({.method = "GET", .target = "/", .host = "host", .headers = headers, .own = own}) ==
          "GET / HTTP/1.1\r\nHost: host\r\nConnection: keep-alive\r\nContent-Type: text/plain\r\n"
          "Proxy-Authorization: theirs\r\nX: y\r\n\r\n");
}

} // namespace http_request_tests

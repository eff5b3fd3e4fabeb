#include <socketio/wire/proxy.hpp>

#include <socketio/core/error.hpp>

#include <doctest/doctest.h>

#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace proxy_tests {

using namespace socketio::detail;

namespace {

proxy_server parsed(std::string_view text)
{
    CAPTURE(text);
    proxy_server result;
    CHECK_FALSE(parse_proxy_url(text, result));
    return result;
}

bool direct(std::vector<std::string> const& entries, std::string_view host, std::uint16_t port = 80)
{
    return needs_no_proxy(entries, host, port);
}

} // namespace

TEST_CASE("a proxy's URL says its kind, its place and who asks")
{
    auto const http = parsed("http://user:pass@Proxy.example:3128");
    CHECK(http.kind == proxy_kind::http);
    CHECK(http.host == "proxy.example");
    CHECK(http.port == 3128);
    CHECK(http.username == "user");
    CHECK(http.password == "pass");
    auto const socks = parsed("SOCKS5://[::1]:9050/");
    CHECK(socks.kind == proxy_kind::socks5);
    CHECK(socks.host == "::1");
    CHECK(socks.port == 9050);
    CHECK_FALSE(socks.has_user());
    CHECK(parsed("socks5h://host").kind == proxy_kind::socks5);
    CHECK(parsed("socks5h://host").port == 1080);
    CHECK(parsed("socks5h://host:80").port == 80);
    CHECK(parsed("socks5://[::1]").port == 1080);
    CHECK(parsed("http://host").port == 80);
    CHECK(parsed("10.0.0.1:8080").kind == proxy_kind::http);
    CHECK(parsed("10.0.0.1:8080").port == 8080);
}

TEST_CASE("a name and a password are percent-decoded, and end at the last @")
{
    auto const odd = parsed("http://us%3Aer:p%40s%2Fs%25@host:1");
    CHECK(odd.username == "us:er");
    CHECK(odd.password == "p@s/s%");
    auto const sloppy = parsed("http://user:p@ss/w:rd@host:1");
    CHECK(sloppy.username == "user");
    CHECK(sloppy.password == "p@ss/w:rd");
    CHECK(sloppy.host == "host");
    CHECK(parsed("http://user@host").username == "user");
    CHECK(parsed("http://user@host").password.empty());
    CHECK(parsed("http://:secret@host").has_user());
}

TEST_CASE("a proxy's URL that cannot be used is an error and changes nothing")
{
    for (char const* text : {"", "https://host", "socks4://host", "ftp://host", "http://", "http://host/path", "http://host?x",
             "http://user@", "http://ho st", "http://host:0", "http://host:65536", "http://[::1", "://host", "http://h\r\nX: y"}) {
        CAPTURE(text);
        proxy_server out;
        out.host = "before";
        CHECK(parse_proxy_url(text, out) == socketio::error::bad_proxy);
        CHECK(out.host == "before");
    }
}

TEST_CASE("a host name without a proxy stands for all below it")
{
    CHECK(direct({"example.com"}, "example.com"));
    CHECK(direct({"example.com"}, "a.b.example.com"));
    CHECK(direct({".example.com"}, "example.com"));
    CHECK(direct({".Example.COM."}, "www.example.com"));
    CHECK(direct({"example.com"}, "example.com."));
    CHECK_FALSE(direct({"example.com"}, "notexample.com"));
    CHECK_FALSE(direct({"example.com"}, "example.com.evil"));
    CHECK_FALSE(direct({"www.example.com"}, "example.com"));
    CHECK_FALSE(direct({""}, "example.com"));
    CHECK_FALSE(direct({".", "..", ","}, "example.com"));
    CHECK(direct({"one.example", "two.example, three.example four.example"}, "four.example"));
    CHECK(direct({"*"}, "anything"));
    CHECK(direct({"*"}, "10.1.2.3"));
    CHECK_FALSE(direct({"*.example.com"}, "www.example.org"));
    CHECK_FALSE(direct({}, "localhost"));
}

TEST_CASE("addresses without a proxy are compared as addresses")
{
    CHECK(direct({"127.0.0.1"}, "127.0.0.1"));
    CHECK(direct({"10.0.0.0/8"}, "10.20.30.40"));
    CHECK_FALSE(direct({"10.0.0.0/8"}, "11.0.0.1"));
    CHECK(direct({"::1"}, "::1"));
    CHECK(direct({"[::1]"}, "0:0:0:0:0:0:0:1"));
    CHECK(direct({"fe80::/10"}, "fe80::1%eth0"));
    CHECK_FALSE(direct({"0.1"}, "10.0.0.1"));
    CHECK_FALSE(direct({"10.0.0.0/8"}, "10.example"));
}

TEST_CASE("an entry with a port means that port only")
{
    CHECK(direct({"example.com:8080"}, "www.example.com", 8080));
    CHECK_FALSE(direct({"example.com:8080"}, "www.example.com", 80));
    CHECK(direct({"[::1]:3000"}, "::1", 3000));
    CHECK_FALSE(direct({"[::1]:3000"}, "::1", 3001));
    CHECK(direct({"10.0.0.1:81"}, "10.0.0.1", 81));
    CHECK_FALSE(direct({"10.0.0.1:81"}, "10.0.0.1", 80));
    CHECK_FALSE(direct({"[::1"}, "::1", 80));
}

TEST_CASE("the environment is asked in small letters first, and never for HTTP_PROXY")
{
    std::map<std::string, std::string> set{{"HTTP_PROXY", "http://evil"}};
    environment const variable = [&](char const* name) {
        auto const found = set.find(name);
        return found == set.end() ? std::string{} : found->second;
    };
    CHECK(proxy_from_environment(variable, false).empty());
    CHECK(proxy_from_environment(variable, true).empty());
    set["ALL_PROXY"] = "socks5://all";
    CHECK(proxy_from_environment(variable, false) == "socks5://all");
    CHECK(proxy_from_environment(variable, true) == "socks5://all");
    set["HTTPS_PROXY"] = "http://secure";
    set["http_proxy"] = "http://plain";
    CHECK(proxy_from_environment(variable, false) == "http://plain");
    CHECK(proxy_from_environment(variable, true) == "http://secure");
    set["https_proxy"] = "http://small";
    CHECK(proxy_from_environment(variable, true) == "http://small");
    set["NO_PROXY"] = "a";
    CHECK(no_proxy_from_environment(variable) == "a");
    set["no_proxy"] = "b";
    CHECK(no_proxy_from_environment(variable) == "b");
}

TEST_CASE("a CONNECT request names the server twice, and who asks if that is known")
{
    auto const request = [](std::string_view target, std::string_view authorization) {
        socketio::detail::byte_buffer to;
        write_connect_request(to, target, authorization);
        return std::string{to.view()};
    };
    CHECK(request(authority("example.com", 80), "") == "CONNECT example.com:80 HTTP/1.1\r\nHost: example.com:80\r\n\r\n");
    CHECK(request(authority("fe80::1%eth0", 443), basic_authorization("Aladdin", "open sesame")) ==
          "CONNECT [fe80::1]:443 HTTP/1.1\r\nHost: [fe80::1]:443\r\n"
          "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n");
    CHECK(request("h:1", "x\r\nEvil: 1") == "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n");
}

TEST_CASE("a connection to a proxy stays open unless the answer or its version says otherwise")
{
    http_head head;
    CHECK(stays_open(head));
    head.minor = 0;
    CHECK_FALSE(stays_open(head));
    head.headers = {{"Proxy-Connection", "Keep-Alive"}};
    CHECK(stays_open(head));
    head.minor = 1;
    head.headers = {{"Connection", "x, close"}};
    CHECK_FALSE(stays_open(head));
}

} // namespace proxy_tests

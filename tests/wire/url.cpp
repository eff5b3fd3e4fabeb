#include <socketio/wire/url.hpp>

#include <socketio/core/error.hpp>

#include <doctest/doctest.h>

#include <ostream>

namespace url_tests {

using namespace socketio::detail;

namespace {

struct good_url {
    std::string_view text, scheme, host;
    unsigned port;
    std::string_view path, query, origin, host_header;
};

url parsed(std::string_view text)
{
    url result;
    CHECK_MESSAGE(!parse_url(text, result), text);
    return result;
}

} // namespace

TEST_CASE("URLs are taken apart")
{
    for (good_url const& want : {
             good_url{"localhost:3000", "https", "localhost", 3000, "", "", "https://localhost:3000", "localhost:3000"},
             {"//localhost:3000", "https", "localhost", 3000, "", "", "https://localhost:3000", "localhost:3000"},
             {"woot.com", "https", "woot.com", 443, "", "", "https://woot.com:443", "woot.com"},
             {"http://google.com:80/", "http", "google.com", 80, "/", "", "http://google.com:80", "google.com"},
             {"http://google.com", "http", "google.com", 80, "", "", "http://google.com:80", "google.com"},
             {"https://google.com/", "https", "google.com", 443, "/", "", "https://google.com:443", "google.com"},
             {"https://woot.com/some-namespace", "https", "woot.com", 443, "/some-namespace", "",
              "https://woot.com:443", "woot.com"},
             {"http://[::1]", "http", "::1", 80, "", "", "http://[::1]:80", "[::1]"},
             {"http://[::1]:3000/a", "http", "::1", 3000, "/a", "", "http://[::1]:3000", "[::1]:3000"},
             {"ws://[::FFFF:10.0.0.1]:1", "ws", "::ffff:10.0.0.1", 1, "", "", "ws://[::ffff:10.0.0.1]:1",
              "[::ffff:10.0.0.1]:1"},
             {"http://[fe80::1%25eth0]:81", "http", "fe80::1%eth0", 81, "", "", "http://[fe80::1%25eth0]:81",
              "[fe80::1]:81"},
             {"WSS://Host:8443/A?b=C&d#e", "wss", "host", 8443, "/A", "b=C&d", "wss://host:8443", "host:8443"},
             {"ws://h?x=1", "ws", "h", 80, "", "x=1", "ws://h:80", "h"},
             {"http://h#frag?no", "http", "h", 80, "", "", "http://h:80", "h"},
             {"http://h/%20a//b?c?d/e", "http", "h", 80, "/%20a//b", "c?d/e", "http://h:80", "h"},
             {"h:65535/x?u=http://other/", "https", "h", 65535, "/x", "u=http://other/", "https://h:65535", "h:65535"},
             {"http://h:/p", "http", "h", 80, "/p", "", "http://h:80", "h"},
             {"http://127.0.0.1:443", "http", "127.0.0.1", 443, "", "", "http://127.0.0.1:443", "127.0.0.1:443"},
             {"http://h/\xD1\x87\xD0\xB0\xD1\x82", "http", "h", 80, "/\xD1\x87\xD0\xB0\xD1\x82", "", "http://h:80", "h"},
         }) {
        CAPTURE(want.text);
        url const got = parsed(want.text);
        CHECK(got.scheme == want.scheme);
        CHECK(got.secure == (want.scheme == "https" || want.scheme == "wss"));
        CHECK(got.host == want.host);
        CHECK(got.ipv6_literal == (want.text.find('[') != std::string_view::npos));
        CHECK(got.port == want.port);
        CHECK(got.path == want.path);
        CHECK(got.query == want.query);
        CHECK(origin(got) == want.origin);
        CHECK(host_header(got) == want.host_header);
    }
}

TEST_CASE("what is no URL for us is refused and leaves the result alone")
{
    std::string const long_path = "http://h/" + std::string(8192, 'x');
    for (std::string_view text : {
             std::string_view{""}, {"/woot"}, {"http://"}, {"http:///x"}, {"ftp://h"}, {"://h"}, {"http:/h"},
             {"http://user@h"}, {"http://user:pass@h"}, {"http://a b"}, {"http://h/a b"}, {"http://h/\n"},
             {"http://h\r\nX: y"}, {"http://h:0"}, {"http://h:65536"}, {"http://h:99999999999"}, {"http://h:1a"},
             {"http://h:-1"}, {"http://[::1"}, {"http://[::1]x"}, {"http://[]"}, {"http://[h]"}, {"http://[1]"},
             {"http://[::1%25]"}, {"http://[::1%]"}, {"http://[::1%25a/b]"}, {"http://::1"}, {"http://h\\x"}, {"http://:80"},
             {"http://\xD1\x87/"}, {"http://h/\xFF"}, {"http://h/\x7F"}, {"http://h%41"}, {long_path}, {"javascript:x"},
             std::string_view{"http://h\0", 9}, std::string_view{"http://h/\0", 10}}) {
        CAPTURE(text);
        url out;
        out.host = "before";
        CHECK(parse_url(text, out) == socketio::error::bad_url);
        CHECK(out.host == "before");
    }
}

TEST_CASE("the longest URL is one of 8 KiB")
{
    url out;
    CHECK_FALSE(parse_url("http://h/" + std::string(8192 - 9, 'x'), out));
    CHECK(parse_url("http://h/" + std::string(8192 - 8, 'x'), out) == socketio::error::bad_url);
}

TEST_CASE("a component is encoded as encodeURIComponent does it")
{
    std::string all, out;
    for (int i = 0; i < 128; ++i)
        all.push_back(static_cast<char>(i));
    append_uri_component(out, all);
    CHECK(out == "%00%01%02%03%04%05%06%07%08%09%0A%0B%0C%0D%0E%0F%10%11%12%13%14%15%16%17%18%19%1A%1B%1C%1D%1E%1F%20"
                 "!%22%23%24%25%26'()*%2B%2C-.%2F0123456789%3A%3B%3C%3D%3E%3F%40ABCDEFGHIJKLMNOPQRSTUVWXYZ%5B%5C%5D%5E_%60"
                 "abcdefghijklmnopqrstuvwxyz%7B%7C%7D~%7F");
    out.clear();
    append_uri_component(out, "\xE2\x82\xAC\xF0\x9F\x98\x80");
    CHECK(out == "%E2%82%AC%F0%9F%98%80");
}

TEST_CASE("query items are joined by ampersands, and none too many")
{
    std::string query;
    append_query(query, "EIO", "4");
    append_query(query, "a b", "c&d=e");
    append_query(query, "", "");
    CHECK(query == "EIO=4&a%20b=c%26d%3De&=");
    std::string target = "/socket.io/?";
    append_query(target, "x", "1");
    target.push_back('&');
    append_query(target, "y", "2");
    CHECK(target == "/socket.io/?x=1&y=2");
}

TEST_CASE("a query is taken apart and decoded")
{
    CHECK(parse_query("") == query_pairs{});
    CHECK(parse_query("&&") == query_pairs{});
    CHECK(parse_query("a=1&b=2&a=3") == query_pairs{{"a", "1"}, {"b", "2"}, {"a", "3"}});
    CHECK(parse_query("a&b=&=c&d=e=f") == query_pairs{{"a", ""}, {"b", ""}, {"", "c"}, {"d", "e=f"}});
    CHECK(parse_query("%61%3D=%e2%82%AC%26") == query_pairs{{"a=", "\xE2\x82\xAC&"}});
    CHECK(parse_query("a=%&b=%4&c=%zz&d=%4z&e=%%41") == query_pairs{{"a", "%"}, {"b", "%4"}, {"c", "%zz"}, {"d", "%4z"}, {"e", "%A"}});
    CHECK(parse_query("a=1+2") == query_pairs{{"a", "1+2"}});
    CHECK(parse_query("a+b=1+2%2B", true) == query_pairs{{"a b", "1 2+"}});
}

TEST_CASE("a query of very many items is cut off")
{
    std::string query;
    for (int i = 0; i < 5000; ++i)
        query += "a&";
    CHECK(parse_query(query).size() == 1000);
}

TEST_CASE("a reference is resolved as in RFC 3986, section 5.4")
{
    url base;
    REQUIRE_FALSE(parse_url("http://a:81", base));
    auto const resolved = [&](std::string_view reference) {
        url out;
        return resolve_url(base, "/b/c/d;p?q", reference, out) ? "bad" : origin(out) + request_target(out);
    };
    std::string const a = "http://a:81";
    CHECK(resolved("g") == a + "/b/c/g");
    CHECK(resolved("./g") == a + "/b/c/g");
    CHECK(resolved("g/") == a + "/b/c/g/");
    CHECK(resolved("/g") == a + "/g");
    CHECK(resolved("//g") == "http://g:80/");
    CHECK(resolved("?y") == a + "/b/c/d;p?y");
    CHECK(resolved("g?y#s") == a + "/b/c/g?y");
    CHECK(resolved("#s") == a + "/b/c/d;p?q");
    CHECK(resolved("") == a + "/b/c/d;p?q");
    CHECK(resolved(".") == a + "/b/c/");
    CHECK(resolved("..") == a + "/b/");
    CHECK(resolved("../g") == a + "/b/g");
    CHECK(resolved("../../../g") == a + "/g");
    CHECK(resolved("/../g") == a + "/g");
    CHECK(resolved("./g/.") == a + "/b/c/g/");
    CHECK(resolved("g;x=1/../y") == a + "/b/c/y");
    CHECK(resolved("..g") == a + "/b/c/..g");
    CHECK(resolved("g?y/../x") == a + "/b/c/g?y/../x");
    CHECK(resolved("https://h/x?y") == "https://h:443/x?y");
    CHECK(resolved("wss://h:8") == "wss://h:8/");
    CHECK(resolved("/x:y") == a + "/x:y");
    CHECK(resolved("\xC3\xA4?\xC3\xB6") == a + "/b/c/%C3%A4?%C3%B6");
}

TEST_CASE("a reference to where no WebSocket can be is an error")
{
    url base;
    REQUIRE_FALSE(parse_url("http://a", base));
    for (char const* reference : {"mailto:you", "ftp://h/", "http:g", "http:/g", "http://", "http://user@h/", "//user:pw@h",
             "http://h:99999/", "a b", "/\r\nX: y", "javascript:alert(1)", "//", "/\xFF"}) {
        url out;
        out.host = "before";
        CHECK_MESSAGE(resolve_url(base, "/", reference, out) == socketio::error::bad_url, reference);
        CHECK(out.host == "before");
    }
}

TEST_CASE("ws and http are the same origin, another port or host is not")
{
    auto const same = [](std::string_view a, std::string_view b) {
        url one, two;
        REQUIRE_FALSE(parse_url(a, one));
        REQUIRE_FALSE(parse_url(b, two));
        return same_origin(one, two);
    };
    CHECK(same("http://h/x", "ws://H:80/y"));
    CHECK_FALSE(same("http://h", "http://h:81"));
    CHECK_FALSE(same("http://h", "http://i"));
    CHECK_FALSE(same("http://h:443", "https://h"));
}

} // namespace url_tests

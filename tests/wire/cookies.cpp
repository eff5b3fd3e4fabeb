#include <socketio/wire/cookies.hpp>

#include <doctest/doctest.h>

#include <string>

namespace cookies_tests {

using namespace socketio::detail;
using namespace std::chrono_literals;

namespace {

constexpr http_time now{std::chrono::seconds{784111777}}; // Sun, 06 Nov 1994 08:49:37 GMT

struct jar_test {
    cookie_jar jar;

    void set(std::string_view header, std::string_view host = "a.example.com", std::string_view path = "/socket.io/", bool secure = false)
    {
        jar.set(header, {host, path, secure}, now);
    }
    std::string get(std::string_view host = "a.example.com", std::string_view path = "/socket.io/", bool secure = false,
        http_time when = now)
    {
        return jar.header({host, path, secure}, when);
    }
};

} // namespace

TEST_CASE_FIXTURE(jar_test, "a cookie goes back to its host and below its path, in the order it was set")
{
    set("a=1");
    set(" b = \"2\" ; HttpOnly; Priority=High");
    set("c=");
    CHECK(get() == "a=1; b=\"2\"; c=");
    CHECK(get("a.example.com", "/socket.io") == "a=1; b=\"2\"; c=");
    CHECK(get("a.example.com", "/socket.io/deep") == "a=1; b=\"2\"; c=");
    CHECK(get("a.example.com", "/").empty());
    CHECK(get("a.example.com", "/socket.iox").empty());
    CHECK(get("b.a.example.com").empty());
    CHECK(get("example.com").empty());
}

TEST_CASE_FIXTURE(jar_test, "the same name, domain and path is the same cookie, and an empty age deletes it")
{
    set("a=1");
    set("b=2");
    set("a=3; Path=/socket.io");
    CHECK(get() == "a=3; b=2");
    set("a=4; Path=/");
    CHECK(get() == "a=3; b=2; a=4");
    set("a=; Max-Age=0");
    CHECK(get() == "b=2; a=4");
    set("b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(get() == "a=4");
    CHECK(jar.size() == 1);
}

TEST_CASE_FIXTURE(jar_test, "longer paths go first, and Path means that path and what is below it")
{
    set("root=1; Path=/");
    set("here=2; Path=/socket.io/");
    set("elsewhere=3; Path=/other");
    set("odd=4; Path=relative");
    CHECK(get() == "here=2; odd=4; root=1");
    CHECK(get("a.example.com", "/other/deep") == "elsewhere=3; root=1");
    CHECK(get("a.example.com", "/others") == "root=1");
}

TEST_CASE_FIXTURE(jar_test, "a cookie ends at its age, which counts more than its date")
{
    set("age=1; Max-Age=10; Expires=Sun, 06 Nov 1994 08:49:38 GMT");
    set("date=2; Expires=Sun, 06-Nov-94 08:49:40 GMT");
    set("odd=3; Max-Age=x; Expires=never");
    CHECK(get("a.example.com", "/socket.io/", false, now + 2s) == "age=1; date=2; odd=3");
    CHECK(get("a.example.com", "/socket.io/", false, now + 3s) == "age=1; odd=3");
    CHECK(get("a.example.com", "/socket.io/", false, now + 10s) == "odd=3");
    set("long=4; Max-Age=99999999999999999999999999");
    CHECK(get() == "odd=3; long=4");
    set("long=4; Max-Age=-5");
    CHECK(get() == "odd=3");
}

TEST_CASE_FIXTURE(jar_test, "a Domain takes the hosts below it in, and nobody can set one that is not his")
{
    set("mine=1; Domain=example.com");
    set("dot=2; Domain=.Example.COM");
    set("own=3; Domain=a.example.com");
    CHECK(get() == "mine=1; dot=2; own=3");
    CHECK(get("b.example.com") == "mine=1; dot=2");
    CHECK(get("example.com") == "mine=1; dot=2");
    CHECK(get("b.a.example.com") == "mine=1; dot=2; own=3");
    CHECK(get("evilexample.com").empty());
    set("below=4; Domain=x.a.example.com");
    set("beside=5; Domain=b.example.com");
    set("top=6; Domain=com");
    set("other=7; Domain=example.org");
    set("tail=8; Domain=ample.com");
    CHECK(jar.size() == 3);
}

TEST_CASE_FIXTURE(jar_test, "an address and a name without a dot have nothing below them")
{
    set("a=1; Domain=127.0.0.1", "127.0.0.1");
    set("b=2; Domain=0.0.1", "127.0.0.1");
    set("c=3; Domain=localhost", "localhost");
    CHECK(get("127.0.0.1") == "a=1");
    CHECK(get("localhost") == "c=3");
    CHECK(get("x.localhost").empty());
}

TEST_CASE_FIXTURE(jar_test, "a secure cookie is set and sent with TLS only, and not replaced without")
{
    set("plain=1; Secure");
    CHECK(jar.size() == 0);
    set("safe=2; Secure", "a.example.com", "/socket.io/", true);
    set("safe=3");
    CHECK(get().empty());
    CHECK(get("a.example.com", "/socket.io/", true) == "safe=2");
}

TEST_CASE_FIXTURE(jar_test, "what is no cookie is ignored")
{
    for (char const* text : {"", "a", "=1", " =1", ";a=1", "a; b=1"})
        set(text);
    set("a=" + std::string(4095, 'x'));
    CHECK(jar.size() == 0);
    set("a=" + std::string(4094, 'x'));
    CHECK(jar.size() == 1);
}

TEST_CASE_FIXTURE(jar_test, "over fifty cookies the oldest goes, after those whose time is over")
{
    set("first=1; Max-Age=10");
    for (int i = 0; i < 50; ++i)
        jar.set("c" + std::to_string(i) + "=x; Path=/", {"a.example.com", "/", false}, now + 20s);
    CHECK(jar.size() == 50);
    CHECK(get("a.example.com", "/", false, now + 20s).starts_with("c0=x; "));
    set("last=1");
    CHECK(jar.size() == 50);
    CHECK(get("a.example.com", "/").starts_with("c1=x; "));
}

TEST_CASE("the user's cookies and the jar's are one header")
{
    CHECK(join_cookies("a=1", "b=2") == "a=1; b=2");
    CHECK(join_cookies("", "b=2") == "b=2");
    CHECK(join_cookies("a=1", "") == "a=1");
}

} // namespace cookies_tests

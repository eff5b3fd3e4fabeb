#include <socketio/wire/redirections.hpp>

#include <socketio/core/error.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace redirections_tests {

using socketio::error;
using namespace socketio::detail;

namespace {

http_head moved(std::string location, int status = 302)
{
    http_head head;
    head.status = status;
    head.headers.push_back({"Location", std::move(location)});
    return head;
}

struct redirected {
    url to;
    std::string target = "/socket.io/?EIO=4";
    std::string message;

    explicit redirected(std::string_view from) { REQUIRE_FALSE(parse_url(from, to)); }
    std::error_code follow(redirections& by, std::string location)
    {
        return by.follow(moved(std::move(location)), to, target, message);
    }
};

std::string names(std::vector<http_header> const& of)
{
    std::string text;
    for (auto const& each : of)
        text += each.name + " ";
    return text;
}

} // namespace

TEST_CASE("the statuses that name another place for the same request are redirections, if they do")
{
    for (int const status : {301, 302, 303, 307, 308})
        CHECK(is_redirection(moved("/", status)));
    for (int const status : {200, 201, 300, 304, 305, 400})
        CHECK_FALSE(is_redirection(moved("/", status)));
    http_head nowhere;
    nowhere.status = 302;
    CHECK_FALSE(is_redirection(nowhere));
    CHECK_FALSE(redirections{0}.follows(moved("/")));
    CHECK(redirections{1}.follows(moved("/")));
}

TEST_CASE("a request is led to the place of the answer, relative or not")
{
    redirections by{2};
    redirected request{"http://host:81/"};
    CHECK_FALSE(request.follow(by, "../there?a=b"));
    CHECK(request.target == "/there?a=b");
    CHECK(request.to.host == "host");
    CHECK_FALSE(request.follow(by, "https://other"));
    CHECK(request.target == "/");
    CHECK(request.to.host == "other");
    CHECK(request.to.secure);
}

TEST_CASE("more redirections than allowed, bad places and the way from https to http are errors that change nothing")
{
    redirected request{"https://host/"};
    SUBCASE("too many")
    {
        redirections by{1};
        CHECK_FALSE(request.follow(by, "/socket.io/?EIO=4"));
        CHECK(request.follow(by, "/again") == error::redirect_limit);
        CHECK(request.message.find("follow_redirects") != std::string::npos);
    }
    SUBCASE("a bad place")
    {
        redirections by{5};
        CHECK(request.follow(by, "ftp://host/") == error::redirect_invalid);
        CHECK(request.message.find("ftp://host/") != std::string::npos);
    }
    SUBCASE("without TLS")
    {
        redirections by{5};
        CHECK(request.follow(by, "http://host/") == error::redirect_insecure);
    }
    CHECK(request.to.secure);
    CHECK(request.target == "/socket.io/?EIO=4");
}

TEST_CASE("headers with secrets stay with their origin, and those for proxies stay here")
{
    std::vector<http_header> headers{{"Authorization", "a"}, {"user-agent", "b"}, {"X-Own", "c"}, {"Host", "d"},
                                     {"Proxy-Authorization", "e"}, {"Cookie", "f"}, {"X-Token", "g"}};
    auto elsewhere = headers;
    drop_secrets(headers, true, {});
    CHECK(names(headers) == "Authorization user-agent X-Own Host Cookie X-Token ");
    drop_secrets(elsewhere, false, {"x-own", "Host"});
    CHECK(names(elsewhere) == "user-agent X-Own ");
}

} // namespace redirections_tests

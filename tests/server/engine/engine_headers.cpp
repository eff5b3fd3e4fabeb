// Headers for browsers: which pages of other origins may ask, and the cookie with the session's id; as npm's server and
// its "cors" write them.
#include <socketio/server/engine_gate.hpp>

#include "support/beside_npm.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

using namespace std::chrono_literals;
using socketio::cookie_options;
using socketio::cors_options;
using socketio::http_request;
using socketio::same_site;
using socketio::server_options;
using support::beside_npm;
using support::get_request;
using support::http_caller;
using support::polling_target;
using support::post_request;
using support::upgrade_headers;
using support::websocket_target;
using support::with_sid;

namespace {
namespace headers {

std::string options_request(std::string_view headers)
{
    return "OPTIONS " + std::string{polling_target} + " HTTP/1.1\r\nHost: test\r\n" + std::string{headers} + "\r\n";
}

// What a page asks, and its browser for it.
void compare(std::string_view theirs, cors_options ours)
{
    beside_npm house{R"({"cors":)" + std::string{theirs} + "}", {.cors = std::move(ours)}};
    for (std::string_view const origin : {"Origin: https://a.example\r\n", "Origin: https://b.example\r\n",
             "Origin: https://evil.example\r\n", "Origin: null\r\n", ""}) {
        CAPTURE(theirs);
        CAPTURE(origin);
        for (std::string const& request : {get_request(polling_target, origin), get_request("/socket.io/", origin),
                 get_request(with_sid(polling_target, "x"), origin), post_request(with_sid(polling_target, "x"), "40", origin),
                 options_request(origin),
                 options_request(std::string{origin} + "Access-Control-Request-Method: POST\r\n"
                                                       "Access-Control-Request-Headers: x-one,x-two\r\n")})
            CHECK(house.ours_to(request) == house.theirs_to(request));
    }
}

std::string cookie_of(cookie_options const& options)
{
    return socketio::detail::session_cookie(options, "SID");
}

http_request from(std::string origin)
{
    return {.method = "GET", .target = "/", .headers = {{"origin", std::move(origin)}}};
}

std::string allowed(cors_options const& options, http_request const& request)
{
    for (auto const& [name, text] : socketio::detail::cors_headers(options, request))
        if (name == "Access-Control-Allow-Origin")
            return text;
    return "nobody";
}

} // namespace headers
} // namespace

TEST_CASE("pages of other origins are let in as npm's \"cors\" lets them in")
{
    SUBCASE("not at all")
    {
        headers::compare("false", {});
    }
    SUBCASE("all of them")
    {
        headers::compare(R"({"origin":"*"})", {.origin = {"*"}});
    }
    SUBCASE("some")
    {
        headers::compare(R"({"origin":["https://a.example","https://b.example"]})",
            {.origin = {"https://a.example", "https://b.example"}});
    }
    SUBCASE("some, with credentials")
    {
        headers::compare(R"({"origin":["https://a.example"],"credentials":true})",
            {.origin = {"https://a.example"}, .credentials = true});
    }
    SUBCASE("with all that can be said")
    {
        headers::compare(
            R"({"origin":["https://a.example"],"methods":["GET","POST"],"allowedHeaders":["x-mine"],"exposedHeaders":["x-ours","x-too"],"maxAge":600})",
            {.origin = {"https://a.example"},
                .methods = "GET,POST",
                .allowedHeaders = "x-mine",
                .exposedHeaders = "x-ours,x-too",
                .maxAge = 600s});
    }
}

TEST_CASE("without the preflight OPTIONS is a request like any other")
{
    beside_npm house{R"({"cors":{"origin":"*","preflightContinue":true}})", {.cors = {.origin = {"*"}, .preflight = false}}};
    CHECK(house.ours_to(headers::options_request("Origin: https://a.example\r\n"))
              .ends_with("Access-Control-Allow-Origin: *\n\n" + support::refusal_body(2, "Bad handshake method")));
}

TEST_CASE("an origin is listed exactly, or the function is asked")
{
    cors_options listed{.origin = {"https://a.example"}};
    CHECK(headers::allowed(listed, headers::from("https://a.example")) == "https://a.example");
    for (char const* const other : {"https://a.example.evil", "https://A.example", "http://a.example", "https://a.example:443",
             "https://a.example/", "a.example", "null", ""})
        CHECK_MESSAGE(headers::allowed(listed, headers::from(other)) == "nobody", other);

    cors_options asked{.origin = {"https://a.example"},
        .originAllowed = [](std::string_view origin) { return origin.ends_with(".ours"); }};
    CHECK(headers::allowed(asked, headers::from("https://a.example")) == "https://a.example");
    CHECK(headers::allowed(asked, headers::from("https://b.ours")) == "https://b.ours");
    CHECK(headers::allowed(asked, headers::from("https://b.theirs")) == "nobody");
    CHECK(headers::allowed(asked, http_request{}) == "nobody");
}

TEST_CASE("what a page sends as its origin writes no header of its own")
{
    support::server_fixture house{{.cors = {.originAllowed = [](std::string_view) { return true; }}}};
    http_caller caller{house.context, house.io.port()};
    auto const reply = caller.get(polling_target, "Origin: https://a.example; \xc3\xbc, \"x\"\r\n");
    CHECK(reply.header("Access-Control-Allow-Origin") == "https://a.example; \xc3\xbc, \"x\"");
    CHECK(reply.header("Vary") == "Origin");
    auto const preflight = caller.ask(headers::options_request("Access-Control-Request-Headers: a\tb: c\r\n"));
    CHECK(preflight.status == 204);
    CHECK(preflight.header("Access-Control-Allow-Headers") == "a\tb: c");
    auto const why = socketio::detail::verify_request({}, headers::from("x\r\nSet-Cookie: a=b"),
        {.transport = "polling", .protocol = 4}, false, std::nullopt);
    REQUIRE(why.has_value());
    CHECK(why->code == socketio::detail::refusal_code::bad_request);
    CHECK(why->context == socketio::string_pairs{{"name", "INVALID_ORIGIN"}});
}

TEST_CASE("what throws when it is asked about an origin leaves through the context, and the page is told nothing")
{
    support::server_fixture house{
        {.cors = {.originAllowed = [](std::string_view) -> bool { throw std::runtime_error("thrown"); }}}};
    http_caller caller{house.context, house.io.port()};
    caller.send(get_request(polling_target, "Origin: https://a.example\r\n"));
    CHECK(support::exceptions_until(house.context, [&] { return !caller.received().empty(); }) == 1);
    CHECK(caller.reply().status == 500);
}

TEST_CASE("the session's cookie is the one that npm's server sets")
{
    for (auto const& [theirs, ours] : {std::pair<char const*, cookie_options>{"true", {}},
             {R"({"name":"mine","path":"/app"})", {.name = "mine", .path = "/app"}},
             {R"({"domain":"example.com","secure":true,"httpOnly":false})",
                 {.domain = "example.com", .httpOnly = false, .secure = true}},
             {R"({"sameSite":"strict","maxAge":60})", {.sameSite = same_site::strict, .maxAge = 60s}},
             {R"({"sameSite":"none","secure":true})", {.secure = true, .sameSite = same_site::none}}}) {
        std::string const options = R"({"cookie":)" + std::string{theirs} + "}";
        beside_npm house{options, server_options{.cookie = ours}};
        CHECK_MESSAGE(house.ours_to(get_request(polling_target)) == house.theirs_to(get_request(polling_target)), options);
    }
}

TEST_CASE("the cookie comes with the first answer of a session, and with no other")
{
    support::server_fixture house{{.cookie = cookie_options{}}};
    http_caller caller{house.context, house.io.port()};
    auto const hello = caller.get(polling_target);
    std::string const sid = support::sid_in(hello.body);
    CHECK(hello.header("Set-Cookie") == "io=" + sid + "; Path=/; HttpOnly; SameSite=Lax");
    CHECK(caller.post(with_sid(polling_target, sid), "40").header("Set-Cookie").empty());
    CHECK(caller.get(with_sid(polling_target, sid)).header("Set-Cookie").empty());
    CHECK(caller.get(with_sid(polling_target, "x")).header("Set-Cookie").empty());
    CHECK(caller.get(websocket_target, upgrade_headers).header("Set-Cookie").empty());
    CHECK(http_caller{house.context, house.io.port()}
              .get(polling_target, "Cookie: io=x\r\n")
              .header("Set-Cookie")
              .starts_with("io="));
}

TEST_CASE("a cookie says what is asked for")
{
    CHECK(headers::cookie_of({}) == "io=SID; Path=/; HttpOnly; SameSite=Lax");
    CHECK(headers::cookie_of({.path = "", .httpOnly = false, .sameSite = same_site::unsaid}) == "io=SID");
    CHECK(headers::cookie_of({.domain = "d", .secure = true, .sameSite = same_site::none, .maxAge = 1s}) ==
          "io=SID; Max-Age=1; Domain=d; Path=/; HttpOnly; Secure; SameSite=None");
    CHECK(socketio::detail::session_cookie({}, "a;b") == "io=a%3Bb; Path=/; HttpOnly; SameSite=Lax");
}

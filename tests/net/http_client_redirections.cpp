// Redirections and cookies of the HTTP client.
#include <socketio/net/http_client.hpp>

#include "net/http_far_end.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

namespace http_client_redirections_test { // its names are common ones, and files may be compiled together

using far_end::ok;
using socketio::error;

namespace {

std::string moved(std::string_view location, std::string_view headers = {}, std::string_view status = "302 Found")
{
    return "HTTP/1.1 " + std::string{status} + "\r\nContent-Length: 0\r\nLocation: " + std::string{location} + "\r\n" +
           std::string{headers} + "\r\n";
}

} // namespace

TEST_CASE_FIXTURE(far_end::fixture, "a redirected GET is followed, and later requests of the session go there at once")
{
    settings->follow_redirects = 2;
    script = {{{moved("http://other:82/new/?EIO=4")}}, {{ok("one")}, {ok("two")}}, {{ok("three")}}};
    auto const& got = ask(get("/socket.io/?EIO=4"));
    CHECK_FALSE(got.error);
    CHECK(got.status == 200);
    CHECK(got.body == "one");
    CHECK(settings->target == "/new/?EIO=4");
    CHECK(settings->to.host == "other");
    CHECK(settings->elsewhere);
    CHECK(ask(post("x", "/new/")).body == "two");
    CHECK(seen[2].head.find("Host") == "other:82");
    auto const another = std::make_shared<far_end::detail::http_client>(on, settings);
    std::string body;
    another->request(get(), [&](far_end::detail::http_client_answer&& answered) { body = answered.body; });
    time.settle();
    CHECK(body == "three");
    CHECK(asked == "host:81;other:82;other:82;");
}

TEST_CASE_FIXTURE(far_end::fixture, "another connection of the session leaves its old server after a redirection")
{
    settings->follow_redirects = 1;
    script = {{{ok("one")}}, {{moved("http://other:82/")}}, {{ok("two")}}, {{ok("three")}}};
    ask(post("x"));
    auto const another = std::make_shared<far_end::detail::http_client>(on, settings);
    another->request(get(), [](far_end::detail::http_client_answer&&) {});
    time.settle();
    CHECK_FALSE(ends[0]->peer_ended);
    CHECK(ask(post("x")).body == "three");
    CHECK(ends[0]->peer_ended);
    CHECK(asked == "host:81;host:81;other:82;other:82;");
}

TEST_CASE_FIXTURE(far_end::fixture, "a relative redirection is of the place that redirects, and its body is not waited for")
{
    settings->follow_redirects = 5;
    script = {{{"HTTP/1.1 308 Moved\r\nContent-Length: 7000000000\r\nLocation: ../b?c\r\n\r\n"}},
              {{moved("d", "", "301 Moved")}}, {{ok("one")}}};
    CHECK(ask(get("/x/a/")).body == "one");
    CHECK(lines() == "0 GET /x/a/; 1 GET /x/b?c; 2 GET /x/d; ");
    CHECK_FALSE(settings->elsewhere);
}

TEST_CASE_FIXTURE(far_end::fixture, "a redirection back to the first origin is not elsewhere")
{
    settings->follow_redirects = 5;
    script = {{{moved("http://other/")}}, {{moved("http://host:81/")}}, {{ok("one")}}};
    CHECK(ask(get()).body == "one");
    CHECK_FALSE(settings->elsewhere);
}

TEST_CASE_FIXTURE(far_end::fixture, "redirections that may not be followed are answers, and those beyond the limit are errors")
{
    SUBCASE("the request may not")
    {
        settings->follow_redirects = 5;
        script = {{{moved("/new")}}};
        auto request = get();
        request.follow = false;
        auto const& got = ask(std::move(request));
        CHECK_FALSE(got.error);
        CHECK(got.status == 302);
        CHECK(got.find("Location") == "/new");
    }
    SUBCASE("nobody may")
    {
        script = {{{moved("/new")}}};
        auto const& got = ask(get());
        CHECK_FALSE(got.error);
        CHECK(got.status == 302);
    }
    SUBCASE("the limit is for one request")
    {
        settings->follow_redirects = 1;
        script = {{{moved("/a")}}, {{ok("one")}, {moved("/b")}}, {{moved("/c")}}, {}};
        CHECK(ask(get()).body == "one");
        auto const& got = ask(get());
        CHECK(got.error == error::redirect_limit);
        CHECK(got.status == 302);
        CHECK(got.message.find("follow_redirects") != std::string::npos);
        CHECK(ends.size() == 3);
    }
    SUBCASE("to no place")
    {
        settings->follow_redirects = 1;
        script = {{{moved("ftp://host/")}}};
        CHECK(ask(get()).error == error::redirect_invalid);
    }
    SUBCASE("no Location")
    {
        settings->follow_redirects = 1;
        script = {{{"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"}}};
        CHECK(ask(get()).status == 302);
        CHECK_FALSE(answer->error);
    }
    CHECK(settings->to.host == "host");
}

TEST_CASE_FIXTURE(far_end::fixture, "a redirected POST is an error that says so, and is sent nowhere else")
{
    settings->follow_redirects = 5;
    for (auto const* status : {"301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"}) {
        CAPTURE(status);
        script.push_back({{moved("http://other/new", "", status)}});
        auto const& got = ask(post("secret"));
        CHECK(got.error == error::redirect_invalid);
        CHECK(got.status == std::stoi(status));
        CHECK(got.message == "a POST request was redirected to http://other/new, which is not followed: use that URL");
    }
    CHECK(asked == "host:81;host:81;host:81;host:81;host:81;");
    CHECK(settings->to.host == "host");
}

TEST_CASE_FIXTURE(far_end::fixture, "secrets stay with their origin, for this and all later requests")
{
    settings->follow_redirects = 5;
    settings->headers = {{"Authorization", "secret"}, {"X-Token", "secret"}, {"X-Named", "yes"}, {"User-Agent", "me"},
                         {"Host", "named"}};
    settings->redirect_headers = {"x-named"};
    script = {{{moved("/there")}}, {{moved("http://other/")}}, {{ok("one")}, {ok("two")}}};
    ask(get());
    ask(get());
    REQUIRE(seen.size() == 4);
    CHECK(seen[1].head.find("Authorization") == "secret");
    CHECK(seen[1].head.find("Host") == "named");
    for (std::size_t i : {2U, 3U}) {
        CHECK(seen[i].head.count("Authorization") == 0);
        CHECK(seen[i].head.count("X-Token") == 0);
        CHECK(seen[i].head.find("X-Named") == "yes");
        CHECK(seen[i].head.find("User-Agent") == "me");
        CHECK(seen[i].head.find("Host") == "other");
    }
}

TEST_CASE_FIXTURE(far_end::fixture, "cookies of every answer are kept and go with every request, also those of redirections and errors")
{
    settings->follow_redirects = 5;
    settings->cookies = std::make_shared<far_end::detail::cookie_jar>();
    settings->headers = {{"Cookie", "own=0"}};
    script = {{{moved("/there", "Set-Cookie: a=1; Path=/\r\n")}},
              {{"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nSet-Cookie: b=2; Path=/\r\nSet-Cookie: a=3; Path=/\r\n\r\n"},
               {ok("", "set-cookie: c=4; Path=/\r\n")},
               {ok("")}}};
    ask(get("/"));
    ask(post("x"));
    ask(get());
    REQUIRE(seen.size() == 4);
    CHECK(seen[0].head.find("Cookie") == "own=0");
    CHECK(seen[1].head.find("Cookie") == "own=0; a=1");
    CHECK(seen[2].head.find("Cookie") == "own=0; a=3; b=2");
    CHECK(seen[3].head.find("Cookie") == "own=0; a=3; b=2; c=4");
}

} // namespace http_client_redirections_test

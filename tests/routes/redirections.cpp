// Servers that send the upgrade request elsewhere.
#include "routes.hpp"

#include <vector>

using socketio::error;
using support::check_words;
using support::stand_in;
using support::visitor;

namespace {

auto redirects_to(std::string location, std::string status = "302 Found")
{
    return [answer = "HTTP/1.1 " + status + "\r\nLocation: " + location + "\r\nContent-Length: 100\r\n\r\nnot all"](visitor& client) {
        client.read_head();
        client.write(answer);
    };
}

socketio::options following(unsigned most, socketio::options from = {})
{
    from.follow_redirects = most;
    from.forceNew = true;
    return from;
}

} // namespace

TEST_CASE_FIXTURE(route_test, "every kind of redirection is followed as far as it is allowed")
{
    std::string const there = server.url("/deep/?EIO=4&transport=websocket");
    for (char const* const status : {"301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"}) {
        stand_in first{redirects_to(there, status)};
        CHECK_MESSAGE(converses(first.url(), following(1)), status);
    }
    stand_in last{redirects_to(there)};
    stand_in middle{redirects_to(last.url("ws"))};
    stand_in first{redirects_to(middle.url())};
    CHECK(converses(first.url(), following(3)));
    CHECK(has(last.notes().at(0), "GET / HTTP/1.1\r\nHost: " + last.authority() + "\r\n"));
    check_words(refused(first.url(), following(2)), error::redirect_limit,
        "redirected more than 2 times, the last time to " + there + ": the option follow_redirects allows no more");
}

TEST_CASE_FIXTURE(route_test, "a reference means what it means where it is found")
{
    stand_in peer{[&](visitor& client) {
        std::string const head = client.read_head();
        if (has(head, "GET /socket.io/?EIO=4&transport=websocket "))
            client.write("HTTP/1.1 307 Elsewhere\r\nLocation: ../other/x?y=z#f\r\n\r\n");
        else
            client.relay(server.port(), head);
    }};
    CHECK(converses(peer.url(), following(5)));
    CHECK(has(peer.notes().at(1), "GET /other/x?y=z HTTP/1.1\r\n"));
}

TEST_CASE_FIXTURE(route_test, "without the option a redirection is a refusal that says how to allow it")
{
    stand_in peer{redirects_to("http://127.0.0.1:1/x")};
    auto const why = refused(peer.url());
    check_words(why, error::upgrade_refused,
        "HTTP 302 Found, redirected to http://127.0.0.1:1/x. Use that URL, or allow it by the option follow_redirects.");
    CHECK(why.http_status() == 302);
    stand_in other{redirects_to("/x", "300 Many")};
    check_words(refused(other.url(), following(3)), error::upgrade_refused, "HTTP 300 Many");
    stand_in nowhere{[](visitor& client) { client.read_head(); client.write("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"); }};
    check_words(refused(nowhere.url(), following(3)), error::upgrade_refused, "HTTP 302 Found");
}

TEST_CASE_FIXTURE(route_test, "a redirection to where no WebSocket can be is an error of its own, and a circle ends")
{
    for (char const* const place : {"mailto:you", "http://user:secret@host/", "ftp://host", "http:///"}) {
        stand_in peer{redirects_to(place)};
        check_words(refused(peer.url(), following(3)), error::redirect_invalid, place);
    }
    stand_in circle{redirects_to("")};
    check_words(refused(circle.url(), following(3)), error::redirect_limit, "more than 3 times");
    CHECK(circle.visitors() == 4);
}

TEST_CASE_FIXTURE(route_test, "what was meant for one server is not told to another")
{
    socketio::string_pairs const headers{{"Authorization", "Basic x"}, {"Cookie", "a=b"}, {"Host", "mine.example"}, {"X-Mine", "y"}};
    stand_in second{[&](visitor& client) {
        std::string const head = client.read_head();
        if (has(head, "GET /a "))
            client.write("HTTP/1.1 302 Found\r\nLocation: /b\r\n\r\n");
        else
            client.relay(server.port(), head);
    }};
    stand_in first{[&](visitor& client) {
        std::string const head = client.read_head();
        client.write("HTTP/1.1 302 Found\r\nLocation: " + (has(head, "GET /here ") ? second.url() + "/a" : "/here") + "\r\n\r\n");
    }};
    CHECK(converses(first.url(), following(5, {.extraHeaders = headers})));
    auto const own = first.notes();
    REQUIRE(own.size() == 2);
    CHECK(has(own[1], "Host: mine.example\r\n"));
    CHECK(has(own[1], "Authorization: Basic x\r\n"));
    CHECK(has(own[1], "Cookie: a=b\r\n"));
    for (auto const& head : second.notes()) {
        CHECK(has(head, "Host: " + second.authority() + "\r\n"));
        CHECK(has(head, "X-Mine: y\r\n"));
        CHECK_FALSE(has(head, "Authorization"));
        CHECK_FALSE(has(head, "Cookie"));
    }
}

// Servers that send the upgrade request elsewhere.
#include "routes.hpp"

#include <socketio/websocket.hpp>

#include <vector>

using socketio::error;
using support::check_words;
using support::scripted_tcp_server;
using support::scripted_connection;

namespace {

auto redirects_to(std::string location, std::string status = "302 Found")
{
    return [answer = "HTTP/1.1 " + status + "\r\nLocation: " + location + "\r\nContent-Length: 100\r\n\r\nnot all"](scripted_connection& client) {
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
        scripted_tcp_server first{redirects_to(there, status)};
        CHECK_MESSAGE(converses(first.url(), following(1)), status);
    }
    scripted_tcp_server last{redirects_to(there)};
    scripted_tcp_server middle{redirects_to(last.url("ws"))};
    scripted_tcp_server first{redirects_to(middle.url())};
    CHECK(converses(first.url(), following(3)));
    CHECK(has(last.notes().at(0), "GET / HTTP/1.1\r\nHost: " + last.authority() + "\r\n"));
    check_words(refused(first.url(), following(2)), error::redirect_limit,
        "redirected more than 2 times, the last time to " + there + ": the option follow_redirects allows no more");
}

TEST_CASE_FIXTURE(route_test, "a reference means what it means where it is found")
{
    scripted_tcp_server peer{[&](scripted_connection& client) {
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
    scripted_tcp_server peer{redirects_to("http://127.0.0.1:1/x")};
    auto const why = refused(peer.url());
    check_words(why, error::upgrade_refused,
        "HTTP 302 Found, redirected to http://127.0.0.1:1/x. Use that URL, or allow it by the option follow_redirects.");
    CHECK(why.http_status() == 302);
    scripted_tcp_server other{redirects_to("/x", "300 Many")};
    check_words(refused(other.url(), following(3)), error::upgrade_refused, "HTTP 300 Many");
    scripted_tcp_server nowhere{[](scripted_connection& client) { client.read_head(); client.write("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"); }};
    check_words(refused(nowhere.url(), following(3)), error::upgrade_refused, "HTTP 302 Found");
}

TEST_CASE_FIXTURE(route_test, "a redirection to where no WebSocket can be is an error of its own, and a circle ends")
{
    for (char const* const place : {"mailto:you", "http://user:secret@host/", "ftp://host", "http:///"}) {
        scripted_tcp_server peer{redirects_to(place)};
        check_words(refused(peer.url(), following(3)), error::redirect_invalid, place);
    }
    scripted_tcp_server circle{redirects_to("")};
    check_words(refused(circle.url(), following(3)), error::redirect_limit, "more than 3 times");
    CHECK(circle.visitors() == 4);
}

TEST_CASE_FIXTURE(route_test, "what was meant for one server is not told to another")
{
    socketio::string_pairs const headers{{"Authorization", "Basic x"}, {"Cookie", "a=b"}, {"Host", "mine.example"}, {"X-Api-Key", "y"},
                                         {"Proxy-Authorization", "Basic z"}, {"User-Agent", "mine/1"}, {"Accept-Language", "de"}};
    scripted_tcp_server second{[&](scripted_connection& client) {
        std::string const head = client.read_head();
        if (has(head, "GET /a "))
            client.write("HTTP/1.1 302 Found\r\nLocation: /b\r\n\r\n");
        else
            client.relay(server.port(), head);
    }};
    scripted_tcp_server first{[&](scripted_connection& client) {
        std::string const head = client.read_head();
        client.write("HTTP/1.1 302 Found\r\nLocation: " + (has(head, "GET /here ") ? second.url() + "/a" : "/here") + "\r\n\r\n");
    }};
    CHECK(converses(first.url(), following(5, {.extraHeaders = headers})));
    auto const own = first.notes();
    REQUIRE(own.size() == 2);
    CHECK(has(own[0], "Proxy-Authorization: Basic z\r\n"));
    CHECK_FALSE(has(own[1], "Proxy-Authorization"));
    CHECK(has(own[1], "Host: mine.example\r\n"));
    CHECK(has(own[1], "Authorization: Basic x\r\n"));
    CHECK(has(own[1], "Cookie: a=b\r\n"));
    CHECK(has(own[1], "X-Api-Key: y\r\n"));
    CHECK(second.notes().size() == 2);
    for (auto const& head : second.notes()) {
        CHECK(has(head, "Host: " + second.authority() + "\r\n"));
        CHECK(has(head, "User-Agent: mine/1\r\n"));
        CHECK(has(head, "Accept-Language: de\r\n"));
        for (auto const* const secret : {"Authorization", "Cookie", "X-Api-Key", "mine.example"})
            CHECK_FALSE_MESSAGE(has(head, secret), secret);
    }
}

TEST_CASE_FIXTURE(route_test, "headers that are named go along to another origin, but Host and Proxy-Authorization never")
{
    socketio::string_pairs const headers{{"Authorization", "Basic x"}, {"X-Api-Key", "y"}, {"X-Other", "o"}, {"Host", "mine.example"},
                                         {"Proxy-Authorization", "Basic z"}};
    scripted_tcp_server last{[&](scripted_connection& client) { client.relay(server.port(), client.read_head()); }};
    scripted_tcp_server first{redirects_to(last.url())};
    auto settings = following(1, {.extraHeaders = headers});
    settings.redirect_headers = {"authorization", "X-API-KEY", "host", "Proxy-Authorization"};
    CHECK(converses(first.url(), settings));
    auto const head = last.notes().at(0);
    CHECK(has(head, "\r\nAuthorization: Basic x\r\n"));
    CHECK(has(head, "X-Api-Key: y\r\n"));
    CHECK(has(head, "Host: " + last.authority() + "\r\n"));
    for (auto const* const kept : {"X-Other", "Proxy-Authorization", "mine.example"})
        CHECK_FALSE_MESSAGE(has(head, kept), kept);
}

TEST_CASE_FIXTURE(route_test, "a header that was left behind on the way does not come back at the first origin")
{
    std::string back;
    scripted_tcp_server second{[&](scripted_connection& client) {
        client.read_head();
        client.write("HTTP/1.1 302 Found\r\nLocation: " + back + "\r\n\r\n");
    }};
    scripted_tcp_server first{[&](scripted_connection& client) {
        std::string const head = client.read_head();
        if (has(head, "GET /again "))
            client.relay(server.port(), head);
        else
            client.write("HTTP/1.1 302 Found\r\nLocation: " + second.url() + "\r\n\r\n");
    }};
    back = first.url() + "/again";
    CHECK(converses(first.url(), following(3, {.extraHeaders = socketio::string_pairs{{"X-Api-Key", "y"}}})));
    CHECK(has(first.notes().at(0), "X-Api-Key"));
    CHECK_FALSE(has(first.notes().at(1), "X-Api-Key"));
}

TEST_CASE_FIXTURE(route_test, "a plain WebSocket keeps its headers for its own origin, too")
{
    scripted_tcp_server last{[&](scripted_connection& client) { client.relay(server.port(), client.read_head()); }};
    scripted_tcp_server first{redirects_to(last.url("ws") + "/socket.io/?EIO=4&transport=websocket")};
    for (bool const named : {false, true}) {
        socketio::websocket_options settings{.extraHeaders = {{"X-Api-Key", "y"}, {"Accept", "z"}}, .follow_redirects = 1};
        if (named)
            settings.redirect_headers = {"x-api-key"};
        socketio::websocket socket{context, first.url("ws"), std::move(settings)};
        bool open = false;
        socket.on_open([&] { open = true; });
        CHECK(until([&] { return open; }));
        CHECK(has(last.notes().back(), "Accept: z\r\n"));
        CHECK(has(last.notes().back(), "X-Api-Key") == named);
    }
}

// The client over long-polling and servers, proxies and networks that answer otherwise than they should.
#include <socketio/client.hpp>

#include "support/client.hpp"
#include "support/hand_turned_sources.hpp"
#include "support/polling_script.hpp"

#include <doctest/doctest.h>

#include <asio/error.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace polling_failures_test { // files may be compiled together

using namespace support;
using namespace std::chrono_literals;
using request = polling_script::request;
using answer = std::optional<std::string>;
using socketio::error;

namespace {

socketio::options polling_only(socketio::options from = {})
{
    from.transports = {"polling"};
    return quick(std::move(from));
}

std::string http(std::string_view status, std::string_view body, std::string_view headers = "")
{
    return polling_script::http(status, body, headers);
}

struct failing_test : client_test {
    // The error of the only attempt against a server that answers the handshake so.
    socketio::connect_error refused(std::string const& with, socketio::options from = {})
    {
        polling_script server{[&](request const&) { return answer{with}; }};
        return refused_by(server.url(), std::move(from));
    }
    socketio::connect_error refused_by(std::string const& url, socketio::options from = {})
    {
        std::optional<socketio::connect_error> why;
        auto socket = socketio::io(context, url, once_only(polling_only(std::move(from))));
        socket.on("connect_error", [&](socketio::connect_error const& e) { why = e; });
        REQUIRE(until([&] { return why.has_value(); }));
        CHECK_FALSE(socket.connected());
        return *why;
    }
};

void check_words(socketio::connect_error const& why, error code, std::string_view part)
{
    CHECK(why.code() == code);
    CHECK_MESSAGE(why.message().find(part) != std::string::npos, why.message());
}

} // namespace

TEST_CASE_FIXTURE(failing_test, "a handshake that is refused is told with its status and its body")
{
    auto const forbidden = refused(http("403 Forbidden", "not you"));
    check_words(forbidden, error::poll_failed, "HTTP 403 Forbidden, \"not you\"");
    CHECK(forbidden.http_status() == 403);
    CHECK(forbidden.http_body() == "not you");
    REQUIRE(forbidden.attempts().size() == 1);
    CHECK(forbidden.attempts()[0].transport == "polling");
    CHECK(forbidden.attempts()[0].http_status == 403);
    check_words(refused(http("404 Not Found", "")), error::not_socketio, "is the path /socket.io/ right?");
    check_words(refused(http("400 Bad Request", R"({"code":0,"message":"Transport unknown"})")), error::poll_failed,
        "Allow the transport \"polling\" on the server");
    check_words(refused(http("400 Bad Request", R"({"code":5,"message":"Unsupported protocol version"})")),
        error::wrong_protocol, "another Engine.IO version");
    check_words(refused(http("302 Found", "", "Location: http://elsewhere/\r\n")), error::poll_failed,
        "redirected to http://elsewhere/");
    check_words(refused(http("204 No Content", "")), error::poll_failed, "204");
    auto const busy = refused(http("503 Service Unavailable", "", "Retry-After: 7\r\n"));
    CHECK(busy.retry_after() == 7s);
}

TEST_CASE_FIXTURE(failing_test, "an answer that is no payload is told as what it is")
{
    auto const login = refused(http("200 OK", "<html>please log in</html>", "Content-Type: text/html; charset=utf-8\r\n"));
    check_words(login, error::not_socketio, "expected an Engine.IO payload, got text/html (200)");
    CHECK(login.http_body() == "<html>please log in</html>");
    check_words(refused(http("200 OK", "")), error::not_socketio, "expected an Engine.IO payload");
    for (char const* body : {"40", "1", "6", "2", "x"})
        check_words(refused(http("200 OK", body)), error::not_socketio, "expected an Engine.IO payload");
    for (char const* body : {"0{", "0{}", R"(0{"sid":"a","pingInterval":0,"pingTimeout":1})", R"(0{"sid":7})"})
        check_words(refused(http("200 OK", body)), error::engine_open_invalid, "before the Engine.IO handshake");
}

TEST_CASE_FIXTURE(failing_test, "answers that are no HTTP, or are cut short, end the attempt at once")
{
    for (std::string const bytes : {"nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 200 OK\r\n"}) {
        scripted_tcp_server once{[&](scripted_connection& on) {
            on.read_until("\r\n\r\n");
            on.write(bytes);
        }};
        auto const why = refused_by(once.url());
        CHECK(why.code());
        CHECK_FALSE(why.message().empty());
    }
    silent_port nobody{context};
    auto const refused_port = refused_by(nobody.url());
    CHECK(refused_port.code() == asio::error::connection_refused);
}

TEST_CASE_FIXTURE(failing_test, "a server that never answers is left after the timeout, with words for what it was")
{
    polling_script server{[](request const& asked) -> answer {
        return asked.opens() ? answer{"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"} : answer{};
    }};
    auto const why = refused_by(server.url(), {.timeout = 50ms});
    CHECK(why.code() == error::timeout);
    CHECK(why.message().find("while ") != std::string::npos);
}

TEST_CASE_FIXTURE(failing_test, "a handshake has requestTimeout, too, and the next transport has its own time")
{
    polling_script server{[](request const& asked) -> answer {
        return asked.opens() && !asked.upgrades() ? answer{"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"} : answer{};
    }};
    auto const why = refused_by(server.url(), {.requestTimeout = 50ms});
    CHECK(why.code() == error::timeout);
    auto socket = socketio::io(context, server.url(),
        once_only(by_transports({"polling", "websocket"}, {.forceNew = true, .requestTimeout = 50ms})));
    std::optional<socketio::connect_error> both;
    socket.on("connect_error", [&](socketio::connect_error const& e) { both = e; });
    REQUIRE(until([&] { return both.has_value(); }));
    REQUIRE(both->attempts().size() == 2);
    CHECK(both->attempts()[0].code == error::timeout);
    CHECK(both->attempts()[1].code == error::upgrade_refused);
}

TEST_CASE_FIXTURE(failing_test, "a poll that fails ends the session with the status and words for what to do")
{
    struct row { std::string with; int status; std::string part; };
    std::vector<row> const rows{
        {http("400 Bad Request", R"({"code":1,"message":"Session ID unknown"})"), 400, "sticky sessions"},
        {http("500 Internal Server Error", "oops"), 500, "HTTP 500 Internal Server Error, \"oops\""},
        {http("204 No Content", ""), 204, "204"},
        {"", 0, ""},
        {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\n4", 200, "in the middle of the answer"},
    };
    for (row const& each : rows) {
        std::atomic<bool> fails = false;
        polling_script server{[&](request const& asked) -> answer {
            if (fails && asked.polls())
                return answer{each.with};
            if (fails && asked.opens())
                return answer{http("503 Service Unavailable", "")};
            return {};
        }};
        std::optional<socketio::disconnect_details> details;
        std::string reason;
        auto socket = socketio::io(context, server.url(), once_only(polling_only({.forceNew = true})));
        socket.on("disconnect", [&](std::string_view why, socketio::disconnect_details const& with) {
            reason = why;
            details = with;
        });
        REQUIRE(until_connected(socket));
        fails = true;
        server.say("4" "2[\"last\"]"); // ends the pending poll; the next one fails
        REQUIRE(until([&] { return details.has_value(); }));
        CHECK(reason == "transport error");
        CHECK(details->code == error::poll_failed);
        CHECK(details->http_status == each.status);
        CHECK_MESSAGE(details->description.find(each.part) != std::string::npos, details->description);
        CHECK(details->description.starts_with("xhr poll error"));
    }
}

TEST_CASE_FIXTURE(failing_test, "a POST that fails ends the session, and is never repeated")
{
    std::atomic<int> tries = 0;
    polling_script server{[&](request const& asked) -> answer {
        if (asked.posts() && asked.body.find("once") != std::string::npos) {
            ++tries;
            return answer{""}; // it has arrived, and the connection ends without an answer
        }
        return {};
    }};
    auto socket = socketio::io(context, server.url(), once_only(polling_only()));
    std::optional<socketio::disconnect_details> details;
    socket.on("disconnect", [&](std::string_view, socketio::disconnect_details const& with) { details = with; });
    REQUIRE(until_connected(socket));
    socket.emit("once");
    REQUIRE(until([&] { return details.has_value(); }));
    CHECK(details->code == error::post_failed);
    CHECK(details->description.starts_with("xhr post error"));
    CHECK(tries == 1);
}

TEST_CASE_FIXTURE(failing_test, "events in front of a fault in a payload are delivered before the end is told")
{
    polling_script server;
    auto socket = socketio::io(context, server.url(), once_only(polling_only()));
    heard.follow(socket);
    heard.follow_events(socket);
    REQUIRE(until_connected(socket));
    server.say("42[\"one\"]\x1e" "42[\"two\"]\x1e" "nonsense\x1e" "42[\"three\"]");
    REQUIRE(until([&] { return heard.count_of("disconnect") != 0; }));
    CHECK(heard.text() == "connect | event one | event two | disconnect: transport error");
}

TEST_CASE_FIXTURE(failing_test, "a close packet is an orderly end, and what is behind it is not delivered")
{
    polling_script server;
    auto socket = socketio::io(context, server.url(), once_only(polling_only()));
    heard.follow(socket);
    heard.follow_events(socket);
    REQUIRE(until_connected(socket));
    server.say("42[\"one\"]\x1e" "1\x1e" "42[\"two\"]");
    REQUIRE(until([&] { return heard.count_of("disconnect") != 0; }));
    CHECK(heard.text() == "connect | event one | disconnect: transport close");
}

TEST_CASE_FIXTURE(failing_test, "one poll that a proxy gave up is asked again, and only one in a row")
{
    std::atomic<int> lost = 0, losses = 1;
    polling_script server{[&](request const& asked) -> answer {
        if (asked.polls() && lost < losses) {
            ++lost;
            return answer{http("504 Gateway Timeout", "by the proxy")};
        }
        return {};
    }};
    auto socket = socketio::io(context, server.url(), once_only(polling_only()));
    heard.follow(socket);
    REQUIRE(until_connected(socket));
    CHECK(lost == 1);
    server.say("42[\"still here\"]");
    heard.follow_events(socket);
    REQUIRE(until_heard("event still here"));
    losses = 3;
    server.say("42[\"and then\"]");
    REQUIRE(until([&] { return heard.count_of("disconnect") != 0; }));
    CHECK(lost == 3);
    CHECK(heard.has("disconnect: transport error"));
}

TEST_CASE_FIXTURE(failing_test, "the end of the heartbeat ends a session whose poll is never answered")
{
    polling_script server{[](request const& asked) -> answer {
        if (asked.opens())
            return answer{polling_script::ok(R"(0{"sid":"abc","upgrades":[],"pingInterval":60,"pingTimeout":60})")};
        return {};
    }};
    auto socket = socketio::io(context, server.url(), once_only(polling_only()));
    heard.follow(socket);
    REQUIRE(until_connected(socket));
    REQUIRE(until([&] { return heard.count_of("disconnect") != 0; }));
    CHECK(heard.text() == "connect | disconnect: ping timeout");
}

TEST_CASE_FIXTURE(failing_test, "a POST without an answer ends the session after requestTimeout")
{
    polling_script server{[](request const& asked) -> answer {
        return asked.posts() && asked.body.find("lost") != std::string::npos
                   ? answer{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"}
                   : answer{};
    }};
    auto socket = socketio::io(context, server.url(), once_only(polling_only({.requestTimeout = 300ms})));
    std::optional<socketio::disconnect_details> details;
    socket.on("disconnect", [&](std::string_view, socketio::disconnect_details const& with) { details = with; });
    REQUIRE(until_connected(socket));
    socket.emit("lost");
    REQUIRE(until([&] { return details.has_value(); }));
    CHECK((details->code == error::post_failed || details->code == error::poll_failed));
}

TEST_CASE_FIXTURE(failing_test, "payloads keep within the server's maxPayload, and what is too large is refused at once")
{
    polling_script server{[](request const&) { return answer{}; }, R"(,"maxPayload":100)"};
    auto socket = socketio::io(context, server.url(), polling_only());
    std::vector<std::string> refused_events;
    socket.on_error([&](socketio::event_error const& why) {
        CHECK(why.code == error::payload_too_large);
        refused_events.push_back(why.event);
    });
    REQUIRE(until_connected(socket));
    for (int i = 0; i < 20; ++i)
        socket.emit("event", std::string(30, 'x'));
    socket.emit("too large", std::string(100, 'x'));
    socket.emit("as base64", socketio::bytes(74)); // 1 + 100 as base64
    socket.emit("fits", socketio::bytes(72));
    auto const count = [&](std::string_view part) {
        std::size_t found = 0;
        for (request const& each : server.requests())
            for (auto at = each.body.find(part); at != std::string::npos; at = each.body.find(part, at + 1))
                ++found;
        return found;
    };
    REQUIRE(until([&] { return count("\"fits\"") == 1; }));
    CHECK(count("\"event\"") == 20);
    CHECK(refused_events == std::vector<std::string>{"too large", "as base64"});
    for (request const& each : server.requests())
        CHECK(each.body.size() <= 100);
}

TEST_CASE_FIXTURE(failing_test, "polls and posts have a connection each, which is kept")
{
    polling_script server;
    auto socket = socketio::io(context, server.url(), polling_only());
    REQUIRE(until_connected(socket));
    for (int i = 0; i < 20; ++i) {
        server.say("42[\"hello\"]");
        bool came = false;
        auto const handle = socket.once("hello", [&] { came = true; socket.emit("back"); });
        REQUIRE(until([&] { return came; }));
    }
    CHECK(server.connections() == 2);
    for (request const& each : server.requests()) {
        CHECK(each.head.find("Connection: close") == std::string::npos);
        if (each.posts())
            CHECK(each.head.find("Content-Type: text/plain;charset=UTF-8\r\n") != std::string::npos);
        else
            CHECK(each.connection == 0);
    }
}

TEST_CASE_FIXTURE(failing_test, "a server that answers every poll at once with nothing is asked more slowly")
{
    std::atomic<int> polls = 0;
    polling_script server{[&](request const& asked) -> answer {
        if (!asked.polls())
            return {};
        // The first one tells of the namespace, when it was asked for.
        if (polls++ == 0)
            return {};
        return answer{polling_script::ok("6")};
    }};
    auto const time = std::make_shared<hand_turned_time>();
    socketio::install_sources(context, time, nullptr);
    auto socket = socketio::io(context, server.url(), polling_only());
    REQUIRE(until_connected(socket));
    // Each turn of the clock is one more poll from here on.
    int asked = 0;
    REQUIRE(until([&] { return time->next() == hand_turned_time::start + 50ms && (asked = polls) > 20; }));
    for (int i = 1; i <= 3; ++i) {
        time->turn_to(hand_turned_time::start + i * 50ms);
        REQUIRE(until([&] { return polls == asked + i && time->next() == hand_turned_time::start + (i + 1) * 50ms; }));
    }
    CHECK(socket.connected());
}

TEST_CASE_FIXTURE(failing_test, "what a listener throws leaves through run, and no event of the payload is lost")
{
    polling_script server;
    auto socket = socketio::io(context, server.url(), polling_only());
    heard.follow(socket);
    heard.follow_events(socket);
    socket.on("b", [] { throw std::runtime_error("b has thrown"); });
    REQUIRE(until_connected(socket));
    server.say("42[\"a\"]\x1e" "42[\"b\"]\x1e" "42[\"c\"]");
    CHECK_THROWS_WITH_AS(until([] { return false; }), "b has thrown", std::runtime_error);
    CHECK(heard.text() == "connect | event a | event b");
    REQUIRE(until_heard("event c"));
    socket.io().on("drain", [] { throw std::runtime_error("drain has thrown"); });
    socket.emit("sent");
    CHECK_THROWS_WITH_AS(until([] { return false; }), "drain has thrown", std::runtime_error);
    CHECK(socket.connected());
}

TEST_CASE_FIXTURE(failing_test, "events that came before a POST was refused are delivered before the end is told")
{
    polling_script server{[&](request const& asked) -> answer {
        if (!asked.posts() || asked.body.find("refuse me") == std::string::npos)
            return {};
        return answer{http("413 Payload Too Large", std::string(7000, 'x'))};
    }};
    auto socket = socketio::io(context, server.url(), once_only(polling_only()));
    heard.follow(socket);
    heard.follow_events(socket);
    std::string words;
    socket.on("disconnect", [&](std::string_view, socketio::disconnect_details const& why) { words = why.description; });
    REQUIRE(until_connected(socket));
    socket.emit("refuse me");
    server.say("42[\"came\"]");
    REQUIRE(until([&] { return heard.count_of("disconnect") != 0; }));
    CHECK(words == "xhr post error: HTTP 413 Payload Too Large: the server takes no payload of that size");
}

TEST_CASE_FIXTURE(failing_test, "answers that the server does not read are limited, whatever fits into one request")
{
    // Every POST is answered, and each poll asks for more than the next one takes.
    std::atomic<int> asked_for = 0;
    polling_script server{[&](request const& asked) -> answer {
        if (!asked.polls() || asked_for == 0)
            return {};
        std::string questions;
        for (int i = 0; i < 20; ++i)
            questions += (questions.empty() ? "42" : "\x1e" "42") + std::to_string(asked_for++) + "[\"question\"]";
        return answer{polling_script::ok(questions)};
    }, R"(,"maxPayload":100000)"};
    socketio::options settings{.limits = {.unread_answers = 1000000}};
    auto socket = socketio::io(context, server.url(), once_only(polling_only(std::move(settings))));
    socket.on("question", [](socketio::ack reply) { reply(std::string(60000, 'x')); });
    std::optional<socketio::disconnect_details> details;
    socket.on("disconnect", [&](std::string_view, socketio::disconnect_details const& with) { details = with; });
    REQUIRE(until_connected(socket));
    asked_for = 1;
    server.say("6");
    REQUIRE(until([&] { return details.has_value(); }));
    CHECK(details->code == error::unread_answers);
    CHECK(asked_for < 1000);
}

} // namespace polling_failures_test

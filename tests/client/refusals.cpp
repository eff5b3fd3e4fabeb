// A server whose answer to the upgrade request is no: each answer has its own code, and words that say what to do.
#include <socketio/client.hpp>

#include "support/refusal.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>

using namespace std::chrono_literals;
using socketio::error;
using support::answers;
using support::check_http;
using support::check_words;
using support::refusal_test;

namespace {

constexpr std::string_view switching =
    "HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
    "Sec-WebSocket-Accept: {accept}\\r\\n\\r\\n";

} // namespace

TEST_CASE_FIXTURE(refusal_test, "an answer of 404 or 200 asks whether this is a Socket.IO server, and the path right")
{
    auto const missing = refused_by(R"({"refuse":{"status":404,"body":"not here"}})", {.path = "/elsewhere"});
    check_words(missing, error::not_socketio, "HTTP 404 Not Found. Is this a Socket.IO server, and is the path /elsewhere/ right?");
    check_http(missing, 404, "not here");
    auto const page = refused_by(R"({"refuse":{"status":200,"body":"<html>"}})");
    check_words(page, error::not_socketio, "HTTP 200 OK. Is this a Socket.IO server, and is the path /socket.io/ right?");
    check_http(page, 200, "<html>");
}

TEST_CASE_FIXTURE(refusal_test, "a redirection says where to, a refusal says the server's words")
{
    auto const moved =
        refused_by(R"({"refuse":{"status":301,"headers":{"Location":"https://elsewhere.example/x"}}})");
    check_words(moved, error::upgrade_refused, "HTTP 301 Moved Permanently, redirected to https://elsewhere.example/x");
    check_http(moved, 301, "");
    auto const busy = refused_by(R"({"refuse":{"status":503,"headers":{"Retry-After":"5"},"body":"come back later"}})");
    check_words(busy, error::upgrade_refused, R"(HTTP 503 Service Unavailable, "come back later")");
    check_http(busy, 503, "come back later");
    auto const forbidden = refused_by(R"({"refuse":{"status":403}})");
    check_words(forbidden, error::upgrade_refused, "the server refused the WebSocket upgrade: HTTP 403 Forbidden");
    check_http(forbidden, 403, "");
}

TEST_CASE_FIXTURE(refusal_test, "a body without a length is read to the end of the stream, a long one to a limit")
{
    auto const open_ended = refused_by(answers("HTTP/1.1 500 Oh\\r\\n\\r\\nall of ", R"([{"raw":"it"},{"end":true}])"));
    check_words(open_ended, error::upgrade_refused, R"(HTTP 500 Oh, "all of it")");
    check_http(open_ended, 500, "all of it");
    std::string const body(10000, 'x');
    auto const long_body = refused_by(R"({"refuse":{"status":500,"body":")" + body + R"("}})");
    CHECK(long_body.http_body() == body.substr(0, 4096));
    CHECK(long_body.message().size() < 400);
}

TEST_CASE_FIXTURE(refusal_test, "npm's server without the WebSocket transport says what to allow")
{
    support::npm_server server(R"({"transports":["polling"]})");
    auto const why = refused(server.url());
    check_words(why, error::upgrade_refused, R"("Transport unknown". Allow the transport "websocket" on the server.)");
    check_http(why, 400, R"({"code":0,"message":"Transport unknown"})");
}

TEST_CASE_FIXTURE(refusal_test, "a refusal in chunks is put together, and does not have to be waited for")
{
    auto const chunked = [](std::string_view body, std::string_view steps) {
        return answers("HTTP/1.1 500 Oh\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n" + std::string(body), steps);
    };
    support::raw_server server(support::plans(chunked("5\\r\\nin th\\r\\n009;x=y\\r\\nree ",
        R"([{"wait":5},{"raw":"parts\r"},{"wait":5},{"raw":"\n0\r\n\r\n"}])")));
    auto const started = support::steady::now();
    auto const whole = refused(server.url());
    CHECK(support::steady::now() - started < 1s);
    check_words(whole, error::upgrade_refused, R"(HTTP 500 Oh, "in three parts")");
    check_http(whole, 500, "in three parts");
    check_http(refused_by(chunked("5\\r\\nin th\\r\\n0a\\r\\nree ", R"([{"end":true}])")), 500, "in three ");
    check_http(refused_by(chunked("5\\r\\nin th\\r\\nno number", R"([{"raw":"\r\n"}])")), 500, "in th");
}

TEST_CASE_FIXTURE(refusal_test, "npm's server on another path hangs up, and the words say to look at the path")
{
    support::npm_server server(R"({"path":"/other","destroyUpgradeTimeout":20})");
    auto const why = refused(server.url());
    check_words(why, error::not_socketio,
        "the server closed the connection without answering the upgrade request. Is this a Socket.IO server, and is "
        "the path /socket.io/ right?");
    CHECK(why.http_status() == 0);
}

TEST_CASE_FIXTURE(refusal_test, "a server of Engine.IO 3 is named, whichever way it says no")
{
    constexpr auto words = "another Engine.IO version: a Socket.IO server of version 3 or later is needed";
    auto const json = refused_by(
        R"({"refuse":{"status":400,"body":"{\"code\":5,\"message\":\"Unsupported protocol version\"}"}})");
    check_words(json, error::wrong_protocol, words);
    CHECK(json.http_status() == 400);
    std::string const late = "HTTP/1.1 400 Bad Request\\r\\nConnection: close\\r\\n\\r\\nBad request";
    check_words(refused_by(answers(std::string(switching) + late)), error::wrong_protocol, words);
    check_words(refused_by(answers(switching, R"([{"wait":20},{"raw":")" + late + R"("},{"end":true}])")),
        error::wrong_protocol, words);
}

TEST_CASE_FIXTURE(refusal_test, "what is no HTTP, and a handshake that breaks RFC 6455, are told apart")
{
    check_words(refused_by(answers("SSH-2.0-OpenSSH_9.2\\r\\n")), error::http_malformed,
        "the answer to the upgrade request is not HTTP. Is this a Socket.IO server, and is the port right?");
    check_words(refused_by(answers("HTTP/1.1 101 Yes\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
                             "Sec-WebSocket-Accept: wrong\\r\\n\\r\\n")),
        error::handshake_invalid, "WebSocket handshake: the server's WebSocket handshake is not valid");
    std::string const endless(20000, 'x');
    check_words(refused_by(answers("HTTP/1.1 101 Yes\\r\\nX: " + endless)), error::http_malformed, "not HTTP");
}

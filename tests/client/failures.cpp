// Connections that fail before or after the upgrade request was answered, or cannot even be tried.
#include <socketio/client.hpp>

#include "support/peer.hpp"
#include "support/refusal.hpp"

#include <asio/error.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>

using namespace std::chrono_literals;
using socketio::error;
using support::answers;
using support::check_words;
using support::refusal_test;

TEST_CASE_FIXTURE(refusal_test, "a CONNECT without a session id is a server of Socket.IO 2")
{
    for (char const* const answer : {"40", "40{}", R"(40{"sid":""})", R"(40{"sid":7})"}) {
        CAPTURE(answer);
        support::raw_server server(support::script().open().expect("40").text(answer));
        auto socket = socketio::io(context, server.url());
        std::optional<socketio::connect_error> why;
        socket.on("connect_error", [&](socketio::connect_error const& told) { why = told; });
        REQUIRE(until([&] { return why.has_value(); }));
        check_words(*why, error::server_is_v2, "It seems you are trying to reach a Socket.IO server in v2.x with a v3.x client");
        CHECK(socket.active());
        CHECK_FALSE(socket.connected());
    }
}

TEST_CASE_FIXTURE(refusal_test, "a server that hangs up before it has answered is told as such")
{
    constexpr auto words = "the server closed the connection without answering the upgrade request";
    check_words(refused_by(answers("")), error::not_socketio, words);
    check_words(refused_by(answers("HTTP/1.1 1")), error::not_socketio, words);
    check_words(refused_by(answers("", R"([{"reset":true}])")), error::not_socketio, words);
    check_words(refused_by(answers("")), error::not_socketio,
        "is the path /socket.io/ right? Or does it speak https on this port?");
}

TEST_CASE_FIXTURE(refusal_test, "a server that resets the connection at once is told as such")
{
    auto const why = refused_by(R"({"reset":true})");
    if (why.code() == error::not_socketio)
        check_words(why, error::not_socketio, "the server closed the connection without answering the upgrade request");
    else // the reset came before this side knew of the connection
        check_words(why, asio::error::connection_reset, "connect to 127.0.0.1 port ");
}

TEST_CASE_FIXTURE(refusal_test, "a server that speaks TLS on the port is told as such, by its alert or its words")
{
    check_words(refused_by(answers("\\u0015\\u0003\\u0001\\u0000\\u0002\\u0002F")), error::http_malformed,
        "the server speaks TLS on this port: use https:// or wss://");
    for (char const* const words : {"The plain HTTP request was sent to HTTPS port",
             "You're speaking plain HTTP to an SSL-enabled server port.", "Client sent an HTTP request to an HTTPS server."}) {
        CAPTURE(words);
        check_words(refused_by(R"({"refuse":{"status":400,"body":")" + std::string{words} + R"("}})"), error::upgrade_refused,
            "HTTP 400 Bad Request, since it speaks https on this port: use https:// or wss://");
    }
}

TEST_CASE_FIXTURE(refusal_test, "nobody at the port, and a name that cannot be resolved, say where")
{
    support::silent_port const nobody(context);
    auto const closed = refused(nobody.url());
    check_words(closed, asio::error::connection_refused, "connect to 127.0.0.1 port " + nobody.url().substr(17));
    CHECK(closed.http_status() == 0);
    auto const nowhere = refused("http://does-not-exist.invalid:3000");
    CHECK(nowhere.message().starts_with("resolve does-not-exist.invalid: "));
    CHECK(nowhere.code());
    CHECK(nowhere.code().category() == asio::error::get_netdb_category());
}

TEST_CASE_FIXTURE(refusal_test, "a WebSocket server that does not speak Engine.IO is told, whatever it says first")
{
    for (auto const& first : {support::script().text("hello"), support::script().text(""), support::script().binary("30"),
             support::script().text("40{}"), support::script().text("2")})
        check_words(refused_by(first), error::not_socketio,
            "the server speaks WebSocket but not Engine.IO. Is this a Socket.IO server, and is the path right?");
}

TEST_CASE_FIXTURE(refusal_test, "a connection that ends or breaks before the Engine.IO handshake says how")
{
    check_words(refused_by(support::script().close(1008)), error::closed,
        "before the Engine.IO handshake: the server closed the connection (WebSocket close code 1008)");
    check_words(refused_by(support::script().end()), error::closed,
        "before the Engine.IO handshake: the server closed the connection");
    check_words(refused_by(support::script().hex("ff00")), error::frame_invalid,
        "before the Engine.IO handshake: invalid WebSocket frame");
    for (char const* const open : {"0", "0{", "0[]", "0{}", R"(0{"sid":"x"})", R"(0{"sid":1,"pingInterval":1,"pingTimeout":1})"}) {
        CAPTURE(open);
        check_words(refused_by(support::script().text(open)), error::engine_open_invalid,
            "before the Engine.IO handshake: invalid Engine.IO open packet");
    }
}

TEST_CASE_FIXTURE(refusal_test, "a server that never answers is a timeout at every stage of the handshake")
{
    socketio::options const brief{.timeout = 50ms};
    check_words(refused_by(R"({"silent":true})", brief), error::timeout, "timeout");
    check_words(refused_by(answers("HTTP/1.1 101 Yes\\r\\nUpgr", R"([{"expect":"x"}])"), brief), error::timeout, "timeout");
    check_words(refused_by(support::script().expect("x"), brief), error::timeout, "timeout");
}

TEST_CASE_FIXTURE(refusal_test, "from the Engine.IO handshake on there is all the time in the world")
{
    support::raw_server server(support::script().open());
    auto socket = socketio::io(context, server.url(), {.timeout = 400ms});
    heard.follow(socket);
    heard.follow(socket.io());
    REQUIRE(until_heard("open"));
    CHECK_FALSE(support::run_until(context, [&] { return heard.count_of("") > 1; }, 500ms));
    CHECK(socket.active());
    server.run(support::script().accept().steps());
    REQUIRE(until_connected(socket));
    CHECK(heard.text() == "open | connect");
}

TEST_CASE_FIXTURE(refusal_test, "a provider that never answers is a timeout, too")
{
    support::raw_server server(support::script().open().accept());
    socketio::options settings{.timeout = 50ms};
    settings.query = std::function<void(socketio::provided<socketio::string_pairs>::answer)>([](auto const&) {});
    check_words(refused(server.url(), settings), error::timeout, "timeout");
    CHECK(server.count("tcp open") == 0);
}

TEST_CASE_FIXTURE(refusal_test, "a URL that cannot be used is told once and not tried again")
{
    struct bad {
        char const* url;
        error code;
        char const* phrase;
    };
    constexpr bad all[] = {
#if !defined(SOCKETIO_WITH_TLS)
        {"https://localhost:3000", error::tls_not_available,
            "this program has no TLS: include <socketio/tls.hpp> in one of its source files and link OpenSSL"},
        {"wss://localhost:3000", error::tls_not_available, "this program has no TLS"},
        {"localhost:3203", error::tls_not_available,
            "the URL has no scheme, so it is taken for https://localhost:3203 (http://localhost:3203 is without TLS): this "
            "program has no TLS"},
        {"127.0.0.1/admin", error::tls_not_available, "is taken for https://127.0.0.1 (http://127.0.0.1 is without TLS): "},
#endif
        {"", error::bad_url, "the URL cannot be used: \"\": it is empty"},
        {"http://", error::bad_url, "the URL cannot be used: \"http://\": it names no host"},
        {"http://host:99999", error::bad_url, "its port is not a number from 1 to 65535"},
        {"http://host:port", error::bad_url, "its port is not a number from 1 to 65535"},
        {"http://[::1]:port", error::bad_url, "no IPv6 address, or what follows is no port from 1 to 65535"},
        {"ftp://host", error::bad_url, "it begins with neither http://, https://, ws:// nor wss://"},
        {"http:/host", error::bad_url, "it begins with neither http://, https://, ws:// nor wss://"},
        {"http://a b", error::bad_url, "the URL cannot be used: \"http://a b\": it has a space or a control character"},
        {"http://a\x1b[31m", error::bad_url, "\"http://a [31m\": it has a space or a control character"},
        {"http://user:secret@host", error::bad_url,
            "the URL cannot be used: \"...@host\": a user name and a password are not taken from a URL"},
        {"http://user:Se#cret@host", error::bad_url, "the URL cannot be used: \"...\": its port is not a number"},
        {"http://user:Se?cret@host", error::bad_url, "the URL cannot be used: \"...\": its port is not a number"},
        {"ftp://host/?token=secret", error::bad_url, "the URL cannot be used: \"ftp://host/\": "},
        {"http://b\xC3\xA4r", error::bad_url, "a host has letters of ASCII, digits, dots and hyphens"},
    };
    for (bad const& each : all) {
        CAPTURE(each.url);
        auto socket = socketio::io(context, each.url, support::quick());
        heard.clear();
        heard.follow(socket.io());
        std::optional<socketio::connect_error> why;
        socket.on("connect_error", [&](socketio::connect_error const& told) { why = told; });
        CHECK(idle());
        CHECK(heard.text() == "error");
        CHECK_FALSE(socket.active());
        REQUIRE(why.has_value());
        check_words(*why, each.code, each.phrase);
    }
}

TEST_CASE_FIXTURE(refusal_test, "headers of a provider that cannot stand in a request are told, and nothing is sent")
{
    support::raw_server server(support::script().open().accept());
    for (auto const& header : socketio::string_pairs{{"bad name", "x"}, {"", "x"}, {"X", "a\r\nb: c"}, {"X", "\n"}}) {
        CAPTURE(header.first);
        socketio::options settings;
        settings.extraHeaders = [&] { return socketio::string_pairs{header}; };
        check_words(refused(server.url(), settings), std::make_error_code(std::errc::invalid_argument),
            "extraHeaders: \"" + header.first + "\" is not a valid HTTP header");
    }
    CHECK(server.count("tcp open") == 0);
}

TEST_CASE_FIXTURE(refusal_test, "headers, a path and protocols that cannot stand in a request are misuse, told at the call")
{
    auto const misuse = [&](socketio::options const& settings, std::string const& words) {
        CHECK_THROWS_WITH_AS(static_cast<void>(socketio::io(context, "http://127.0.0.1:1", settings)), words.c_str(),
            std::invalid_argument);
        CHECK_THROWS_WITH_AS(
            socketio::manager(context, "http://127.0.0.1:1", settings), words.c_str(), std::invalid_argument);
    };
    for (auto const& header : socketio::string_pairs{{"bad name", "x"}, {"", "x"}, {"X", "a\r\nb: c"}, {"X", "\n"},
             {"X", std::string(1, '\0')}, {"X:", "y"}})
        misuse({.extraHeaders = {header}}, "extraHeaders: \"" + header.first + "\" is not a valid HTTP header");
    for (std::string const path : {"/a b", "/a\r\nb", "/a#b", "/\x7f", "\t"})
        misuse({.path = path}, "the path \"" + path + "\" cannot be used in a request");
    misuse({.protocols = {"good", "not good"}}, "protocols: \"not good\" is not a name, or stands there twice");
    misuse({.protocols = {"good", "good"}}, "protocols: \"good\" is not a name, or stands there twice");
    CHECK(idle());
}

TEST_CASE_FIXTURE(refusal_test, "headers of a provider that cannot stand in a request are told to the socket at the first attempt")
{
    socketio::options settings;
    settings.reconnectionDelay = settings.reconnectionDelayMax = 1h;
    settings.extraHeaders = [] { return socketio::string_pairs{{"bad name", "x"}}; };
    auto socket = socketio::io(context, "http://127.0.0.1:1", settings);
    heard.follow(socket);
    REQUIRE(until([&] { return heard.count_of("connect_error: extraHeaders") == 1; }));
    CHECK(socket.active());
}

// Peers that do not speak TLS, or not as wanted: OpenSSL's openssl_server, and servers that say something else.
#include <socketio/client.hpp>

#include "support/openssl_server.hpp"
#include "support/peer.hpp"
#include "support/tls.hpp"
#include "support/tls_streams.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace std::chrono_literals;
using socketio::error;
using socketio::detail::role;
using support::check_words;
using support::openssl_server;
using support::secure_url;

namespace {

struct peer_test : support::tls_test {
    support::certificate leaf = trusted.leaf();
    std::string cert = folder.write("cert", trusted.chain(leaf));
    std::string key = folder.write("key", leaf.key());

    std::optional<socketio::connect_error> with(std::vector<std::string> const& arguments, socketio::options settings = {})
    {
        openssl_server server(cert, key, arguments);
        return failure(server.url(), trusting(std::move(settings)));
    }
};

} // namespace

TEST_CASE_FIXTURE(peer_test, "a server that is too old to speak TLS 1.2 is told so")
{
    for (char const* const version : {"-tls1", "-tls1_1"}) {
        CAPTURE(version);
        check_words(with({version, "-cipher", "DEFAULT@SECLEVEL=0"}), error::tls_version_unsupported, "which speaks TLS 1.2 and later");
    }
    socketio::options modern;
    modern.tls.minimum_version = socketio::tls_version::tls_1_3;
    check_words(with({"-tls1_2"}, modern), error::tls_version_unsupported, "which speaks TLS 1.3 and later");
}

TEST_CASE_FIXTURE(peer_test, "ciphers that do not meet are told")
{
    socketio::options settings;
    settings.tls.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
    check_words(with({"-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"}, settings), error::tls_handshake_failed,
        "found nothing in common with this side");
}

TEST_CASE_FIXTURE(peer_test, "a server of plain HTTP is told by what it says")
{
    support::npm_server server;
    auto const why = failure(secure_url(server), trusting());
    check_words(why, error::tls_not_spoken, "the server does not speak TLS on this port (it said \"HTTP/1.1 400 Bad Request\")");
    CHECK(why->message().find("use http:// or ws://") != std::string::npos);
}

TEST_CASE_FIXTURE(peer_test, "what is not TLS is told from its first byte on, and quoted as far as it can be printed")
{
    for (std::string const& said : {std::string("220 mail.example.com ESMTP\r\n"), std::string("\x00\x01", 2), std::string("S"),
             std::string("\x16\x04\x00", 3), std::string("\x15 what", 6)}) {
        CAPTURE(said);
        support::raw_port port(context, said);
        check_words(failure(port.url(), trusting()), error::tls_not_spoken, "does not speak TLS on this port");
    }
}

TEST_CASE_FIXTURE(peer_test, "a server that hangs up in the handshake is told so")
{
    support::raw_port mute(context, "");
    check_words(failure(mute.url(), trusting()), error::tls_truncated, "without a word: does it speak TLS on this port?");
    support::raw_port half(context, std::string("\x16\x03\x03\x00\x7a\x02", 6));
    check_words(failure(half.url(), trusting()), error::tls_truncated, "closed the connection in the TLS handshake");
}

TEST_CASE_FIXTURE(peer_test, "records that make no sense end the handshake")
{
    support::raw_port nonsense(context, std::string("\x16\x03\x03\x00\x04\x02\x00\x00\x00", 9) + std::string(50, '\x16'));
    auto const why = failure(nonsense.url(), trusting());
    REQUIRE(why);
    CAPTURE(why->message());
    CHECK((why->code() == error::tls_handshake_failed || why->code() == error::tls_not_spoken));
}

TEST_CASE_FIXTURE(peer_test, "a server that never answers is a timeout")
{
    support::raw_port silent(context, std::nullopt);
    socketio::options settings = trusting();
    settings.timeout = 50ms;
    check_words(failure(silent.url(), settings), error::timeout, "timeout");
}

TEST_CASE_FIXTURE(peer_test, "a socket that is closed in the handshake calls it off")
{
    support::raw_port silent(context, std::nullopt);
    auto socket = socketio::io(context, silent.url(), trusting());
    heard.follow(socket);
    REQUIRE(until([&] { return silent.heard() != 0; }));
    socket.disconnect();
    REQUIRE(until([&] { return silent.ended(); }));
    silent.close();
    CHECK(idle());
    CHECK(heard.text().empty());
}

TEST_CASE_FIXTURE(peer_test, "a context that goes away in the handshake takes it along")
{
    auto own = std::make_unique<asio::io_context>();
    support::raw_port silent(*own, std::nullopt);
    auto socket = socketio::io(*own, silent.url(), trusting());
    REQUIRE(support::run_until(*own, [&] { return silent.heard() != 0; }));
    silent.close();
    own.reset();
    CHECK_FALSE(socket.connected());
}

TEST_CASE_FIXTURE(peer_test, "a server that wants to negotiate anew is refused that")
{
    openssl_server server(cert, key, {"-tls1_2"});
    auto const provider = support::make_tls({.ca = trusted.root.pem()}, role::client);
    auto const end = std::make_shared<support::tls_end>(context);
    end->start(*provider, support::connected_stream(context, server.port()), role::client);
    end->say("before\n");
    REQUIRE(until([&] { return server.printed("before"); }));
    server.type("R");
    // OpenSSL's server ends the connection of a client that will not.
    CHECK(until([&] { return end->ended.has_value(); }));
}

TEST_CASE_FIXTURE(peer_test, "keys are updated while the connection stands, ours too when the server asks")
{
    openssl_server server(cert, key, {"-tls1_3"});
    auto const provider = support::make_tls({.ca = trusted.root.pem()}, role::client);
    auto const end = std::make_shared<support::tls_end>(context);
    end->start(*provider, support::connected_stream(context, server.port()), role::client);
    for (char const* const command : {"k", "K", "K"}) {
        std::string const text = std::string("after ") + command + std::to_string(end->heard.size());
        end->say("before " + text + "\n");
        REQUIRE(until([&] { return server.printed("before " + text); }));
        server.type(command);
        REQUIRE(until([&] { return server.printed("SSL_do_handshake -> 1"); }));
        server.type("told " + text);
        REQUIRE(until([&] { return end->heard.ends_with("told " + text + "\n"); }));
        end->say(text + "\n");
        CHECK(until([&] { return server.printed(text); }));
    }
    CHECK_FALSE(end->ended);
}

// Two sessions back to back: TLS of either side without a socket.
#include <socketio/net/tls/session.hpp>

#include "support/certificates.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>

using socketio::error;
using socketio::tls_options;
using socketio::detail::role;
using socketio::detail::tls_context;
using socketio::detail::tls_failure;
using socketio::detail::tls_progress;
using socketio::detail::tls_session;

namespace {

std::shared_ptr<tls_context const> context_of(tls_options const& options, role own)
{
    tls_failure why;
    auto made = tls_context::make(options, own, why);
    CAPTURE(why.message);
    REQUIRE(made);
    return made;
}

// Both ends, and what is on the way between them.
struct pair {
    explicit pair(tls_options const& client_options, tls_options const& server_options, SSL_SESSION* earlier = nullptr)
        : client{context_of(client_options, role::client), "localhost", earlier},
          server{context_of(server_options, role::server), "", nullptr}
    {
    }

    // Hands over what `from` has to say, in pieces, to what `take` does with each.
    template <class Take>
    void carry(tls_session& from, tls_session& to, std::size_t piece, Take take)
    {
        std::string const bytes{from.output().view()};
        from.output().clear();
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            to.feed({bytes.data() + at, std::min(piece, bytes.size() - at)});
            take(to);
        }
    }
    void shake(std::size_t piece = 100000)
    {
        at_client = client.handshake();
        at_server = server.handshake();
        for (int i = 0; i != 4 && !(client.output().empty() && server.output().empty()); ++i) {
            carry(client, server, piece, [&](tls_session& s) { step(s, at_server); });
            carry(server, client, piece, [&](tls_session& s) { step(s, at_client); });
        }
    }
    // What comes out at the other end.
    std::string say(tls_session& from, tls_session& to, std::string_view text, std::size_t piece = 100000)
    {
        CHECK(from.write(text) == tls_progress::done);
        std::string heard;
        carry(from, to, piece, [&](tls_session& s) { heard += all_of(s); });
        return heard;
    }
    std::string all_of(tls_session& s)
    {
        std::string heard;
        std::array<char, 1000> room{};
        for (std::size_t count = 1; count != 0;) {
            last = s.read(room, count);
            heard.append(room.data(), count);
        }
        return heard;
    }

    tls_session client, server;
    tls_progress at_client{}, at_server{}, last{};

private:
    void step(tls_session& s, tls_progress& at)
    {
        if (at == tls_progress::done)
            all_of(s);
        else
            at = s.handshake();
    }
};

struct certified {
    support::authorities trusted;
    support::certificate leaf = trusted.leaf();
    tls_options server{.cert = trusted.chain(leaf), .key = leaf.key()};
    tls_options client{.ca = trusted.root.pem()};
};

} // namespace

TEST_CASE_FIXTURE(certified, "two sessions shake hands and carry text both ways, in pieces of any size")
{
    for (std::size_t const piece : {std::size_t{1}, std::size_t{7}, std::size_t{100000}}) {
        CAPTURE(piece);
        pair both{client, server};
        both.shake(piece);
        REQUIRE(both.at_client == tls_progress::done);
        REQUIRE(both.at_server == tls_progress::done);
        std::string const text(70000, 'x');
        CHECK(both.say(both.client, both.server, "hello", piece) == "hello");
        CHECK(both.last == tls_progress::wants_input);
        CHECK(both.say(both.server, both.client, text, piece) == text);
    }
}

TEST_CASE_FIXTURE(certified, "close_notify ends one direction only")
{
    pair both{client, server};
    both.shake();
    both.client.shutdown();
    CHECK(both.say(both.server, both.client, "still here") == "still here");
    both.carry(both.client, both.server, 1000, [&](tls_session& s) { both.all_of(s); });
    CHECK(both.last == tls_progress::closed);
    CHECK(both.say(both.server, both.client, "and here") == "and here");
}

TEST_CASE_FIXTURE(certified, "a session is resumed, and then the certificate is not sent again")
{
    for (auto const version : {socketio::tls_version::tls_1_2, socketio::tls_version::tls_1_3}) {
        auto const at_server = context_of(server, role::server);
        auto limited = client;
        limited.cipher_suites = "TLS_AES_128_GCM_SHA256";
        auto const own = context_of(limited, role::client);
        if (version == socketio::tls_version::tls_1_2)
            SSL_CTX_set_max_proto_version(own->handle(), TLS1_2_VERSION);
        socketio::detail::openssl_ptr<SSL_SESSION> kept;
        for (bool const again : {false, true}) {
            tls_session a{own, "localhost", kept.get()};
            tls_session b{at_server, "", nullptr};
            std::string there, back;
            for (int i = 0; i != 2; ++i) {
                a.handshake();
                there = a.output().view();
                a.output().clear();
                b.feed(there);
                b.handshake();
                back = b.output().view();
                b.output().clear();
                a.feed(back);
                a.handshake();
            }
            std::array<char, 10> room{};
            std::size_t count = 0;
            CHECK(a.read(room, count) == tls_progress::wants_input);
            CHECK(a.resumed() == again);
            kept = a.resumable();
            CHECK(kept != nullptr);
        }
    }
}

TEST_CASE_FIXTURE(certified, "a failed session leaves an alert for the peer and nothing in OpenSSL's queue of errors")
{
    pair both{tls_options{.ca = support::authorities{"Other"}.root.pem()}, server};
    both.shake();
    CHECK(both.at_client == tls_progress::failed);
    CHECK(both.client.failure().code == error::tls_unknown_authority);
    CHECK(both.at_server == tls_progress::failed);
    CHECK(both.server.failure().code == error::tls_certificate_refused);
    CHECK(both.server.failure().message.find("the client refused the certificate of this side") == 0);
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE_FIXTURE(certified, "errors that other code has left do not disturb a session")
{
    pair both{client, server};
    both.shake();
    ERR_put_error(ERR_LIB_USER, 0, 1, "", 0);
    CHECK(both.say(both.client, both.server, "hello") == "hello");
    ERR_put_error(ERR_LIB_USER, 0, 1, "", 0);
    std::array<char, 10> room{};
    std::size_t count = 0;
    CHECK(both.client.read(room, count) == tls_progress::wants_input);
}

TEST_CASE_FIXTURE(certified, "a server that trusts somebody wants a certificate, and says who was refused")
{
    server.ca = trusted.root.pem();
    auto const me = trusted.leaf({.name = "me", .hosts = ""});
    auto with = client;
    with.cert = trusted.chain(me);
    with.key = me.key();
    pair good{with, server};
    good.shake();
    CHECK(good.at_server == tls_progress::done);
    pair none{client, server};
    none.shake();
    CHECK(none.server.failure().code == error::tls_certificate_required);
    CHECK(none.server.failure().message == "the client sent no certificate");
    support::authorities const foreign{"Foreign"};
    auto const stranger = foreign.leaf();
    with.cert = foreign.chain(stranger);
    with.key = stranger.key();
    pair bad{with, server};
    bad.shake();
    CHECK(bad.server.failure().code == error::tls_unknown_authority);
    CHECK(bad.server.failure().message.find("the certificate \"Foreign Intermediate\" above the client's is signed by \"Foreign Root\"") == 0);
}

TEST_CASE_FIXTURE(certified, "a record that was changed on the way ends the session")
{
    pair both{client, server};
    both.shake();
    REQUIRE(both.client.write("hello") == tls_progress::done);
    both.client.output().data()[both.client.output().size() - 1] ^= 1;
    both.carry(both.client, both.server, 1000, [&](tls_session& s) { both.all_of(s); });
    CHECK(both.last == tls_progress::failed);
    CHECK(both.server.failure().code == error::tls_handshake_failed);
    CHECK(both.server.resumable() == nullptr);
}

TEST_CASE_FIXTURE(certified, "a server needs a certificate")
{
    tls_failure why;
    CHECK(tls_context::make({}, role::server, why) == nullptr);
    CHECK(why.code == error::tls_options_invalid);
    CHECK(why.message == "a server needs options::tls.cert and options::tls.key");
}

TEST_CASE("a host that no certificate can be for is an error, not a check left out")
{
    support::authorities const trusted;
    for (std::string const& host : {std::string{}, std::string{"."}, std::string("local\0host", 10), std::string(300, 'a')}) {
        tls_session session{context_of({.ca = trusted.root.pem()}, role::client), host, nullptr};
        CHECK(session.handshake() == tls_progress::failed);
        CHECK(session.failure().code == error::tls_handshake_failed);
    }
}

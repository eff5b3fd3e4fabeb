// Who the client is: certificates that the server asks for, and options that cannot be used.
#include <socketio/client.hpp>

#include "support/openssl_server.hpp"
#include "support/peer.hpp"
#include "support/tls.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using socketio::error;
using support::check_words;
using support::secure_url;
using support::tls_test;

namespace {

struct identity_test : tls_test {
    support::certificate leaf = trusted.leaf();
    support::certificate me = trusted.leaf({.name = "client 7", .hosts = ""});

    std::string demanding(std::string const& more = "")
    {
        return serving(leaf, R"("ca":)" + support::quoted(folder.write("ca" + std::to_string(++count_), trusted.root.pem())) + more);
    }
    socketio::options identified()
    {
        auto settings = trusting();
        settings.tls.cert = trusted.chain(me);
        settings.tls.key = me.key();
        return settings;
    }
    // Nothing is tried for options that cannot be used.
    void check_unusable(socketio::options const& settings, std::string_view phrase)
    {
        check_words(failure("https://localhost:1", settings), error::tls_options_invalid, phrase);
    }

private:
    int count_ = 0;
};

} // namespace

TEST_CASE_FIXTURE(identity_test, "a client shows its certificate to a server that asks for one")
{
    support::npm_server server(demanding());
    CHECK_FALSE(failure(secure_url(server), identified()));
    CHECK(server.log("secure", "client") == R"(["client 7"])");
}

TEST_CASE_FIXTURE(identity_test, "a client certificate that is missing is told, whatever the version of TLS")
{
    for (char const* const version : {R"(,"maxVersion":"TLSv1.2")", R"(,"minVersion":"TLSv1.3")"}) {
        CAPTURE(version);
        support::npm_server server(demanding(version));
        check_words(failure(secure_url(server), trusting()), error::tls_certificate_required,
            "give options::tls.cert and options::tls.key");
    }
}

TEST_CASE_FIXTURE(identity_test, "a client certificate that the server does not trust is told, even if the server only hangs up")
{
    support::authorities const foreign{"Foreign"};
    auto const stranger = foreign.leaf();
    auto settings = trusting();
    settings.tls.cert = foreign.chain(stranger);
    settings.tls.key = stranger.key();
    constexpr auto words = "does it trust who signed it";
    for (char const* const version : {R"(,"maxVersion":"TLSv1.2")", R"(,"minVersion":"TLSv1.3")"}) {
        CAPTURE(version);
        support::npm_server server(demanding(version));
        check_words(failure(secure_url(server), settings), error::tls_certificate_refused, words);
        support::openssl_server strict(folder.write("c", trusted.chain(leaf)), folder.write("k", leaf.key()),
            {"-Verify", "3", "-verify_return_error", "-CAfile", folder.write("r", trusted.root.pem()), "-tls1_2"});
        check_words(failure(strict.url(), settings), error::tls_certificate_refused, words);
    }
}

TEST_CASE_FIXTURE(identity_test, "an encrypted key is opened with the passphrase")
{
    support::npm_server server(demanding());
    auto settings = identified();
    settings.tls.key = me.encrypted_key("open sesame");
    int asked = 0;
    settings.tls.passphrase = [&] {
        ++asked;
        return "open sesame";
    };
    CHECK_FALSE(failure(secure_url(server), settings));
    CHECK(asked == 1);
    settings.tls.passphrase = [] { return "open barley"; };
    check_unusable(settings, "options::tls.key: the key cannot be decrypted: the passphrase is wrong");
    settings.tls.passphrase = [] { return ""; };
    check_unusable(settings, "the passphrase is wrong");
    settings.tls.passphrase = [] { return std::string(5000, 'x'); };
    check_unusable(settings, "the passphrase is wrong");
    settings.tls.passphrase = nullptr;
    check_unusable(settings, "the key is encrypted, and there is no options::tls.passphrase");
    settings.tls.passphrase = []() -> std::string { throw std::runtime_error("no"); };
    check_unusable(settings, "threw an exception");
}

TEST_CASE_FIXTURE(identity_test, "certificate and key may be in one file")
{
    support::npm_server server(demanding());
    auto settings = trusting();
    settings.tls.cert_file = folder.write("both", me.key() + trusted.chain(me));
    CHECK_FALSE(failure(secure_url(server), settings));
}

TEST_CASE_FIXTURE(identity_test, "options that cannot be used name the option, the file and the reason")
{
    socketio::options settings;
    settings.tls.ca_file = "/does/not/exist.pem";
    check_unusable(settings, "options::tls.ca_file, /does/not/exist.pem: No such file or directory");
    settings.tls = {.ca_file = folder.name()};
    check_unusable(settings, "Is a directory");
    settings.tls = {.ca_file = folder.write("empty", "")};
    check_unusable(settings, "there is no certificate in it");
    settings.tls = {.ca = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"};
    check_unusable(settings, "options::tls.ca: not PEM");
    settings.tls = {.ca_directory = "/does/not/exist"};
    check_unusable(settings, "options::tls.ca_directory, /does/not/exist: is no directory");
    settings.tls = {.crl = me.pem()};
    check_unusable(settings, "options::tls.crl: there is no revocation list in it");
    settings.tls = {.cert = me.pem()};
    check_unusable(settings, "options::tls.cert: there is no private key in it");
    settings.tls = {.key = me.key()};
    check_unusable(settings, "options::tls.key is given, and no options::tls.cert");
    settings.tls = {.cert = me.pem(), .key = leaf.key()};
    check_unusable(settings, "the key does not belong to the certificate");
    settings.tls = {.ciphers = "NO-SUCH-CIPHER"};
    check_unusable(settings, "options::tls.ciphers, \"NO-SUCH-CIPHER\"");
    settings.tls = {.cipher_suites = "NONE"};
    check_unusable(settings, "options::tls.cipher_suites, \"NONE\"");
    for (char const* const pin : {"", "sha1/AAAA", "sha256/AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}) {
        settings.tls = {.pinned_keys = {pin}};
        check_unusable(settings, "options::tls.pinned_keys");
    }
}

TEST_CASE_FIXTURE(identity_test, "options that cannot be used are not tried again; when they have been put right, connect() will do")
{
    support::npm_server server(demanding());
    auto settings = support::quick(trusting());
    settings.tls.cert_file = folder.name() + "/later";
    auto socket = socketio::io(context, secure_url(server), settings);
    heard.follow(socket);
    CHECK(idle());
    CHECK(heard.count_of("connect_error") == 1);
    CHECK_FALSE(socket.active());
    folder.write("later", trusted.chain(me) + me.key());
    socket.connect();
    CHECK(until_heard("connect"));
}

TEST_CASE_FIXTURE(identity_test, "a server's certificate that is refused is tried again, as the reference does")
{
    support::npm_server server(serving(leaf));
    auto socket = socketio::io(context, secure_url(server), support::quick());
    heard.follow(socket);
    CHECK(until([&] { return heard.count_of("connect_error") == 3; }));
    CHECK(socket.active());
}

TEST_CASE_FIXTURE(identity_test, "a passphrase's function may close the socket that asks")
{
    auto settings = identified();
    settings.tls.key = me.encrypted_key("x");
    socketio::socket* asking = nullptr;
    settings.tls.passphrase = [&] {
        asking->disconnect();
        return "x";
    };
    auto socket = socketio::io(context, "https://localhost:1", settings);
    asking = &socket;
    heard.follow(socket);
    CHECK(idle());
    CHECK(heard.text().empty());
}

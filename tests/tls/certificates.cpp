// Which certificates a client accepts, and what it says of those that it does not.
#include <socketio/client.hpp>

#include "support/peer.hpp"
#include "support/tls.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <utility>

using socketio::error;
using support::certificate;
using support::certificate_form;
using support::check_words;
using support::secure_url;

namespace {

struct certificate_test : support::tls_test {
    // How a client that trusts the root gets on with a server whose leaf is this, when it asks for `host`.
    std::optional<socketio::connect_error> with(certificate_form const& form, std::string_view host = "localhost")
    {
        support::npm_server server(serving(trusted.leaf(form)));
        return failure(secure_url(server, host), trusting());
    }
    // The same, by a name for which there is no address: it is asked for and looked for instead of the URL's.
    std::optional<socketio::connect_error> named(std::string const& hosts, std::string const& name)
    {
        support::npm_server server(serving(trusted.leaf({.hosts = hosts})));
        auto settings = trusting();
        settings.tls.server_name = name;
        return failure(secure_url(server), settings);
    }
};

} // namespace

TEST_CASE_FIXTURE(certificate_test, "a certificate for another host is refused, and both are named")
{
    auto const why = with({.hosts = "DNS:example.com,DNS:*.example.com,IP:10.0.0.1,IP:fd00::1"});
    check_words(why, error::tls_host_mismatch, "is for example.com, *.example.com, 10.0.0.1, fd00::1, not for \"localhost\"");
    CHECK(why->message().find("is the host in the URL right?") != std::string::npos);
}

TEST_CASE_FIXTURE(certificate_test, "an address in the URL is looked for among the certificate's addresses")
{
    CHECK_FALSE(with({.hosts = "IP:127.0.0.1"}, "127.0.0.1"));
    check_words(with({.hosts = "IP:127.0.0.2,DNS:127.0.0.1"}, "127.0.0.1"), error::tls_host_mismatch, "not for \"127.0.0.1\"");
}

TEST_CASE_FIXTURE(certificate_test, "a wildcard stands for one whole label")
{
    CHECK_FALSE(named("DNS:*.example.com", "www.example.com"));
    CHECK_FALSE(named("DNS:*.example.com", "www.example.com."));
    check_words(named("DNS:*.example.com", "a.b.example.com"), error::tls_host_mismatch, "not for \"a.b.example.com\"");
    check_words(named("DNS:*.example.com", "example.com"), error::tls_host_mismatch, "not for \"example.com\"");
    check_words(named("DNS:w*.example.com", "www.example.com"), error::tls_host_mismatch, "w*.example.com");
}

TEST_CASE_FIXTURE(certificate_test, "the subject's common name is no host")
{
    check_words(with({.name = "localhost", .hosts = ""}), error::tls_host_mismatch, "is for no host at all");
    check_words(with({.name = "localhost", .hosts = "DNS:example.com"}), error::tls_host_mismatch, "is for example.com");
}

TEST_CASE_FIXTURE(certificate_test, "a certificate that has expired says since when")
{
    auto const why = with({.name = "old", .valid_from = -9000, .valid_until = -100});
    check_words(why, error::tls_certificate_expired, "\"old\" expired on 2");
    CHECK(why->message().find("UTC") != std::string::npos);
}

TEST_CASE_FIXTURE(certificate_test, "a certificate that is not valid yet says from when on, and what the clock here says")
{
    auto const why = with({.valid_from = 5000, .valid_until = 9000});
    check_words(why, error::tls_certificate_not_yet_valid, "\"leaf\" is valid from 2");
    CHECK(why->message().find("is the clock right?") != std::string::npos);
}

TEST_CASE_FIXTURE(certificate_test, "a self-signed certificate is refused, unless it is the one that is trusted")
{
    certificate const alone{certificate_form{.name = "alone"}};
    support::npm_server server(serving(alone.pem(), alone.key()));
    check_words(failure(secure_url(server), trusting()), error::tls_self_signed, "\"alone\" is self-signed");
    socketio::options settings;
    settings.tls.ca = alone.pem();
    CHECK_FALSE(failure(secure_url(server), settings));
}

TEST_CASE_FIXTURE(certificate_test, "an authority that nobody here knows is named")
{
    support::authorities const foreign{"Foreign"};
    auto const leaf = foreign.leaf();
    support::npm_server server(serving(foreign.chain(leaf), leaf.key()));
    check_words(failure(secure_url(server), trusting()), error::tls_unknown_authority, "is signed by \"Foreign Root\"");
    support::npm_server whole(serving(foreign.chain(leaf) + foreign.root.pem(), leaf.key()));
    check_words(failure(secure_url(whole), trusting()), error::tls_unknown_authority, "\"Foreign Root\" above the server's is that of an authority");
}

TEST_CASE_FIXTURE(certificate_test, "an authority that only has a trusted one's name is none")
{
    support::authorities const impostor;
    auto const leaf = impostor.leaf();
    support::npm_server server(serving(impostor.chain(leaf), leaf.key()));
    check_words(failure(secure_url(server), trusting()), error::tls_certificate_invalid, "certificate signature failure");
}

TEST_CASE_FIXTURE(certificate_test, "a server that does not send its intermediate certificate is told as such, and the system's list named")
{
    auto const leaf = trusted.leaf();
    support::npm_server server(serving(leaf.pem(), leaf.key()));
    auto const why = failure(secure_url(server), trusting());
    check_words(why, error::tls_unknown_authority, "\"leaf\" is signed by \"Test Intermediate\"");
    CHECK(why->message().find("send its intermediate certificates") != std::string::npos);
    auto settings = trusting();
    settings.tls.ca = trusted.middle.pem();
    CHECK_FALSE(failure(secure_url(server), settings));
}

TEST_CASE_FIXTURE(certificate_test, "a revoked certificate is refused by a list, others are not")
{
    auto const good = trusted.leaf();
    auto const bad = trusted.leaf({.name = "stolen"});
    support::npm_server server(serving(good));
    support::npm_server thief(serving(bad));
    auto settings = trusting();
    CHECK_FALSE(failure(secure_url(thief), settings));
    settings.tls.crl = trusted.middle.revoking({&bad});
    CHECK_FALSE(failure(secure_url(server), settings));
    check_words(failure(secure_url(thief), settings), error::tls_certificate_revoked, "\"stolen\" has been revoked");
    settings.tls.crl_file = folder.write("crl", std::exchange(settings.tls.crl, ""));
    check_words(failure(secure_url(thief), settings), error::tls_certificate_revoked, "has been revoked");
    settings.tls = {.ca = trusted.root.pem(), .crl = trusted.middle.revoking({}, -10)};
    check_words(failure(secure_url(server), settings), error::tls_certificate_invalid, "the revocation list for it has expired");
}

TEST_CASE_FIXTURE(certificate_test, "an intermediate authority that is revoked is refused as well")
{
    support::npm_server server(serving(trusted.leaf()));
    auto settings = trusting();
    settings.tls.crl = trusted.root.revoking({&trusted.middle});
    check_words(failure(secure_url(server), settings), error::tls_certificate_revoked, "\"Test Intermediate\" above the server's has been revoked");
}

TEST_CASE_FIXTURE(certificate_test, "one key of the verified chain must be pinned")
{
    auto const leaf = trusted.leaf();
    certificate const stranger{certificate_form{}};
    support::npm_server server(serving(leaf));
    auto settings = trusting();
    for (certificate const* const right : std::initializer_list<certificate const*>{&leaf, &trusted.middle, &trusted.root}) {
        settings.tls.pinned_keys = {support::pin_of(stranger), support::pin_of(*right)};
        CHECK_FALSE(failure(secure_url(server), settings));
    }
    settings.tls.pinned_keys = {support::pin_of(stranger)};
    check_words(failure(secure_url(server), settings), error::tls_pin_mismatch, "the key of its own is " + support::pin_of(leaf));
    CHECK(server.count("secure") == 3);
}

TEST_CASE_FIXTURE(certificate_test, "a certificate that was sent and is not in the verified chain does not count for a pin")
{
    certificate const stranger{certificate_form{.name = "Stranger", .hosts = "", .authority = true}};
    auto const leaf = trusted.leaf();
    support::npm_server server(serving(trusted.chain(leaf) + stranger.pem(), leaf.key()));
    auto settings = trusting();
    settings.tls.pinned_keys = {support::pin_of(stranger)};
    check_words(failure(secure_url(server), settings), error::tls_pin_mismatch, "");
}

TEST_CASE_FIXTURE(certificate_test, "verification is off when that is asked for, and a pin still holds the server's own key")
{
    certificate const alone{certificate_form{.hosts = "DNS:example.com", .valid_until = -50}};
    support::npm_server server(serving(alone.pem(), alone.key()));
    socketio::options settings;
    settings.tls.dangerously_accept_any_certificate = true;
    CHECK_FALSE(failure(secure_url(server), settings));
    settings.tls.pinned_keys = {support::pin_of(alone)};
    CHECK_FALSE(failure(secure_url(server), settings));
    settings.tls.pinned_keys = {support::pin_of(trusted.root)};
    check_words(failure(secure_url(server), settings), error::tls_pin_mismatch, "options::tls.pinned_keys");
}

TEST_CASE_FIXTURE(certificate_test, "without an authority of its own a client trusts the system's")
{
    support::npm_server server(serving(trusted.leaf()));
    check_words(failure(secure_url(server), {}), error::tls_unknown_authority, "the system's list is used: ca-certificates");
    support::environment_variable const file("SSL_CERT_FILE", folder.write("system", trusted.root.pem()));
    CHECK_FALSE(failure(secure_url(server), {}));
}

TEST_CASE_FIXTURE(certificate_test, "a folder of certificates is searched by hash")
{
    support::npm_server server(serving(trusted.leaf()));
    socketio::options settings;
    settings.tls.ca_directory = folder.name();
    check_words(failure(secure_url(server), settings), error::tls_unknown_authority, "");
    folder.write(support::hashed_name(trusted.root), trusted.root.pem());
    CHECK_FALSE(failure(secure_url(server), settings));
}

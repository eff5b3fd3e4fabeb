// A context of the user's own in options::tls.context.
#include <socketio/tls.hpp>

#include "support/peer.hpp"
#include "support/tls.hpp"

#include <openssl/ssl.h>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

using socketio::error;
using support::check_words;
using support::secure_url;

namespace {

// What asio::ssl::context is to us. As that, it verifies nobody unless it is told to.
class some_context {
public:
    explicit some_context(std::shared_ptr<bool> gone) : handle_{SSL_CTX_new(TLS_method())}, gone_{std::move(gone)} {}
    some_context(some_context const&) = delete;
    some_context& operator=(some_context const&) = delete;
    ~some_context()
    {
        SSL_CTX_free(handle_);
        *gone_ = true;
    }
    SSL_CTX* native_handle() { return handle_; }

private:
    SSL_CTX* handle_;
    std::shared_ptr<bool> gone_;
};

} // namespace

TEST_CASE_FIXTURE(support::tls_test, "a ready context is used and kept, and peers are verified with it although it does not ask for that")
{
    auto const leaf = trusted.leaf();
    support::npm_server server(serving(leaf));
    auto const gone = std::make_shared<bool>(false);
    {
        auto mine = std::make_shared<some_context>(gone);
        SSL_CTX* const handle = mine->native_handle();
        socketio::options settings;
        settings.tls.context = socketio::use_tls_context(std::move(mine));
        check_words(failure(secure_url(server), settings), error::tls_unknown_authority, "is signed by \"Test Root\"");
        X509_STORE_add_cert(SSL_CTX_get_cert_store(handle), trusted.root.get());
        CHECK_FALSE(failure(secure_url(server), settings));
        settings.tls.server_name = "example.com";
        check_words(failure(secure_url(server), settings), error::tls_host_mismatch, "not for \"example.com\"");
        CHECK_FALSE(*gone);
    }
    CHECK(idle());
    CHECK(*gone);
}

TEST_CASE_FIXTURE(support::tls_test, "the verification callback of a ready context has the last word")
{
    auto const leaf = trusted.leaf();
    support::npm_server server(serving(leaf));
    auto const gone = std::make_shared<bool>(false);
    auto const mine = std::make_shared<some_context>(gone);
    static int calls;
    calls = 0;
    SSL_CTX_set_verify(mine->native_handle(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX* verifying) {
        ++calls;
        X509_STORE_CTX_set_error(verifying, X509_V_OK);
        return 1;
    });
    socketio::options settings;
    settings.tls.context = socketio::use_tls_context(mine);
    CHECK_FALSE(failure(secure_url(server), settings));
    CHECK(calls > 0);
}

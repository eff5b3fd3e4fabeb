// Why TLS failed: one of our errors, and words that say what to do. Knows OpenSSL's many reasons and alerts.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/core/role.hpp>
#include <socketio/net/tls/openssl.hpp>
#include <socketio/net/tls_options.hpp>

#include <ctime>
#include <string>
#include <string_view>
#include <system_error>

namespace socketio::detail {

struct tls_failure {
    std::error_code code{};
    std::string words{};
};

// What is known about a handshake when it fails.
struct tls_circumstances {
    role own = role::client;
    std::string_view host{};
    tls_version minimum = tls_version::tls_1_2;
    bool certificate_wanted = false; // the peer has asked for one
    bool has_certificate = false;
    std::time_t now = 0;
};

// Takes all that is in OpenSSL's error queue of this thread, and leaves it empty.
SOCKETIO_TLS_DECL tls_failure take_failure(tls_circumstances const& at);
// OpenSSL's words for its oldest error; leaves the queue empty.
SOCKETIO_TLS_DECL std::string take_reason();

// Why the certificate that is looked at was refused. Within a verify callback.
SOCKETIO_TLS_DECL tls_failure certificate_failure(X509_STORE_CTX* verifying, tls_circumstances const& at);

// The first bytes of a peer that does not speak TLS.
SOCKETIO_TLS_DECL tls_failure not_tls(std::string_view began, role own);

// The peer has hung up in the handshake; `silent`: without a word.
SOCKETIO_TLS_DECL tls_failure hung_up(tls_circumstances const& at, bool silent);

// "sha256/" and the base64 of the SHA-256 of the certificate's SubjectPublicKeyInfo.
SOCKETIO_TLS_DECL std::string public_key_pin(X509* of);

} // namespace socketio::detail

#if defined(SOCKETIO_TLS_HEADER_ONLY)
#include <socketio/net/tls/impl/certificate_failure.ipp>
#include <socketio/net/tls/impl/tls_failure.ipp>
#endif

// A failure of TLS: an error of the library, and a message with advice. Knows OpenSSL's many reasons and alerts.
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
    std::string message{};
};

// The state of a handshake when it fails.
struct tls_circumstances {
    role own = role::client;
    std::string_view host{};
    tls_version minimum = tls_version::tls_1_2;
    bool certificate_wanted = false; // the peer has asked for one
    bool has_certificate = false;
    std::time_t now = 0;
};

// Reads OpenSSL's whole error queue of this thread, and empties it.
SOCKETIO_TLS_DECL tls_failure take_failure(tls_circumstances const& at);
// OpenSSL's text for its oldest error; empties the queue.
SOCKETIO_TLS_DECL std::string take_reason();

// The reason why the current certificate was rejected. Call it within a verify callback.
SOCKETIO_TLS_DECL tls_failure certificate_failure(X509_STORE_CTX* verifying, tls_circumstances const& at);

// The failure for a peer that does not speak TLS, with its first bytes.
SOCKETIO_TLS_DECL tls_failure not_tls(std::string_view began, role own);

// The failure for a peer that closed during the handshake; `silent`: without sending a byte.
SOCKETIO_TLS_DECL tls_failure hung_up(tls_circumstances const& at, bool silent);

// "sha256/" and the base64 of the SHA-256 of the certificate's SubjectPublicKeyInfo.
SOCKETIO_TLS_DECL std::string public_key_pin(X509* of);

} // namespace socketio::detail

#if defined(SOCKETIO_TLS_HEADER_ONLY)
#include <socketio/net/tls/impl/certificate_failure.ipp>
#include <socketio/net/tls/impl/tls_failure.ipp>
#endif

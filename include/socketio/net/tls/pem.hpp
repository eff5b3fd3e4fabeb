// Reads certificates, keys and revocation lists from PEM text (RFC 7468), which may be in a file.
#pragma once

#include <socketio/net/tls/tls_failure.hpp>
#include <socketio/net/tls/openssl.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::detail {

// One option that may be a text or a file's name; `name` is the option's, for error messages.
struct pem_source {
    std::string_view name;
    std::string const& text;
    std::string const& file;

    bool is_given() const noexcept { return !text.empty() || !file.empty(); }
    // "options::tls.ca_file, /etc/ca.pem"
    std::string description() const;
};

// Each returns its objects, or fills `reason` with error::tls_options_invalid if there are none.
SOCKETIO_TLS_DECL std::string pem_text(pem_source const& from, tls_failure& failure);
SOCKETIO_TLS_DECL std::vector<openssl_ptr<X509>> pem_certificates(pem_source const& from, tls_failure& failure);
SOCKETIO_TLS_DECL std::vector<openssl_ptr<X509_CRL>> pem_revocations(pem_source const& from, tls_failure& failure);
SOCKETIO_TLS_DECL openssl_ptr<EVP_PKEY> pem_private_key(pem_source const& from,
                                                        std::function<std::string()> const& passphrase,
                                                        tls_failure& failure);

SOCKETIO_TLS_DECL tls_failure bad_option(std::string message);

} // namespace socketio::detail

#if defined(SOCKETIO_TLS_HEADER_ONLY)
#include <socketio/net/tls/impl/pem.ipp>
#endif

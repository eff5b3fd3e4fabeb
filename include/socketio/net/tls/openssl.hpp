// All headers of OpenSSL that the library uses (1.1.1 or 3), and owners of its objects. No global state except
// OpenSSL's own.
#pragma once

#include <socketio/core/config.hpp>

#if defined(__has_include)
#if !__has_include(<openssl/ssl.h>)
#error "<socketio/tls.hpp> needs OpenSSL 1.1.1 or 3: install libssl-dev and link -lssl -lcrypto"
#endif
#endif

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <memory>

// Compiled into the library only if that is built with TLS. Otherwise inline.
#if defined(SOCKETIO_SEPARATE_COMPILATION) && defined(SOCKETIO_WITH_TLS)
#define SOCKETIO_TLS_DECL
#else
#define SOCKETIO_TLS_HEADER_ONLY 1
#define SOCKETIO_TLS_DECL inline
#endif

namespace socketio::detail {

struct openssl_free {
    void operator()(BIO* what) const noexcept { BIO_free(what); }
    void operator()(BIO_METHOD* what) const noexcept { BIO_meth_free(what); }
    void operator()(EVP_PKEY* what) const noexcept { EVP_PKEY_free(what); }
    void operator()(GENERAL_NAMES* what) const noexcept { GENERAL_NAMES_free(what); }
    void operator()(SSL* what) const noexcept { SSL_free(what); }
    void operator()(SSL_CTX* what) const noexcept { SSL_CTX_free(what); }
    void operator()(SSL_SESSION* what) const noexcept { SSL_SESSION_free(what); }
    void operator()(X509* what) const noexcept { X509_free(what); }
    void operator()(X509_CRL* what) const noexcept { X509_CRL_free(what); }
};

template <class T>
using openssl_ptr = std::unique_ptr<T, openssl_free>;

} // namespace socketio::detail

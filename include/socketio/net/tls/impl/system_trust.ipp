// Windows has its own list of authorities, by which its programs decide.
#pragma once

#include <socketio/net/tls/system_trust.hpp>

#if defined(_WIN32)
#include <winsock2.h>
#include <windows.h>

#include <wincrypt.h>

#include <algorithm>
#include <string_view>

// These macros would take the names of OpenSSL's types. OpenSSL removes them too, where its headers come later.
#undef X509_NAME
#undef X509_EXTENSIONS
#undef PKCS7_ISSUER_AND_SERIAL
#undef PKCS7_SIGNER_INFO
#undef OCSP_REQUEST
#undef OCSP_RESPONSE
#endif

namespace socketio::detail {

#if defined(_WIN32)
// False for the authorities of signed programs alone, say, and for those that the system's owner has disabled.
inline bool vouches_for_servers(PCCERT_CONTEXT authority) noexcept
{
    union {
        CERT_ENHKEY_USAGE usage;
        unsigned char bytes[4096];
    } room{};
    DWORD size = sizeof room;
    if (!::CertGetEnhancedKeyUsage(authority, 0, &room.usage, &size))
        return false;
    auto const* const first = room.usage.rgpszUsageIdentifier;
    auto const count = room.usage.cUsageIdentifier;
    if (count == 0)
        return ::GetLastError() == static_cast<DWORD>(CRYPT_E_NOT_FOUND); // for everything
    return std::any_of(first, first + count,
        [](char const* each) { return std::string_view{each} == szOID_PKIX_KP_SERVER_AUTH; });
}

inline void trust_store(SSL_CTX* by, HCERTSTORE store) noexcept
{
    for (PCCERT_CONTEXT each = nullptr; (each = ::CertEnumCertificatesInStore(store, each)) != nullptr;) {
        unsigned char const* bytes = each->pbCertEncoded;
        if (!vouches_for_servers(each))
            continue;
        if (openssl_ptr<X509> const made{d2i_X509(nullptr, &bytes, static_cast<long>(each->cbCertEncoded))})
            X509_STORE_add_cert(SSL_CTX_get_cert_store(by), made.get());
    }
}
#endif

SOCKETIO_TLS_DECL void trust_system(SSL_CTX* by) noexcept
{
    SSL_CTX_set_default_verify_paths(by);
#if defined(_WIN32)
    if (HCERTSTORE const store = ::CertOpenSystemStoreW(0, L"ROOT")) {
        trust_store(by, store);
        ::CertCloseStore(store, 0);
    }
#endif
}

} // namespace socketio::detail

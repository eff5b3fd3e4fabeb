// Configures OpenSSL's context, with safe defaults.
#pragma once

#include <socketio/net/tls/context.hpp>
#include <socketio/net/tls/pem.hpp>
#include <socketio/net/tls/system_trust.hpp>
#include <socketio/net/tls/wire.hpp>

#include <filesystem>
#include <string_view>

namespace socketio::detail {

SOCKETIO_TLS_DECL tls_context::tls_context(tls_options const& from, role own)
    : wire_{make_tls_wire()}, own_{own}, server_name_{from.server_name}, pinned_keys_{from.pinned_keys},
      minimum_{from.minimum_version}, accepts_any_{from.dangerously_accept_any_certificate},
      resumes_{from.session_resumption}
{
}

SOCKETIO_TLS_DECL std::shared_ptr<tls_context const> tls_context::make(tls_options const& from, role own,
                                                                       tls_failure& failure)
{
    std::shared_ptr<tls_context> const made{new tls_context{from, own}};
    if (!made->is_pin_list(failure))
        return nullptr;
    if (from.context) {
        made->owner_ = from.context;
        made->ready_ = static_cast<SSL_CTX*>(from.context.get());
        made->has_certificate_ = SSL_CTX_get0_certificate(made->ready_) != nullptr;
        return made;
    }
    ERR_clear_error();
    made->handle_.reset(SSL_CTX_new(TLS_method()));
    if (!made->handle_)
        failure = bad_option("OpenSSL gives no context: " + take_reason());
    return made->handle_ && made->fill(from, failure) ? made : nullptr;
}

SOCKETIO_TLS_DECL bool tls_context::is_pin_list(tls_failure& failure) const
{
    for (std::string const& pin : pinned_keys_) {
        std::string digest;
        if (!pin.starts_with("sha256/") || !base64_decode(std::string_view{pin}.substr(7), digest) ||
            digest.size() != 32)
            failure =
                bad_option("options::tls.pinned_keys: \"" + pin + "\" is not \"sha256/\" and the base64 of 32 bytes");
    }
    return !failure.code;
}

SOCKETIO_TLS_DECL bool tls_context::fill(tls_options const& from, tls_failure& failure)
{
    return set_protocol(from, failure) && set_trust(from, failure) && set_revocations(from, failure) &&
           set_identity(from, failure);
}

inline int version_number(tls_version version)
{
    switch (version) {
    case tls_version::tls_1_0: return TLS1_VERSION;
    case tls_version::tls_1_1: return TLS1_1_VERSION;
    case tls_version::tls_1_2: return TLS1_2_VERSION;
    case tls_version::tls_1_3: return TLS1_3_VERSION;
    }
    return TLS1_2_VERSION;
}

SOCKETIO_TLS_DECL bool tls_context::set_protocol(tls_options const& from, tls_failure& failure)
{
    SSL_CTX* const to = handle_.get();
    SSL_CTX_set_options(to, SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(to, SSL_SESS_CACHE_OFF); // the provider has its own
    if (SSL_CTX_set_min_proto_version(to, version_number(from.minimum_version)) != 1)
        failure = bad_option("options::tls.minimum_version: " + take_reason());
    else if (!from.ciphers.empty() && SSL_CTX_set_cipher_list(to, from.ciphers.c_str()) != 1)
        failure = bad_option("options::tls.ciphers, \"" + from.ciphers + "\": " + take_reason());
    else if (!from.cipher_suites.empty() && SSL_CTX_set_ciphersuites(to, from.cipher_suites.c_str()) != 1)
        failure = bad_option("options::tls.cipher_suites, \"" + from.cipher_suites + "\": " + take_reason());
    return !failure.code;
}

SOCKETIO_TLS_DECL bool tls_context::set_trust(tls_options const& from, tls_failure& failure)
{
    pem_source const given{"ca", from.ca, from.ca_file};
    X509_STORE* const store = SSL_CTX_get_cert_store(handle_.get());
    bool const directory = !from.ca_directory.empty();
    if (given.is_given()) {
        for (auto const& each : pem_certificates(given, failure)) {
            X509_STORE_add_cert(store, each.get());
            if (own_ == role::server)
                SSL_CTX_add_client_CA(handle_.get(), each.get());
        }
    }
    std::error_code ignored;
    if (directory && !std::filesystem::is_directory(from.ca_directory, ignored))
        failure = bad_option("options::tls.ca_directory, " + from.ca_directory + ": is no directory");
    else if (directory && SSL_CTX_load_verify_locations(handle_.get(), nullptr, from.ca_directory.c_str()) != 1)
        failure = bad_option("options::tls.ca_directory, " + from.ca_directory + ": " + take_reason());
    bool const own_trust = given.is_given() || directory;
    if (!own_trust && own_ == role::client)
        trust_system(handle_.get());
    // Every certificate in the store is trusted, including an intermediate authority.
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    if (own_ == role::server)
        set_server_role(own_trust);
    ERR_clear_error();
    return !failure.code;
}

SOCKETIO_TLS_DECL bool tls_context::set_revocations(tls_options const& from, tls_failure& failure)
{
    pem_source const given{"crl", from.crl, from.crl_file};
    if (!given.is_given())
        return true;
    X509_STORE* const store = SSL_CTX_get_cert_store(handle_.get());
    for (auto const& each : pem_revocations(given, failure))
        X509_STORE_add_crl(store, each.get());
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    return !failure.code;
}

SOCKETIO_TLS_DECL bool tls_context::set_identity(tls_options const& from, tls_failure& failure)
{
    pem_source const certificate{"cert", from.cert, from.cert_file};
    pem_source const separate{"key", from.key, from.key_file};
    has_certificate_ = certificate.is_given();
    if (!has_certificate_) {
        if (separate.is_given())
            failure = bad_option("options::tls.key is given, and no options::tls.cert");
        else if (own_ == role::server)
            failure = bad_option("a server needs options::tls.cert and options::tls.key");
        return !failure.code;
    }
    auto const chain = pem_certificates(certificate, failure);
    // One file may contain both.
    auto const key = failure.code
                         ? nullptr
                         : pem_private_key(separate.is_given() ? separate : certificate, from.passphrase, failure);
    if (failure.code)
        return false;
    SSL_CTX* const to = handle_.get();
    if (SSL_CTX_use_certificate(to, chain.front().get()) != 1)
        failure = bad_option(certificate.description() + ": " + take_reason());
    else if (X509_check_private_key(chain.front().get(), key.get()) != 1)
        failure = bad_option(separate.description() + ": the key does not belong to the certificate (" +
                             certificate.description() + ')');
    else if (SSL_CTX_use_PrivateKey(to, key.get()) != 1)
        failure = bad_option(separate.description() + ": " + take_reason());
    for (std::size_t i = 1; i < chain.size() && !failure.code; ++i)
        if (SSL_CTX_add1_chain_cert(to, chain[i].get()) != 1)
            failure = bad_option(certificate.description() + ": " + take_reason());
    ERR_clear_error();
    return !failure.code;
}

// RFC 7301. A client that asks for another protocol is served all the same.
inline int choose_http(SSL*, unsigned char const** out, unsigned char* size, unsigned char const* in, unsigned offered,
                       void*)
{
    static constexpr unsigned char ours[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, size, ours, sizeof ours, in, offered) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

SOCKETIO_TLS_DECL void tls_context::set_server_role(bool asks_for_certificates)
{
    static constexpr unsigned char name[] = "socketio";
    SSL_CTX_set_session_id_context(handle_.get(), name, sizeof name - 1);
    SSL_CTX_set_alpn_select_cb(handle_.get(), choose_http, nullptr);
    SSL_CTX_set_options(handle_.get(), SSL_OP_NO_RENEGOTIATION); // a client could renegotiate without end
    if (asks_for_certificates)
        SSL_CTX_set_verify(handle_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

} // namespace socketio::detail

// OpenSSL's reasons and the peer's alerts (RFC 8446, section 6), grouped by the remedy.
#pragma once

#include <socketio/net/tls/tls_failure.hpp>

namespace socketio::detail {

// OpenSSL's reason for an alert of the peer is this number plus the alert's.
inline constexpr int alert_reasons = SSL_AD_REASON_OFFSET;

inline std::string reason_words(unsigned long code)
{
    char const* const text = ERR_reason_error_string(code);
    return text ? text : "error " + std::to_string(code);
}

SOCKETIO_TLS_DECL std::string take_reason()
{
    unsigned long const code = ERR_get_error();
    ERR_clear_error();
    return code == 0 ? "no reason was given" : reason_words(code);
}

inline std::string version_words(tls_version version)
{
    return "TLS 1." + std::to_string(static_cast<int>(version));
}

inline char const* peer_name(role own) { return own == role::client ? "the server" : "the client"; }

inline tls_failure versions_differ(tls_circumstances const& at)
{
    return {error::tls_version_unsupported,
            std::string{peer_name(at.own)} + " has no version of TLS in common with this side, which speaks " +
                version_words(at.minimum) + " and later: update it, or lower options::tls.minimum_version"};
}

inline tls_failure certificate_missing(tls_circumstances const& at)
{
    if (at.own == role::server)
        return {error::tls_certificate_required, "the client sent no certificate"};
    return {error::tls_certificate_required,
            "the server wants a certificate of this client: give options::tls.cert and options::tls.key"};
}

inline bool is_about_certificates(int alert)
{
    return alert == SSL_AD_BAD_CERTIFICATE || alert == SSL_AD_UNSUPPORTED_CERTIFICATE ||
           alert == SSL_AD_CERTIFICATE_REVOKED || alert == SSL_AD_CERTIFICATE_EXPIRED ||
           alert == SSL_AD_CERTIFICATE_UNKNOWN || alert == SSL_AD_UNKNOWN_CA || alert == SSL_AD_ACCESS_DENIED ||
           alert == SSL_AD_DECRYPT_ERROR;
}

inline tls_failure refused_by_alert(int alert, std::string const& name, tls_circumstances const& at)
{
    std::string const peer = peer_name(at.own);
    bool const unanswered = at.own == role::client && at.certificate_wanted && !at.has_certificate;
    bool const about_certificates = is_about_certificates(alert);
    if (alert == SSL_AD_CERTIFICATE_REQUIRED ||
        (unanswered && (about_certificates || alert == SSL_AD_HANDSHAKE_FAILURE)))
        return certificate_missing(at);
    if (about_certificates)
        return {error::tls_certificate_refused, peer + " refused the certificate of this side (" + name +
                                                    "): does it trust who signed it, and is it in date?"};
    if (alert == SSL_AD_PROTOCOL_VERSION)
        return versions_differ(at);
    if (alert == SSL_AD_UNRECOGNIZED_NAME)
        return {error::tls_handshake_failed, peer + " knows no host \"" + std::string{at.host} + "\" (" + name + ')'};
    if (alert == SSL_AD_HANDSHAKE_FAILURE || alert == SSL_AD_INSUFFICIENT_SECURITY)
        return {error::tls_handshake_failed, peer + " found nothing in common with this side (" + name +
                                                 "): are its ciphers those of options::tls?"};
    return {error::tls_handshake_failed, peer + " ended the TLS connection: " + name};
}

inline tls_failure sorted_failure(int reason, std::string const& name, tls_circumstances const& at)
{
    switch (reason) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_NO_PROTOCOLS_AVAILABLE: return versions_differ(at);
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: return certificate_missing(at);
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_WRONG_VERSION_NUMBER: return not_tls({}, at.own);
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_CIPHERS_AVAILABLE:
        return {error::tls_handshake_failed,
                "there is no cipher in common with " + std::string{peer_name(at.own)} + " (" + name + ')'};
    default: return {error::tls_handshake_failed, "TLS: " + name};
    }
}

SOCKETIO_TLS_DECL tls_failure take_failure(tls_circumstances const& at)
{
    // The oldest error is the cause; later ones only passed it on.
    unsigned long const code = ERR_get_error();
    ERR_clear_error();
    if (code == 0)
        return {error::tls_handshake_failed, "TLS: no reason was given"};
    std::string const name = reason_words(code);
    if (ERR_GET_LIB(code) != ERR_LIB_SSL)
        return {error::tls_handshake_failed, "TLS: " + name};
    int const reason = ERR_GET_REASON(code);
    if (reason > alert_reasons && reason <= alert_reasons + 255)
        return refused_by_alert(reason - alert_reasons, name, at);
    return sorted_failure(reason, name, at);
}

SOCKETIO_TLS_DECL tls_failure hung_up(tls_circumstances const& at, bool silent)
{
    std::string const what = std::string{peer_name(at.own)} + " closed the connection in the TLS handshake";
    if (at.own == role::client && at.certificate_wanted)
        return at.has_certificate
                   ? tls_failure{error::tls_certificate_refused,
                                 what + ", when it had seen the certificate of this side: does it trust who signed it?"}
                   : certificate_missing(at);
    return {error::tls_truncated,
            what + (at.own == role::client && silent ? ", without a word: does it speak TLS on this port?" : "")};
}

SOCKETIO_TLS_DECL tls_failure not_tls(std::string_view began, role own)
{
    std::string quoted;
    for (char const c : began.substr(0, began.find_first_of("\r\n"))) {
        if (c < ' ' || c > '~' || quoted.size() == 60)
            break;
        quoted += c;
    }
    std::string message = std::string{peer_name(own)} + " does not speak TLS on this port";
    if (!quoted.empty())
        message += " (it said \"" + quoted + "\")";
    if (own == role::client)
        message += ": use http:// or ws://, or the port for https";
    return {error::tls_not_spoken, std::move(message)};
}

} // namespace socketio::detail

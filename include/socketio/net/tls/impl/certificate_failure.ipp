// The messages for a rejected certificate. The content of a certificate is the peer's, so that quotations of it
// are short and printable.
#pragma once

#include <socketio/net/asio_library.hpp>
#include <socketio/net/tls/tls_failure.hpp>
#include <socketio/wire/base64.hpp>

#include SOCKETIO_ASIO(ip/address.hpp)

#include <array>
#include <cstring>
#include <ctime>

namespace socketio::detail {

inline std::string printable(std::string_view text)
{
    constexpr std::size_t longest = 100;
    std::string result;
    for (char const c : text.substr(0, longest))
        result += c < ' ' || c > '~' ? '?' : c;
    return text.size() > longest ? result + "..." : result;
}

inline std::string common_name(X509_NAME* of)
{
    std::array<char, 256> text{};
    if (of && X509_NAME_get_text_by_NID(of, NID_commonName, text.data(), static_cast<int>(text.size())) < 0)
        X509_NAME_oneline(of, text.data(), static_cast<int>(text.size()));
    return '"' + printable({text.data(), std::strlen(text.data())}) + '"';
}

inline std::string format_date(std::tm const& at)
{
    std::array<char, 64> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &at)};
}

inline std::string format_date(ASN1_TIME const* at)
{
    std::tm parts{};
    return at && ASN1_TIME_to_tm(at, &parts) == 1 ? format_date(parts) : "a date that cannot be read";
}

inline std::string format_date(std::time_t now)
{
    std::tm parts{};
    return OPENSSL_gmtime(&now, &parts) ? format_date(parts) : "nothing";
}

inline std::string address_words(std::string_view raw)
{
    if (raw.size() == 4) {
        asio::ip::address_v4::bytes_type bytes{};
        std::memcpy(bytes.data(), raw.data(), 4);
        return asio::ip::address_v4{bytes}.to_string();
    }
    if (raw.size() == 16) {
        asio::ip::address_v6::bytes_type bytes{};
        std::memcpy(bytes.data(), raw.data(), 16);
        return asio::ip::address_v6{bytes}.to_string();
    }
    return "a bad address";
}

// The host names of a certificate (RFC 6125: the subject's common name does not count).
inline std::string names_of(X509* certificate)
{
    constexpr int most = 8;
    openssl_ptr<GENERAL_NAMES> const names{
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
    std::string result;
    int count = 0;
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        GENERAL_NAME const* const each = sk_GENERAL_NAME_value(names.get(), i);
        if (each->type != GEN_DNS && each->type != GEN_IPADD)
            continue;
        if (++count > most)
            return result + ", ...";
        ASN1_STRING const* const text = each->type == GEN_DNS ? each->d.dNSName : each->d.iPAddress;
        std::string_view const raw{reinterpret_cast<char const*>(ASN1_STRING_get0_data(text)),
                                   static_cast<std::size_t>(ASN1_STRING_length(text))};
        result += (result.empty() ? "" : ", ") + (each->type == GEN_DNS ? printable(raw) : address_words(raw));
    }
    return result.empty() ? "no host at all" : result;
}

SOCKETIO_TLS_DECL std::string public_key_pin(X509* of)
{
    unsigned char* der = nullptr;
    int const size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(of), &der);
    if (size <= 0)
        return {};
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    bool const made =
        EVP_Digest(der, static_cast<std::size_t>(size), digest.data(), &length, EVP_sha256(), nullptr) == 1;
    OPENSSL_free(der);
    return made ? "sha256/" + base64_encode({reinterpret_cast<char const*>(digest.data()), length}) : std::string{};
}

inline std::string host_message(X509* leaf, tls_circumstances const& at)
{
    return "the server's certificate is for " + names_of(leaf) + ", not for \"" + std::string{at.host} +
           "\": is the host in the URL right? (options::tls.server_name asks for another)";
}

SOCKETIO_TLS_DECL tls_failure certificate_failure(X509_STORE_CTX* verifying, tls_circumstances const& at)
{
    int const reason = X509_STORE_CTX_get_error(verifying);
    X509* const certificate = X509_STORE_CTX_get_current_cert(verifying);
    std::string const owner = at.own == role::client ? "server" : "client";
    std::string const name = common_name(certificate ? X509_get_subject_name(certificate) : nullptr);
    bool const leaf = X509_STORE_CTX_get_error_depth(verifying) == 0;
    std::string const named =
        leaf ? "the " + owner + "'s certificate " + name : "the certificate " + name + " above the " + owner + "'s";
    switch (reason) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        if (certificate)
            return {error::tls_host_mismatch, host_message(certificate, at)};
        break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return {error::tls_certificate_expired, named + " expired on " + format_date(X509_get0_notAfter(certificate)) +
                                                    ": it has to be renewed (the clock here says " +
                                                    format_date(at.now) + ')'};
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return {error::tls_certificate_not_yet_valid,
                named + " is valid from " + format_date(X509_get0_notBefore(certificate)) +
                    " on, and the clock here says " + format_date(at.now) + ": is the clock right?"};
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return {error::tls_self_signed,
                named + " is self-signed: to trust it all the same, give it in options::tls.ca"};
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return {error::tls_unknown_authority,
                named + " is that of an authority which is not trusted here: give it in options::tls.ca"};
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return {error::tls_unknown_authority,
                named + " is signed by " + common_name(certificate ? X509_get_issuer_name(certificate) : nullptr) +
                    ", which is neither trusted here nor sent along: give the authority in options::tls.ca (without "
                    "that, the system's list is used: ca-certificates), or let the " +
                    owner + " send its intermediate certificates"};
    case X509_V_ERR_CERT_REVOKED: return {error::tls_certificate_revoked, named + " has been revoked by who signed it"};
    case X509_V_ERR_CRL_HAS_EXPIRED:
        return {error::tls_certificate_invalid,
                named + ": the revocation list for it has expired; give a new one in options::tls.crl"};
    default: break;
    }
    return {error::tls_certificate_invalid, named + ": " + X509_verify_cert_error_string(reason)};
}

} // namespace socketio::detail

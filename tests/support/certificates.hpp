// Certificates for tests of TLS, made when they are needed: authorities, leaves with any names and dates, revocation
// lists. Knows OpenSSL and nothing of the library.
#pragma once

#include "temporary_folder.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

struct openssl_free {
    void operator()(BIO* what) const noexcept { BIO_free(what); }
    void operator()(EVP_PKEY* what) const noexcept { EVP_PKEY_free(what); }
    void operator()(EVP_PKEY_CTX* what) const noexcept { EVP_PKEY_CTX_free(what); }
    void operator()(X509* what) const noexcept { X509_free(what); }
    void operator()(X509_CRL* what) const noexcept { X509_CRL_free(what); }
};
template <class T>
using openssl = std::unique_ptr<T, openssl_free>;

inline void expect(bool done, char const* what)
{
    if (!done)
        throw std::runtime_error(std::string("OpenSSL: ") + what);
}

template <class Write>
std::string pem_of(Write write)
{
    openssl<BIO> const bio{BIO_new(BIO_s_mem())};
    expect(write(bio.get()) == 1, "writing PEM");
    char* text = nullptr;
    long const size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

inline EVP_PKEY* new_key()
{
    openssl<EVP_PKEY_CTX> const making{EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nullptr)};
    EVP_PKEY* made = nullptr;
    expect(EVP_PKEY_keygen_init(making.get()) == 1 &&
               EVP_PKEY_CTX_set_ec_paramgen_curve_nid(making.get(), NID_X9_62_prime256v1) == 1 &&
               EVP_PKEY_keygen(making.get(), &made) == 1,
           "making a key");
    return made;
}

// What a certificate says; times are in seconds from now.
struct certificate_form {
    std::string name = "leaf";
    std::string hosts = "DNS:localhost,IP:127.0.0.1"; // subjectAltName in OpenSSL's words; empty: none
    long valid_from = -24 * 3600;
    long valid_until = 24 * 3600;
    bool authority = false;
};

class certificate {
public:
    // Signed by `issuer`, or by itself.
    explicit certificate(certificate_form const& form, certificate const* issuer = nullptr) : key_{new_key()}, own_{X509_new()}
    {
        static long serial = 1;
        X509* const to = own_.get();
        X509_set_version(to, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(to), ++serial);
        X509_gmtime_adj(X509_getm_notBefore(to), form.valid_from);
        X509_gmtime_adj(X509_getm_notAfter(to), form.valid_until);
        X509_NAME_add_entry_by_txt(X509_get_subject_name(to), "CN", MBSTRING_ASC,
                                   reinterpret_cast<unsigned char const*>(form.name.data()), static_cast<int>(form.name.size()), -1, 0);
        X509* const from = issuer ? issuer->own_.get() : to;
        X509_set_issuer_name(to, X509_get_subject_name(from));
        X509_set_pubkey(to, key_.get());
        extend(from, NID_basic_constraints, form.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
        if (form.authority)
            extend(from, NID_key_usage, "critical,keyCertSign,cRLSign");
        extend(from, NID_subject_key_identifier, "hash");
        if (!form.hosts.empty())
            extend(from, NID_subject_alt_name, form.hosts);
        EVP_PKEY* const signer = issuer ? issuer->key_.get() : key_.get();
        expect(X509_sign(to, signer, EVP_sha256()) > 0, "signing");
    }

    std::string pem() const
    {
        return pem_of([&](BIO* to) { return PEM_write_bio_X509(to, own_.get()); });
    }
    std::string key() const
    {
        return pem_of([&](BIO* to) { return PEM_write_bio_PKCS8PrivateKey(to, key_.get(), nullptr, nullptr, 0, nullptr, nullptr); });
    }
    std::string encrypted_key(std::string passphrase) const
    {
        return pem_of([&](BIO* to) {
            return PEM_write_bio_PKCS8PrivateKey(
                to, key_.get(), EVP_aes_128_cbc(), passphrase.data(), static_cast<int>(passphrase.size()), nullptr, nullptr);
        });
    }

    // A list of this authority's that revokes these.
    std::string revoking(std::vector<certificate const*> const& which, long valid_until = 24 * 3600) const
    {
        openssl<X509_CRL> const list{X509_CRL_new()};
        X509_CRL_set_version(list.get(), 1);
        X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(own_.get()));
        openssl_time const from{-3600}, until{valid_until};
        X509_CRL_set1_lastUpdate(list.get(), from.get());
        X509_CRL_set1_nextUpdate(list.get(), until.get());
        for (certificate const* const each : which) {
            X509_REVOKED* const entry = X509_REVOKED_new();
            X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(each->own_.get()));
            X509_REVOKED_set_revocationDate(entry, from.get());
            X509_CRL_add0_revoked(list.get(), entry);
        }
        expect(X509_CRL_sign(list.get(), key_.get(), EVP_sha256()) > 0, "signing a list");
        return pem_of([&](BIO* to) { return PEM_write_bio_X509_CRL(to, list.get()); });
    }

    X509* get() const noexcept { return own_.get(); }

private:
    class openssl_time {
    public:
        explicit openssl_time(long from_now) : time_{ASN1_TIME_adj(nullptr, std::time(nullptr), 0, from_now)} {}
        openssl_time(openssl_time const&) = delete;
        openssl_time& operator=(openssl_time const&) = delete;
        ~openssl_time() { ASN1_TIME_free(time_); }
        ASN1_TIME* get() const noexcept { return time_; }

    private:
        ASN1_TIME* time_;
    };

    void extend(X509* issuer, int id, std::string const& text)
    {
        X509V3_CTX context;
        X509V3_set_ctx(&context, issuer, own_.get(), nullptr, nullptr, 0);
        X509_EXTENSION* const made = X509V3_EXT_conf_nid(nullptr, &context, id, text.c_str());
        expect(made != nullptr, text.c_str());
        X509_add_ext(own_.get(), made, -1);
        X509_EXTENSION_free(made);
    }

    openssl<EVP_PKEY> key_;
    openssl<X509> own_;
};

// A root, an intermediate authority below it, and leaves below that.
struct authorities {
    explicit authorities(std::string const& whose = "Test")
        : root{{.name = whose + " Root", .hosts = "", .authority = true}},
          middle{{.name = whose + " Intermediate", .hosts = "", .authority = true}, &root}
    {
    }

    certificate root;
    certificate middle;

    certificate leaf(certificate_form form = {}) const { return certificate{form, &middle}; }
    // What a server sends: its own and who signed that.
    std::string chain(certificate const& of) const { return of.pem() + middle.pem(); }
};

// "sha256/" and the base64 of the hash of its public key.
inline std::string pin_of(certificate const& of)
{
    unsigned char* der = nullptr;
    int const size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(of.get()), &der);
    expect(size > 0, "a public key");
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    EVP_Digest(der, static_cast<std::size_t>(size), digest, &length, EVP_sha256(), nullptr);
    OPENSSL_free(der);
    unsigned char text[64];
    int const written = EVP_EncodeBlock(text, digest, static_cast<int>(length));
    return "sha256/" + std::string(reinterpret_cast<char const*>(text), static_cast<std::size_t>(written));
}

// What `openssl rehash` would call it.
inline std::string hashed_name(certificate const& of)
{
    char name[32];
    std::snprintf(name, sizeof name, "%08lx.0", X509_NAME_hash(X509_get_subject_name(of.get())));
    return name;
}

class environment_variable {
public:
    environment_variable(char const* name, std::string const& value) : name_{name} { ::setenv(name, value.c_str(), 1); }
    environment_variable(environment_variable const&) = delete;
    environment_variable& operator=(environment_variable const&) = delete;
    ~environment_variable() { ::unsetenv(name_); }

private:
    char const* name_;
};

} // namespace support

// The options of TLS. Plain data, also in a program without TLS. Names are those of socket.io-client and Node.js
// where these have the option.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace socketio {

enum class tls_version : std::uint8_t { tls_1_0, tls_1_1, tls_1_2, tls_1_3 };

struct tls_options {
    // The trusted certificates, instead of the system's store: PEM text, a file of them, or a directory prepared
    // by `openssl rehash`.
    std::string ca{};
    std::string ca_file{};
    std::string ca_directory{};
    // Certificate revocation lists, as PEM text or a file. A certificate in one of them is rejected.
    std::string crl{};
    std::string crl_file{};

    // The identity of this side: the certificate with its chain, and its private key, as PEM text or files.
    std::string cert{};
    std::string cert_file{};
    std::string key{};
    std::string key_file{};
    // Called when the key is encrypted.
    std::function<std::string()> passphrase{};

    // Public keys, one of which must be in the server's verified chain: "sha256/" and the base64 of the SHA-256
    // of a SubjectPublicKeyInfo (RFC 7469, section 2.4). Empty: any key.
    std::vector<std::string> pinned_keys{};

    std::string ciphers{};       // OpenSSL's list for TLS 1.2 and earlier; empty: its default
    std::string cipher_suites{}; // for TLS 1.3
    tls_version minimum_version = tls_version::tls_1_2;

    // The name to request (SNI) and to find in the certificate, instead of the URL's host.
    std::string server_name{};
    // Permits a reconnection to resume the TLS session of the connection before.
    bool session_resumption = true;

    // Accepts every certificate: an attacker on the route can read and change everything, without an error. For
    // tests on your own machine only; elsewhere use `ca` or `pinned_keys`.
    bool dangerously_accept_any_certificate = false;

    // A ready context, for settings without an option here (a key in hardware, for example): see
    // use_tls_context() in <socketio/tls.hpp>. The library then applies only server_name, pinned_keys,
    // session_resumption and the check of the host.
    std::shared_ptr<void> context{};
};

} // namespace socketio

// What can be said about TLS. Plain data, whether the program has TLS or not.
// Names are those of socket.io-client and Node where they have the option.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace socketio {

enum class tls_version : std::uint8_t { tls_1_0, tls_1_1, tls_1_2, tls_1_3 };

struct tls_options {
    // Whom to trust, in place of the system's store: certificates as PEM text, a file of them, a directory that
    // was prepared by `openssl rehash`.
    std::string ca{};
    std::string ca_file{};
    std::string ca_directory{};
    // Certificate revocation lists, as PEM text or a file: a certificate on one of them is refused.
    std::string crl{};
    std::string crl_file{};

    // Who this side is: the certificate, with its chain, and its private key, as PEM text or files.
    std::string cert{};
    std::string cert_file{};
    std::string key{};
    std::string key_file{};
    // Asked when the key is encrypted.
    std::function<std::string()> passphrase{};

    // Public keys of which one must be in the server's verified chain, else it is refused: "sha256/" and the base64
    // of the SHA-256 of a SubjectPublicKeyInfo (RFC 7469, section 2.4). Empty: any.
    std::vector<std::string> pinned_keys{};

    std::string ciphers{};       // OpenSSL's list for TLS 1.2 and before; empty: its default
    std::string cipher_suites{}; // for TLS 1.3
    tls_version minimum_version = tls_version::tls_1_2;

    // The name to ask for (SNI) and to find in the certificate, in place of the URL's host.
    std::string server_name{};
    // Whether a reconnection may resume the session of the connection before.
    bool session_resumption = true;

    // Accept any certificate of anyone: whoever is on the way can read and change everything, and no error will
    // tell. For tests on one's own machine; everywhere else `ca` or `pinned_keys` is what is wanted.
    bool dangerously_accept_any_certificate = false;

    // A ready context, for what is not named here (a key in hardware, say): see use_tls_context() in
    // <socketio/tls.hpp>. Only server_name, pinned_keys, session_resumption and the host's check are then this
    // library's.
    std::shared_ptr<void> context{};
};

} // namespace socketio

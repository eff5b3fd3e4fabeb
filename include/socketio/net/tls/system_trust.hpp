// The authorities that the system trusts, for a client that names none.
#pragma once

#include <socketio/net/tls/openssl.hpp>

namespace socketio::detail {

// Those of OpenSSL's default places, and on Windows those of the store "ROOT" too, which OpenSSL does not read. What
// cannot be read is left out.
void trust_system(SSL_CTX* by) noexcept;

} // namespace socketio::detail

#if defined(SOCKETIO_TLS_HEADER_ONLY)
#include <socketio/net/tls/impl/system_trust.ipp>
#endif

// TLS with OpenSSL (1.1.1 or 3), for URLs that begin with https:// or wss://. Include it in any one source file of the
// program, and link with -lssl -lcrypto. See socketio::options::tls.
#pragma once

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/net/tls/use_context.hpp>
#include <socketio/net/tls_provider.hpp>

#if !defined(SOCKETIO_SEPARATE_COMPILATION) || !defined(SOCKETIO_WITH_TLS)
#include <socketio/net/tls/openssl_provider.hpp>
#endif

namespace socketio::detail {

#if defined(SOCKETIO_SEPARATE_COMPILATION) && defined(SOCKETIO_WITH_TLS)
std::shared_ptr<tls_provider> make_openssl_provider(tls_options const& from, role own, std::error_code& ec,
                                                    std::string& message);
#endif

inline bool const tls_is_registered = (registered_tls.store(make_openssl_provider), true);

} // namespace socketio::detail

#include <socketio/core/foreign_macros_end.hpp>

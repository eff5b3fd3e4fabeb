// The tls_provider that <socketio/tls.hpp> registers.
#pragma once

#include <socketio/net/tls/context.hpp>
#include <socketio/net/tls/tls_stream.hpp>
#include <socketio/net/tls_provider.hpp>

#include <memory>
#include <string>
#include <system_error>

namespace socketio::detail {

class openssl_provider final : public tls_provider {
public:
    explicit openssl_provider(std::shared_ptr<tls_context const> context);

    SOCKETIO_DECL std::shared_ptr<byte_stream> async_handshake(strand const& on, stream below, role own,
                                                               std::string host, handler done) override;

private:
    std::shared_ptr<tls_context const> context_;
    std::shared_ptr<kept_tls_session> kept_;
};

SOCKETIO_TLS_DECL std::shared_ptr<tls_provider> make_openssl_provider(tls_options const& from, role own,
                                                                      std::error_code& ec, std::string& message);

} // namespace socketio::detail

#if defined(SOCKETIO_TLS_HEADER_ONLY)
#include <socketio/net/tls/impl/openssl_provider.ipp>
#endif

// One context, and the last session, for all connections of a manager or a server.
#pragma once

#include <socketio/net/tls/openssl_provider.hpp>

#include <utility>

namespace socketio::detail {

SOCKETIO_TLS_DECL openssl_provider::openssl_provider(std::shared_ptr<tls_context const> context)
    : context_{std::move(context)}
{
    if (context_->own() == role::client && context_->resumes())
        kept_ = std::make_shared<kept_tls_session>();
}

SOCKETIO_TLS_DECL std::shared_ptr<byte_stream> openssl_provider::async_handshake(strand const& on, stream below, role,
                                                                                 std::string host, handler done)
{
    auto made = std::make_shared<tls_stream>(on, std::move(below), context_, host, kept_);
    made->start(std::move(done));
    return made;
}

SOCKETIO_TLS_DECL std::shared_ptr<tls_provider> make_openssl_provider(tls_options const& from, role own,
                                                                      std::error_code& ec, std::string& message)
{
    tls_failure failure;
    auto context = tls_context::make(from, own, failure);
    if (context)
        return std::make_shared<openssl_provider>(std::move(context));
    ec = failure.code;
    message = std::move(failure.message);
    return nullptr;
}

} // namespace socketio::detail

// Passes a ready context to options::tls.context, without the headers of its maker.
#pragma once

#include <memory>
#include <utility>

struct ssl_ctx_st; // OpenSSL's SSL_CTX

namespace socketio {

// `context` is an asio::ssl::context, or another object whose native_handle() is an SSL_CTX*. It is kept as long
// as it is needed, and not changed. Its certificates, its trust and its verification callback apply. The peer is
// verified even if the context's verify mode says otherwise, unless dangerously_accept_any_certificate is set.
template <class Context>
std::shared_ptr<void> use_tls_context(std::shared_ptr<Context> context)
{
    ssl_ctx_st* const handle = context->native_handle();
    return {std::move(context), handle};
}

} // namespace socketio

// Connects first, then adds TLS. Coroutines are inline in either mode, as in dial.ipp.
#pragma once

#include <socketio/net/installed_sources.hpp>
#include <socketio/net/server_connection.hpp>

#include <utility>

namespace socketio::detail {

SOCKETIO_DECL server_connection::server_connection(strand const& on, network_options const& network, http_limits limits,
                                                   std::shared_ptr<tls_provider> tls)
    : strand_{on}, sources_{sources_of(on)}, tls_{std::move(tls)}, connector_{on, network, limits, stage_}, stream_{on}
{
}

SOCKETIO_DECL void server_connection::abandon() noexcept
{
    abandoned_ = true;
    connector_.cancel();
    stream_.close();
    if (handshake_)
        handshake_->close();
}

// The coroutine itself is inline in either mode, and so only in the translation unit of the library.
SOCKETIO_DECL task<std::error_code> server_connection::open(url const& to, bool plain)
{
    return reach(to, plain);
}

inline task<std::error_code> server_connection::reach(url const& to, bool plain)
{
    message_.clear();
    std::error_code ec = co_await connect(to, plain);
    if (ec || !to.secure)
        co_return ec;
    auto const began = sources_.now();
    ec = co_await secure(to.host);
    securing_ += sources_.now() - began;
    co_return ec;
}

inline task<std::error_code> server_connection::connect(url const& to, bool plain)
{
    std::error_code ec = co_await connector_.connect(to, plain);
    stream_ = connector_.take_stream();
    if (ec)
        message_ = std::move(connector_.message());
    if (abandoned_)
        stream_.close();
    co_return ec;
}

inline task<std::error_code> server_connection::secure(std::string const& host)
{
    std::error_code ec;
    stage_.enter("TLS handshake", "waiting for the TLS handshake");
    if (!tls_)
        co_return error::tls_not_available;
    auto const start = [this, &host](auto done) {
        handshake_ = tls_->async_handshake(strand_, std::move(stream_), role::client, host, std::move(done));
    };
    auto const keep = [this](std::string&& message, stream&& above) {
        message_ = std::move(message);
        stream_ = std::move(above);
    };
    operation secured{ec, start, keep};
    co_await secured;
    handshake_.reset();
    co_return ec;
}

inline task<std::error_code> server_connection::authorize(http_head const& refusal, proxy_challenge& challenge,
                                                          std::string& authorization)
{
    return connector_.authorize(refusal, challenge, authorization);
}

} // namespace socketio::detail

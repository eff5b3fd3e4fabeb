// The stage between TCP and HTTP: TLS, if the URL asks for it.
#pragma once

#include <socketio/net/dial.hpp>

namespace socketio::detail {

inline task<std::error_code> dial::secure()
{
    std::error_code ec;
    if (!request_.to.secure)
        co_return ec;
    stage_.enter("TLS handshake", "waiting for the TLS handshake");
    if (!request_.tls)
        co_return error::tls_not_available;
    auto const start = [this](auto done) {
        securing_ =
            request_.tls->async_handshake(strand_, std::move(stream_), role::client, request_.to.host, std::move(done));
    };
    auto const keep = [this](std::string&& message, stream&& above) {
        result_.message = std::move(message);
        stream_ = std::move(above);
    };
    operation secured{ec, start, keep};
    co_await secured;
    securing_.reset();
    co_return ec;
}

} // namespace socketio::detail

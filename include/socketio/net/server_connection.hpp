// From a URL to a stream that HTTP can be spoken on: the route of the connector, and TLS if the URL asks for it.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/connector.hpp>
#include <socketio/net/dial_stage.hpp>
#include <socketio/net/network_options.hpp>
#include <socketio/net/stream.hpp>
#include <socketio/net/task.hpp>
#include <socketio/net/tls_provider.hpp>
#include <socketio/wire/http.hpp>
#include <socketio/wire/url.hpp>

#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace socketio::detail {

// A part of an object that owns its coroutines. One open() at a time.
class server_connection {
public:
    // `network` lives as long as this. `tls` is required for secure URLs.
    server_connection(strand const& on, network_options const& network, http_limits limits,
                      std::shared_ptr<tls_provider> tls);

    // Ends with a connected stream, or with an error that message() may explain, or stage() where that is empty.
    // See connector for `plain`.
    task<std::error_code> open(url const& to, bool plain = false);
    proxy_server const* plain_proxy() const noexcept { return connector_.plain_proxy(); }
    // See connector.
    task<std::error_code> authorize(http_head const& refusal, proxy_challenge& challenge, std::string& authorization);
    std::string const& authorize_message() noexcept { return connector_.message(); }
    stream& connected() noexcept { return stream_; }
    stream take_stream() { return std::move(stream_); }
    std::string& message() noexcept { return message_; }

    // Makes the pending operation fail soon, and every later one.
    void abandon() noexcept;
    void close() noexcept { stream_.close(); }

    dial_stage& stage() noexcept { return stage_; }
    dial_stage const& stage() const noexcept { return stage_; }
    // The duration of each stage, summed over all calls.
    clock::duration resolving() const noexcept { return connector_.resolving(); }
    clock::duration connecting() const noexcept { return connector_.connecting(); }
    clock::duration proxying() const noexcept { return connector_.proxying(); }
    clock::duration securing() const noexcept { return securing_; }

private:
    task<std::error_code> reach(url const& to, bool plain);
    task<std::error_code> connect(url const& to, bool plain);
    task<std::error_code> secure(std::string const& host);

    strand strand_;
    sources const sources_;
    std::shared_ptr<tls_provider> tls_;
    dial_stage stage_;
    connector connector_;
    stream stream_;
    std::shared_ptr<byte_stream> handshake_; // of TLS, while it is pending
    std::string message_;
    clock::duration securing_{};
    bool abandoned_ = false;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/server_connection.ipp>
#endif

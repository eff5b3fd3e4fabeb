// Makes one connection: a stream to the server, the WebSocket handshake, and redirections. Knows no packets.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/error.hpp>
#include <socketio/core/function.hpp>
#include <socketio/core/shared_new.hpp>
#include <socketio/net/http_requester.hpp>
#include <socketio/net/stream.hpp>
#include <socketio/session/codec_factory.hpp>
#include <socketio/wire/permessage_deflate.hpp>
#include <socketio/wire/url.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace socketio::detail {

struct dial_request : http_client_settings {
    std::optional<deflate_options> deflate{}; // the offer
    std::string subprotocols{};               // a comma-separated list
};

// The settings take what the options of a client ask for, of Socket.IO or of WebSocket alone. The caller adds headers,
// cookies and TLS.
template <class Options>
void set_connection(http_client_settings& of, url const& to, std::string target, Options const& settings)
{
    of.to = to;
    of.target = std::move(target);
    of.limits = {settings.limits.header_bytes, settings.limits.headers};
    of.network = settings.network;
    of.follow_redirects = settings.follow_redirects;
    of.redirect_headers = settings.redirect_headers;
}

// The same for a WebSocket.
template <class Options>
std::shared_ptr<dial_request> make_dial_request(url const& to, std::string target, Options const& settings)
{
    auto made = shared_new<dial_request>();
    set_connection(*made, to, std::move(target), settings);
    if (offers_deflate(settings.perMessageDeflate))
        made->deflate = settings.perMessageDeflate;
    for (std::string const& name : settings.protocols)
        made->subprotocols.append(made->subprotocols.empty() ? "" : ", ").append(name);
    return made;
}

// The end of an attempt to open a transport.
struct dial_result {
    std::error_code error;
    std::string message;      // for an error: what happened and what to do
    int http_status = 0;    // for a refused upgrade
    std::string http_body;  // its beginning
    std::optional<deflate_parameters> deflate{}; // the agreement
    byte_buffer leftover;   // bytes of the server behind its handshake
    request_timings timings{};
    std::optional<std::chrono::seconds> retry_after{}; // for a refusal with 503 or 429
    std::string subprotocol{};                         // the server's choice
    bool elsewhere = false; // redirected to an origin other than the requested one
    bool requested = false; // the server was reached
};

// One attempt. It calls `done`, which must not throw, at most once, on the strand, with the connected stream.
// After abandon() it does not call, and pending operations end by themselves.
class dial final : public http_requester {
public:
    using handler = unique_function<void(dial_result&&, stream&&)>;

    dial(strand const& on, std::shared_ptr<dial_request> request, handler done);

    // Called once, at first.
    void start();
    SOCKETIO_DECL void abandon() noexcept override;

private:
    void reach() override { connect(); }
    void on_open() override {}
    SOCKETIO_DECL void write_request(byte_buffer& to) override;
    SOCKETIO_DECL void take_head() override;
    SOCKETIO_DECL void take_body(body_progress progress, std::error_code ec) override;
    bool goes_on(std::error_code) override { return false; }
    SOCKETIO_DECL void finish(std::error_code ec) noexcept override;

    std::error_code check_answer();
    std::string_view path() const noexcept;
    void describe(std::error_code& ec);
    void describe_refusal(std::error_code& ec);

    std::shared_ptr<dial_request> const request_;
    handler done_;
    std::string key_;
    dial_result result_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/dial.ipp>
#include <socketio/net/impl/dial_refusal.ipp>
#endif

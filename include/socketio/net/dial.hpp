// Makes one connection: a stream to the server, the WebSocket handshake, and redirections. Knows no packets; the
// server_connection finds the way to the server.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/clock.hpp>
#include <socketio/core/error.hpp>
#include <socketio/core/function.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/deadline_timer.hpp>
#include <socketio/net/network_options.hpp>
#include <socketio/net/opening.hpp>
#include <socketio/net/server_connection.hpp>
#include <socketio/net/stream.hpp>
#include <socketio/net/task.hpp>
#include <socketio/net/tls_provider.hpp>
#include <socketio/session/codec_factory.hpp>
#include <socketio/wire/answer_reader.hpp>
#include <socketio/wire/cookies.hpp>
#include <socketio/wire/websocket_handshake.hpp>
#include <socketio/wire/http.hpp>
#include <socketio/wire/redirections.hpp>
#include <socketio/wire/url.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace socketio::detail {

struct dial_request {
    url to;
    std::string target; // path and query of the upgrade request
    std::vector<http_header> headers{};
    http_limits limits{};
    std::optional<deflate_options> deflate{}; // the offer
    std::shared_ptr<tls_provider> tls{}; // required for a secure URL
    network_options network{};
    std::string subprotocols{};             // a comma-separated list
    std::shared_ptr<cookie_jar> cookies{};  // null: cookies are neither sent nor stored
    unsigned follow_redirects = 0;          // the maximum
    std::vector<std::string> redirect_headers{}; // sent to another origin, too, besides the harmless ones
};

// The request that the options of a client ask for, of Socket.IO or of WebSocket alone. Headers, TLS and cookies are
// the caller's part.
template <class Options>
dial_request make_dial_request(url to, std::string target, Options const& settings)
{
    dial_request request{.to = std::move(to), .target = std::move(target)};
    request.limits = {settings.limits.header_bytes, settings.limits.headers};
    if (offers_deflate(settings.perMessageDeflate))
        request.deflate = settings.perMessageDeflate;
    request.network = settings.network;
    for (std::string const& name : settings.protocols)
        request.subprotocols.append(request.subprotocols.empty() ? "" : ", ").append(name);
    request.follow_redirects = settings.follow_redirects;
    request.redirect_headers = settings.redirect_headers;
    return request;
}

struct dial_result {
    std::error_code error;
    std::string message;      // for an error: what happened and what to do
    int http_status = 0;    // for a refused upgrade
    std::string http_body;  // its beginning
    std::optional<deflate_parameters> deflate{}; // the agreement
    byte_buffer leftover;   // bytes of the server behind its handshake
    clock::duration resolving{}; // the duration of each stage, summed over all redirections
    clock::duration connecting{};
    clock::duration proxying{};
    clock::duration securing{}; // TLS
    clock::duration upgrading{};
    std::optional<std::chrono::seconds> retry_after{}; // for a refusal with 503 or 429
    std::string subprotocol{};                         // the server's choice
    bool elsewhere = false; // redirected to an origin other than the requested one
    bool requested = false; // the server was reached
};

// One attempt. It calls `done`, which must not throw, at most once, on the strand, with the connected stream.
// After abandon() it does not call, and pending operations end by themselves.
class dial final : public opening, public std::enable_shared_from_this<dial> {
public:
    using handler = unique_function<void(dial_result&&, stream&&)>;

    dial(strand const& on, dial_request request, handler done);

    SOCKETIO_DECL void start() override;
    SOCKETIO_DECL void abandon() noexcept override;
    // Takes the exception of a coroutine, which ends the attempt.
    void fail(std::error_code reason) noexcept;
    std::string const& stage() const noexcept override { return server_.stage().progress; }

private:
    static detached run(std::shared_ptr<dial> self);
    task<std::error_code> attempt();
    task<std::error_code> shake_hands();
    task<std::error_code> read_head();
    task<std::error_code> read_refusal();

    std::error_code check_answer();
    void write_request_to(byte_buffer& to);
    bool is_redirection(std::error_code ec);
    std::error_code follow();
    std::error_code refuse(std::error_code ec, std::string message);
    void finish(std::error_code ec) noexcept;
    void describe(std::error_code& ec);
    void describe_refusal(std::error_code& ec);

    strand strand_;
    dial_request request_;
    url const asked_; // before any redirection
    handler done_;
    bool abandoned_ = false;
    bool shaking_hands_ = false;
    server_connection server_;
    deadline_timer body_timer_;
    std::string key_;
    answer_reader reader_;
    byte_buffer input_;
    redirections redirections_;
    dial_result result_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/dial.ipp>
#include <socketio/net/impl/dial_refusal.ipp>
#endif

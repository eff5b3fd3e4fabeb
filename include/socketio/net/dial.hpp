// Makes one connection: a stream to the server, the WebSocket handshake, and what redirections ask for. Knows no
// packets, and leaves the way to the server to the connector.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/clock.hpp>
#include <socketio/core/error.hpp>
#include <socketio/core/function.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/connector.hpp>
#include <socketio/net/deadline_timer.hpp>
#include <socketio/net/dial_stage.hpp>
#include <socketio/net/network_options.hpp>
#include <socketio/net/stream.hpp>
#include <socketio/net/task.hpp>
#include <socketio/net/tls_provider.hpp>
#include <socketio/wire/cookies.hpp>
#include <socketio/wire/websocket_handshake.hpp>
#include <socketio/wire/http.hpp>
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
    std::vector<http_header> headers;
    http_limits limits;
    std::optional<deflate_options> deflate{}; // offered
    std::shared_ptr<tls_provider> tls{}; // must be there for a secure URL
    network_options network{};
    std::string subprotocols{};             // a comma-separated list
    std::shared_ptr<cookie_jar> cookies{};  // none: cookies are neither sent nor kept
    unsigned follow_redirects = 0;          // at most so many
    std::vector<std::string> redirect_headers{}; // that go along to another origin, beside the harmless ones
};

struct dial_result {
    std::error_code error;
    std::string words;      // what happened and what to do, of an error
    int http_status = 0;    // of a refused upgrade
    std::string http_body;  // its start
    std::optional<deflate_parameters> deflate{}; // agreed
    byte_buffer leftover;   // what the server sent right behind its handshake
    clock::duration resolving{}; // the time that each stage took, of all redirections together
    clock::duration connecting{};
    clock::duration proxying{};
    clock::duration securing{}; // TLS
    clock::duration upgrading{};
    std::optional<std::chrono::seconds> retry_after{}; // of a refusal with 503 or 429
    std::string subprotocol{};                         // that the server has chosen
    bool elsewhere = false; // redirected to another origin than it was asked for
};

// One attempt. It calls `done`, which must not throw, at most once, on the strand, with the connected stream; abandoned it
// calls nobody, and what is under way ends by itself.
class dial : public std::enable_shared_from_this<dial> {
public:
    using handler = unique_function<void(dial_result&&, stream&&)>;

    dial(strand const& on, dial_request request, handler done);

    void start();
    void abandon() noexcept;
    // What is thrown anywhere below ends the attempt.
    void fail(std::error_code why) noexcept;
    // What it is at, for the words of a timeout: "connecting to 10.0.0.1 port 80".
    std::string const& doing() const noexcept { return stage_.doing; }

private:
    static detached run(std::shared_ptr<dial> self);
    task<std::error_code> attempt();
    task<std::error_code> connect();
    task<std::error_code> secure();
    task<std::error_code> shake_hands();
    task<std::error_code> read_head();
    task<std::error_code> read_refusal();

    std::error_code check_answer();
    void write_request_to(byte_buffer& to);
    void keep_cookies();
    bool is_redirection(std::error_code ec);
    std::error_code follow();
    std::error_code refuse(std::error_code ec, std::string words);
    void finish(std::error_code ec) noexcept;
    void describe(std::error_code& ec);
    void describe_refusal(std::error_code& ec);

    bool goes_along(std::string_view header, bool same_origin) const noexcept;

    strand strand_;
    dial_request request_;
    url const asked_; // before any redirection
    handler done_;
    bool abandoned_ = false;
    bool shaking_hands_ = false;
    dial_stage stage_;
    connector connector_;
    stream stream_;
    std::shared_ptr<byte_stream> securing_; // TLS that is being begun
    deadline_timer body_timer_;
    std::string key_;
    http_head_reader reader_;
    byte_buffer input_;
    unsigned redirections_ = 0;
    dial_result result_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/dial.ipp>
#include <socketio/net/impl/dial_refusal.ipp>
#include <socketio/net/impl/dial_tls.ipp>
#endif

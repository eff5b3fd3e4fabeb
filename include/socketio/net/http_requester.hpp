// One HTTP/1.1 request of a client and its answer, over a connection of its own: the common part of http_client and
// dial. Knows neither packets nor WebSocket; the server_connection finds the way to the server.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/core/error.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/http_link.hpp>
#include <socketio/net/installed_sources.hpp>
#include <socketio/net/network_options.hpp>
#include <socketio/net/opening.hpp>
#include <socketio/net/server_connection.hpp>
#include <socketio/net/task.hpp>
#include <socketio/net/tls_provider.hpp>
#include <socketio/wire/answer_reader.hpp>
#include <socketio/wire/body_reader.hpp>
#include <socketio/wire/cookies.hpp>
#include <socketio/wire/http.hpp>
#include <socketio/wire/redirections.hpp>
#include <socketio/wire/url.hpp>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace socketio::detail {

// The settings that the connections of one session share. They are used on the strand of these.
struct http_client_settings {
    url to;             // a redirection that was followed changes it: all later requests go there
    std::string target{}; // path and query, changed likewise
    http_limits limits{};
    std::shared_ptr<tls_provider> tls{}; // required for a secure URL
    network_options network{};
    std::shared_ptr<cookie_jar> cookies{}; // null: cookies are neither sent nor stored
    std::vector<http_header> headers{};    // the user's; a redirection that was followed removes secrets
    unsigned follow_redirects = 0;         // the maximum for one request
    std::vector<std::string> redirect_headers{}; // sent to another origin, too, besides the harmless ones
    bool elsewhere = false;                // redirected to an origin other than the first
    std::optional<url> asked{};            // before any redirection; the connections set it
};

// The duration of each stage, summed over all connections and redirections.
struct request_timings {
    clock::duration resolving{};
    clock::duration connecting{};
    clock::duration proxying{};
    clock::duration securing{}; // TLS
    clock::duration answering{}; // of the last request: from its first byte to the last one of the answer
};

// A chain of steps, not a coroutine: a poll then costs no frame for each of them. Pending operations own it.
class http_requester : public opening, public std::enable_shared_from_this<http_requester> {
public:
    // No request may follow.
    SOCKETIO_DECL void abandon() noexcept override;
    std::string const& stage() const noexcept override { return server_.stage().progress; }
    // Takes the exception of a step or a coroutine, which ends the request.
    void fail(std::error_code reason) noexcept;
    // Sent ones, with repeated and redirected ones.
    std::uint64_t requests() const noexcept { return requests_; }
    request_timings timings() const noexcept;
    strand const& serial() const noexcept { return strand_; }
    std::shared_ptr<http_client_settings> const& settings() const noexcept { return settings_; }

protected:
    using step = void (http_requester::*)(std::error_code);

    // `plain`: see connector.
    http_requester(strand const& on, std::shared_ptr<http_client_settings> settings, bool plain);
    ~http_requester();

    // Each step begins the next operation, or ends the exchange. What it throws ends the request.
    void take(step next, std::error_code ec) noexcept;
    unique_function<void(std::error_code)> then(step next);
    void connect();
    void drop_link() noexcept;
    void send();
    void read_body();
    void end_exchange(std::error_code ec);
    // The user's headers, with the jar's cookies added to the user's own.
    std::vector<http_header> user_headers() const;
    // Sets the message.
    std::error_code refuse(std::error_code ec, std::initializer_list<std::string_view> message);
    std::optional<std::chrono::seconds> retry_after();

    // Begins an exchange, for the first time or again.
    void begin();
    std::chrono::sys_seconds wall_now() const noexcept
    {
        return std::chrono::floor<std::chrono::seconds>(sources_.wall_now());
    }

    // connect(), or send() over the connection there is.
    virtual void reach() = 0;
    // The connection is there.
    virtual void on_open() = 0;
    virtual void write_request(byte_buffer& to) = 0;
    // The head has come, and is no redirection to follow: read_body() or end_exchange() comes next.
    virtual void take_head() = 0;
    // The body has ended, or reading it, by `ec`.
    virtual void take_body(body_progress progress, std::error_code ec) = 0;
    // Returns true if the request goes on, although the exchange has ended so.
    virtual bool goes_on(std::error_code ec) = 0;
    // Reports the end.
    virtual void finish(std::error_code ec) noexcept = 0;

    strand strand_;
    std::shared_ptr<http_client_settings> const settings_;
    sources const sources_;
    server_connection server_;
    std::shared_ptr<http_link> link_;
    url linked_to_;
    std::string target_;  // path and query
    std::string message_; // for an error: what happened and what to do
    redirections redirections_;
    answer_reader reader_;
    std::optional<body_reader> body_; // of the answer, behind its head
    clock::time_point began_{};
    clock::duration answering_{};
    std::uint64_t received_ = 0; // by links that are gone
    std::uint64_t sent_ = 0;
    bool answered_ = false; // at least one byte of an answer has come
    bool opening_ = false;  // or failed to open
    bool abandoned_ = false;

private:
    static detached open(std::shared_ptr<http_requester> self);
    void opened(std::error_code ec);
    void received(std::error_code ec);
    void await_more(std::size_t most);
    void read_on();
    void on_head();
    std::error_code follow();

    std::uint64_t requests_ = 0;
    bool const plain_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/http_requester.ipp>
#endif

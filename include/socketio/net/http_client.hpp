// One connection of an HTTP/1.1 client, kept alive from request to request. Knows no packets; the server_connection
// finds the way to the server.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/core/error.hpp>
#include <socketio/core/function.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/http_link.hpp>
#include <socketio/net/network_options.hpp>
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
#include <cstddef>
#include <cstdint>
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
    std::string target{}; // path and query, changed likewise; of no other use to the connections
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

struct http_client_request {
    std::string method = "GET"; // or POST
    std::string target{};       // path and query
    std::vector<http_header> headers{}; // where the user has none of that name
    std::string body{};         // of a POST
    std::string content_type{}; // of a POST
    std::size_t body_limit = 0; // for the bytes of the answer's body, inflated or not
    bool follow = false;        // redirections of a GET; to a POST they are errors in any case
};

struct http_client_answer {
    std::error_code error;   // of the connection or of HTTP; a status is none
    std::string message{};   // for an error: what happened and what to do
    bool answered = false;   // at least one byte of an answer has come
    int status = 0;          // 0: the head of an answer has not come as a whole
    std::string reason{};
    std::vector<http_header> headers{};
    std::string body{};
    std::optional<std::chrono::seconds> retry_after{}; // of a 503 or 429

    // The first header of that name, in any case; "" if it is missing.
    std::string_view header(std::string_view name) const noexcept
    {
        for (http_header const& each : headers)
            if (equals_ignoring_case(each.name, name))
                return each.value;
        return {};
    }
};

struct http_client_timings {
    clock::duration resolving{}; // each stage of connecting, summed over all connections
    clock::duration connecting{};
    clock::duration proxying{};
    clock::duration securing{};
    clock::duration answering{}; // of the last request: from its first byte to the last one of the answer
};

// One request at a time, over a connection that is kept where the server permits it. A GET is repeated once, over a
// new connection, if the kept one ends in order before a byte of the answer, or takes no request. A POST never is.
class http_client : public std::enable_shared_from_this<http_client> {
public:
    // Must not throw, and may begin the next request. Never called inside request().
    using handler = unique_function<void(http_client_answer&&)>;

    http_client(strand const& on, std::shared_ptr<http_client_settings> settings);
    http_client(http_client const&) = delete;
    http_client& operator=(http_client const&) = delete;
    ~http_client();

    // On the strand, when no other request is pending. Throws std::bad_alloc only if not even the reserve has memory
    // for the call to come; nothing has begun then.
    void request(http_client_request what, handler done);
    // Ends everything: `done` is not called any more, and no request may follow.
    void abandon() noexcept;
    // Closes a connection that has no request. The next request makes another.
    void close_idle() noexcept;
    // Takes the exception of a step or a coroutine, which ends the request.
    void fail(std::error_code reason) noexcept;

    bool is_busy() const noexcept { return busy_; }
    // The current stage, for the message of a timeout: "connecting to 10.0.0.1 port 80".
    std::string const& stage() const noexcept { return server_.stage().progress; }
    http_client_timings timings() const noexcept;
    // Bytes of HTTP, without TLS and proxies' tunnels.
    std::uint64_t bytes_received() const noexcept { return received_ + (link_ ? link_->received() : 0); }
    std::uint64_t bytes_sent() const noexcept { return sent_ + (link_ ? link_->sent() : 0); }
    // Sent ones, with repeated and redirected ones.
    std::uint64_t requests() const noexcept { return requests_; }

private:
    using step = void (http_client::*)(std::error_code);

    // Each step begins the next operation, or ends the exchange. What it throws ends the request.
    void take(step next, std::error_code ec) noexcept;
    void exchange(std::error_code);
    void wait_a_turn(std::error_code);
    void opened(std::error_code ec);
    void received(std::error_code ec);
    void authorized(std::error_code ec);
    // Coroutines, as the way to a server is one.
    static detached open(std::shared_ptr<http_client> self);
    static detached authorize(std::shared_ptr<http_client> self);

    bool may_use_link() const noexcept;
    void drop_link() noexcept;
    void send();
    void await_more(std::size_t most);
    void read_on();
    bool begin_body();
    void read_body();
    void take_body(bool until_end);
    void end_exchange(std::error_code ec);
    std::string whole_target() const;
    std::vector<http_header> request_headers() const;
    std::error_code check_request();
    std::error_code check_head();
    std::size_t body_limit();
    std::error_code check_body(body_progress progress);
    std::error_code decode_body();
    bool is_redirected();
    bool is_challenged();
    std::error_code follow();
    bool may_repeat(std::error_code ec) noexcept;
    void keep_or_close(bool until_end);

    std::error_code refuse(std::error_code ec, std::string message);
    void describe(std::error_code& ec);
    void finish(std::error_code ec) noexcept;

    strand strand_;
    std::shared_ptr<http_client_settings> const settings_;
    sources const sources_;
    server_connection server_;
    std::shared_ptr<http_link> link_;
    url linked_to_;
    clock::time_point kept_until_ = clock::never();
    std::string proxy_authorization_; // for requests that a proxy gets as they are
    unsigned challenges_ = 0;
    unsigned turns_ = 0;    // to wait for before writing
    bool kept_ = false;     // the link served another request before
    bool repeated_ = false;
    bool opening_ = false;
    bool busy_ = false;
    bool abandoned_ = false;

    http_client_request request_;
    handler done_;
    redirections redirections_{0};
    answer_reader reader_;
    std::optional<body_reader> body_; // of the answer, behind its head
    http_client_answer answer_;

    clock::time_point began_{};
    clock::duration answering_{};
    std::uint64_t received_ = 0; // by links that are gone
    std::uint64_t sent_ = 0;
    std::uint64_t requests_ = 0;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/http_client.ipp>
#include <socketio/net/impl/http_client_answer.ipp>
#endif

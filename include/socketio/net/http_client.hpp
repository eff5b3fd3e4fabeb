// One connection of an HTTP/1.1 client, kept alive from request to request. Knows no packets.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/core/error.hpp>
#include <socketio/core/function.hpp>
#include <socketio/net/http_requester.hpp>
#include <socketio/net/task.hpp>
#include <socketio/wire/body_reader.hpp>
#include <socketio/wire/http.hpp>

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

struct http_client_request {
    std::string_view method = "GET"; // or POST
    std::string target{};       // path and query
    std::string body{};         // of a POST
    std::string_view content_type{}; // of a POST
    std::size_t body_limit = 0; // for the bytes of the answer's body, inflated or not
    bool follow = false;        // redirections of a GET; to a POST they are errors in any case
};

// With its head; the status 0: that has not come as a whole.
struct http_client_answer : http_head {
    std::error_code error;   // of the connection or of HTTP; a status is none
    std::string message{};   // for an error: what happened and what to do
    bool answered = false;   // at least one byte of an answer has come
    std::string body{};
    std::optional<std::chrono::seconds> retry_after{}; // of a 503 or 429
};

// One request at a time, over a connection that is kept where the server permits it. A GET is repeated once, over a
// new connection, if the kept one ends in order before a byte of the answer, or takes no request. A POST never is.
class http_client final : public http_requester {
public:
    // Must not throw, and may begin the next request. Never called inside request().
    using handler = unique_function<void(http_client_answer&&)>;

    http_client(strand const& on, std::shared_ptr<http_client_settings> settings);
    static std::shared_ptr<http_client> make(strand const& on, std::shared_ptr<http_client_settings> settings);

    // On the strand, when no other request is pending. Throws std::bad_alloc only if not even the reserve has memory
    // for the call to come; nothing has begun then.
    void request(http_client_request&& what, handler&& done);
    // Ends everything: `done` is not called any more, and no request may follow.
    SOCKETIO_DECL void abandon() noexcept override;
    // Closes a connection that has no request. The next request makes another.
    void close_idle() noexcept;

    bool is_busy() const noexcept { return busy_; }
    // Bytes of HTTP, without TLS and proxies' tunnels.
    std::uint64_t bytes_received() const noexcept { return received_ + (link_ ? link_->received() : 0); }
    std::uint64_t bytes_sent() const noexcept { return sent_ + (link_ ? link_->sent() : 0); }

private:
    SOCKETIO_DECL void reach() override;
    SOCKETIO_DECL void on_open() override;
    SOCKETIO_DECL void write_request(byte_buffer& to) override;
    SOCKETIO_DECL void take_head() override;
    SOCKETIO_DECL void take_body(body_progress progress, std::error_code ec) override;
    SOCKETIO_DECL bool goes_on(std::error_code ec) override;
    SOCKETIO_DECL void finish(std::error_code ec) noexcept override;

    void exchange(std::error_code);
    void wait_a_turn(std::error_code);
    void authorized(std::error_code ec);
    // A coroutine, as the question to the user is one.
    static detached authorize(std::shared_ptr<http_client> self);

    bool may_use_link() const noexcept;
    void in_a_turn(step next);
    void keep_body(std::error_code);
    bool is_post() const noexcept { return request_.method == "POST"; }
    bool is_accepted_post() noexcept;
    std::string_view request_words() const noexcept;
    std::string whole_target() const;
    std::error_code check_head();
    std::size_t body_limit();
    std::error_code check_body(body_progress progress);
    std::error_code decode_body();
    bool is_challenged();
    bool may_repeat(std::error_code ec) noexcept;
    void keep_or_close(bool until_end);
    void describe(std::error_code& ec);

    clock::time_point kept_until_ = clock::never();
    std::string proxy_authorization_; // for requests that a proxy gets as they are
    unsigned challenges_ = 0;
    unsigned turns_ = 0;    // to wait for before writing
    bool kept_ = false;     // the link served another request before
    bool repeated_ = false;
    bool until_end_ = false; // the end of the connection was that of the answer
    bool busy_ = false;
    http_client_request request_;
    handler done_;
    std::string answer_body_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/http_client.ipp>
#include <socketio/net/impl/http_client_answer.ipp>
#endif

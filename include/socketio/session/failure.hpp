// The arguments of "connect_error", of "disconnect" and of the error hook: each has code() and message().
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/core/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace socketio {

// One transport that an attempt to connect has tried in vain.
struct transport_attempt {
    std::string transport{}; // "websocket" or "polling"
    std::error_code code{};
    int http_status = 0;     // 0 without an answer
    std::string message{};
};

// The reason why a connection, or the connection to a namespace, could not be established.
class connect_error {
public:
    connect_error() = default;
    connect_error(std::error_code code, std::string message) : code_{code}, message_{std::move(message)} {}

    // What happened and, where it helps, what to do. For a refusal by the server, the server's own text.
    std::string const& message() const noexcept { return message_; }
    // socketio::error, or the operating system's code.
    std::error_code code() const noexcept { return code_; }
    // The server's `err.data` (socket.io/lib/namespace.ts, run()); null otherwise.
    value const& data() const noexcept { return data_; }
    // For a refused upgrade or poll: the HTTP status (0 without an answer) and the beginning of the body.
    int http_status() const noexcept { return http_status_; }
    std::string const& http_body() const noexcept { return http_body_; }
    // The server's Retry-After in an answer with status 503 or 429; see the option retry_after_max.
    std::optional<std::chrono::seconds> retry_after() const noexcept { return retry_after_; }

    // All transports that the attempt has tried, in order. code() and the answer are those of the last one.
    std::vector<transport_attempt> const& attempts() const noexcept { return attempts_; }

    void set_message(std::string message) { message_ = std::move(message); }
    void set_data(value data) { data_ = std::move(data); }
    void set_http(int status, std::string body)
    {
        http_status_ = status;
        http_body_ = std::move(body);
    }
    void set_attempts(std::vector<transport_attempt> tried) { attempts_ = std::move(tried); }
    void set_retry_after(std::optional<std::chrono::seconds> wait) noexcept { retry_after_ = wait; }

private:
    std::error_code code_;
    std::string message_;
    value data_;
    int http_status_ = 0;
    std::string http_body_;
    std::optional<std::chrono::seconds> retry_after_;
    std::vector<transport_attempt> attempts_;
};

// The code of an error as a member that can also be called: `why.code` and `why.code()` are the same, as code() of
// connect_error is a function.
class error_code_member : public std::error_code {
public:
    using std::error_code::error_code;
    error_code_member(std::error_code code) noexcept : std::error_code{code} {}
    std::error_code operator()() const noexcept { return *this; }
};

// The second argument of "disconnect" and of the manager's "close".
struct disconnect_details {
    error_code_member code{};           // the error that was detected; empty for an orderly end
    std::string description{};          // the same as text
    std::uint16_t websocket_code = 0;   // status of the peer's close frame (RFC 6455, 7.4), 0 without a close frame
    int http_status = 0;                // of the request of long-polling that failed, 0 without an answer

    // What happened; empty for an orderly end.
    std::string message() const { return description.empty() && code ? code.message() : description; }
};

// An error that concerns one event only: an argument of another type than the listener expects, or an emit that
// cannot be sent. The connection continues.
struct event_error {
    error_code_member code{};
    std::string event{};
    std::size_t position = 0;  // number of the argument, from 0
    std::string expected{};
    std::string actual{};
    std::string path{};        // inside the argument, such as "user.tags[3]"

    // What happened to which event.
    std::string message() const
    {
        if (code != error::type_mismatch)
            return "\"" + event + "\": " + code.message();
        return "\"" + event + "\", argument " + std::to_string(position + 1) + (path.empty() ? "" : " (" + path + ")") +
               ": expected " + expected + ", got " + actual;
    }
};

namespace detail {

// For a warning that is told once: the same mistake has the same place.
inline std::string place_of(std::string_view nsp, event_error const& reason)
{
    std::string place{nsp};
    place.append(1, ' ').append(reason.event).append(1, ' ').append(std::to_string(reason.position));
    return place.append(1, ' ').append(std::to_string(reason.code.value()));
}

} // namespace detail

} // namespace socketio

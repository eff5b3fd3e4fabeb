// One HTTP request and its answer, as whoever serves them sees them.
#pragma once

#include <socketio/core/provided.hpp>
#include <socketio/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace socketio {

// A request with all of its body.
struct http_request {
    std::string method{};   // as it came: "GET"
    std::string target{};   // path and query, as they came
    string_pairs headers{}; // in order, names as they came
    std::string body{};
    std::string address{};  // of the peer, without port; empty where there is none
    bool secure = false;    // over TLS

    // Without the query; not decoded.
    std::string_view path() const noexcept { return std::string_view{target}.substr(0, target.find('?')); }
    // Behind the question mark; not decoded.
    std::string_view query() const noexcept
    {
        auto const mark = target.find('?');
        return mark == std::string::npos ? std::string_view{} : std::string_view{target}.substr(mark + 1);
    }
};

// A body that is read piece by piece, as the client takes it, so that little of it is held in memory.
struct http_body_source {
    std::uint64_t size = 0; // bytes of all of it, which the client is told first
    // Puts the next bytes into `into`, `room` at most, and says how many. None before `size` of them, or an exception,
    // which leaves through the context, ends the connection. On the connection's strand; destroyed after the last call.
    std::function<std::size_t(char* into, std::size_t room)> read{};
};

// Content-Length and Connection are the connection's to write; so is Date.
struct http_response {
    int status = 200;
    string_pairs headers{};
    std::string body{};
    http_body_source source{}; // in place of `body`, if it has a `read`; for one answer, since copies read the same
};

} // namespace socketio

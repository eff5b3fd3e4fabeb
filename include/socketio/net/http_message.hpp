// One HTTP request and its answer, as their handler sees them.
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
    std::uint64_t size = 0; // bytes of the whole body, for Content-Length
    // Writes the next bytes to `into`, at most `room`, and returns their number. The connection ends if it returns 0
    // before `size` bytes, or if it throws; the exception leaves through the context. Called on the connection's
    // strand, and destroyed after the last call.
    std::function<std::size_t(char* into, std::size_t room)> read{};
};

// The connection writes Content-Length, Connection and Date.
struct http_response {
    int status = 200;
    string_pairs headers{};
    std::string body{};
    http_body_source source{}; // instead of `body`, if it has a `read`; for one answer, since copies share it
};

} // namespace socketio

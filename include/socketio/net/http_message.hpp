// One HTTP request and its answer, as whoever serves them sees them.
#pragma once

#include <socketio/core/provided.hpp>
#include <socketio/core/config.hpp>

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

// Content-Length and Connection are the connection's to write; so is Date.
struct http_response {
    int status = 200;
    string_pairs headers{};
    std::string body{};
};

} // namespace socketio

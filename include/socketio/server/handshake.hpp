// What a client said when it came.
#pragma once

#include <socketio/core/provided.hpp>
#include <socketio/core/value.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace socketio {

// `socket.handshake` of the reference's server: of the request that the session began with, and of the CONNECT for this
// namespace. It does not change.
struct handshake {
    string_pairs headers{};   // of the first request, in order, names in lower case
    string_pairs query{};     // decoded; of the first request
    value auth{};             // what the client gave for this namespace: an object, empty if it gave nothing
    std::string time{};       // when it asked for this namespace, in words (UTC)
    std::int64_t issued = 0;  // the same in milliseconds since 1970
    std::string address{};    // of the peer, without port: of a proxy, if there is one; "::ffff:192.0.2.1" is IPv4 over IPv6
    bool xdomain = false;     // there was an Origin
    bool secure = false;      // over TLS, to this server
    std::string url{};        // path and query of the first request, as they came

    // The first header of that name, which is to be given in lower case; "" where there is none.
    std::string_view header(std::string_view name) const noexcept { return first(headers, name); }
    // The first value of that name in the query; "" where there is none.
    std::string_view query_value(std::string_view name) const noexcept { return first(query, name); }

private:
    static std::string_view first(string_pairs const& among, std::string_view name) noexcept
    {
        for (auto const& each : among)
            if (each.first == name)
                return each.second;
        return {};
    }
};

} // namespace socketio

// Writes one request into one buffer.
#pragma once

#include <socketio/wire/http_request.hpp>

#include <array>
#include <string>

namespace socketio::detail {

inline bool is_header_of_connection(std::string_view name) noexcept
{
    constexpr std::array<std::string_view, 11> own{"Connection", "Content-Length", "Expect", "Host", "Keep-Alive",
        "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings"};
    for (std::string_view const each : own)
        if (equals_ignoring_case(name, each))
            return true;
    return false;
}

inline void append_all(byte_buffer& to, std::initializer_list<std::string_view> parts)
{
    for (std::string_view const each : parts)
        to.append(each);
}

SOCKETIO_DECL void write_http_request(byte_buffer& to, http_request_text const& request)
{
    std::string_view host = request.host;
    for (http_header const& header : request.headers)
        if (equals_ignoring_case(header.name, "Host") && is_header_value(header.value))
            host = header.value;
    append_all(to, {request.method, " ", request.target, " HTTP/1.1\r\nHost: ", host,
                    "\r\nConnection: keep-alive\r\n"});
    for (http_header const& header : request.headers)
        if (!is_header_of_connection(header.name) && is_header_name(header.name) && is_header_value(header.value))
            append_all(to, {header.name, ": ", header.value, "\r\n"});
    if (request.body)
        append_all(to, {"Content-Length: ", std::to_string(request.body->size()), "\r\n\r\n", *request.body});
    else
        append_all(to, {"\r\n"});
}

} // namespace socketio::detail

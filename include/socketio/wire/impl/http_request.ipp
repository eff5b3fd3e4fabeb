// Writes one request into one buffer.
#pragma once

#include <socketio/wire/http_request.hpp>

#include <cstddef>
#include <initializer_list>
#include <string>

namespace socketio::detail {

// A text, as each element of a table would be relocated.
inline bool is_header_of_connection(std::string_view name) noexcept
{
    std::string_view own = "Connection Content-Length Expect Host Keep-Alive Proxy-Connection TE Trailer "
                           "Transfer-Encoding Upgrade HTTP2-Settings ";
    while (!own.empty()) {
        std::size_t const end = own.find(' ');
        if (equals_ignoring_case(name, own.substr(0, end)))
            return true;
        own.remove_prefix(end + 1);
    }
    return false;
}

inline void append_all(byte_buffer& to, std::initializer_list<std::string_view> parts)
{
    for (std::string_view const each : parts)
        to.append(each);
}

inline bool is_replaced(std::string_view name, std::span<http_header_view const> by) noexcept
{
    for (http_header_view const& each : by)
        if (!each.value.empty() && equals_ignoring_case(each.name, name))
            return true;
    return false;
}

inline void append_request_header(byte_buffer& to, http_header_view const& header)
{
    if (is_header_name(header.name) && is_header_value(header.value))
        append_all(to, {header.name, ": ", header.value, "\r\n"});
}

SOCKETIO_DECL void write_request_head(byte_buffer& to, http_request_text const& request, std::string_view lines,
                                      bool (*is_taken)(std::string_view) noexcept)
{
    std::string_view host = request.host;
    for (http_header const& header : request.headers)
        if (equals_ignoring_case(header.name, "Host") && is_header_value(header.value))
            host = header.value;
    append_all(to, {request.method, " ", request.target, " HTTP/1.1\r\nHost: ", host, "\r\n", lines});
    for (http_header_view const& header : request.own)
        if (!header.value.empty())
            append_request_header(to, header);
    for (http_header const& header : request.headers)
        if (!is_taken(header.name) && !is_replaced(header.name, request.own))
            append_request_header(to, {header.name, header.value});
}

SOCKETIO_DECL void write_http_request(byte_buffer& to, http_request_text const& request)
{
    write_request_head(to, request, "Connection: keep-alive\r\n", &is_header_of_connection);
    if (request.body)
        append_all(to, {"Content-Length: ", std::to_string(request.body->size()), "\r\n\r\n", *request.body});
    else
        append_all(to, {"\r\n"});
}

} // namespace socketio::detail

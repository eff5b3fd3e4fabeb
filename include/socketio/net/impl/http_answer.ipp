// Writes answers, and decides the framing of requests.
#pragma once

#include <socketio/net/http_answer.hpp>

#include <charconv>
#include <string>

namespace socketio::detail {

SOCKETIO_DECL std::string_view http_reason(int status) noexcept
{
    switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "";
    }
}

inline bool is_connection_header(std::string_view name) noexcept
{
    for (std::string_view const own : {"Content-Length", "Transfer-Encoding", "Connection", "Date"}) {
        if (equals_ignoring_case(name, own))
            return true;
    }
    return false;
}

SOCKETIO_DECL std::uint64_t write_http_answer(byte_buffer& to, http_response const& answer, http_answer_form form,
    http_time now)
{
    // A status that no final answer can have (100 to 199 included) is the handler's mistake.
    int const status = answer.status < 200 || answer.status > 999 ? 500 : answer.status;
    std::string head = "HTTP/1.1 " + std::to_string(status);
    head.append(" ").append(http_reason(status)).append("\r\nDate: ").append(format_http_date(now)).append("\r\n");
    for (auto const& [name, text] : answer.headers) {
        if (is_header_name(name) && is_header_value(text) && !is_connection_header(name))
            head.append(name).append(": ").append(text).append("\r\n");
    }
    bool const bodiless = status == 204 || status == 304;
    std::uint64_t const size = answer.source.read ? answer.source.size : answer.body.size();
    if (!bodiless)
        head.append("Content-Length: ").append(std::to_string(size)).append("\r\n");
    if (!form.keep_alive)
        head.append("Connection: close\r\n");
    else if (form.old_client)
        head.append("Connection: keep-alive\r\n");
    to.append(head.append("\r\n"));
    bool const has_body = !bodiless && !form.head_only;
    if (has_body && !answer.source.read)
        to.append(std::string_view{answer.body});
    return has_body && answer.source.read ? size : 0;
}

SOCKETIO_DECL body_framing request_framing(http_head const& head, std::uint64_t& length) noexcept
{
    std::size_t const codings = head.count("Transfer-Encoding");
    std::size_t const lengths = head.count("Content-Length");
    if (codings != 0) {
        if (lengths != 0 || codings > 1 || head.minor == 0)
            return body_framing::invalid;
        return equals_ignoring_case(head.find("Transfer-Encoding"), "chunked") ? body_framing::chunked
                                                                               : body_framing::unknown;
    }
    if (lengths == 0)
        return body_framing::none;
    std::string_view const text = head.find("Content-Length");
    auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (lengths > 1 || ec != std::errc{} || end != text.data() + text.size())
        return body_framing::invalid;
    return length == 0 ? body_framing::none : body_framing::length;
}

} // namespace socketio::detail

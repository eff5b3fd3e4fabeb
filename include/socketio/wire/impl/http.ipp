// Reads HTTP heads line by line. Each byte is scanned once, however slowly it arrives.
#pragma once

#include <socketio/core/ascii.hpp>
#include <socketio/core/error.hpp>
#include <socketio/wire/http.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept
{
    if (a.size() != b.size())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (ascii_lower(a[i]) != ascii_lower(b[i]))
            return false;
    }
    return true;
}

SOCKETIO_DECL bool is_header_name(std::string_view text) noexcept
{
    for (char c : text) {
        if (!is_http_token(c))
            return false;
    }
    return !text.empty();
}

SOCKETIO_DECL bool is_header_value(std::string_view text) noexcept
{
    for (char c : text) {
        unsigned char const byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && byte != '\t') || byte == 0x7F)
            return false;
    }
    return true;
}

SOCKETIO_DECL bool is_request_target(std::string_view text) noexcept
{
    for (char c : text) {
        unsigned char const byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte >= 0x7F)
            return false;
    }
    return !text.empty();
}

SOCKETIO_DECL std::string_view http_head::find(std::string_view name) const noexcept
{
    for (http_header const& header : headers) {
        if (equals_ignoring_case(header.name, name))
            return header.value;
    }
    return {};
}

SOCKETIO_DECL std::size_t http_head::count(std::string_view name) const noexcept
{
    std::size_t result = 0;
    for (http_header const& header : headers)
        result += equals_ignoring_case(header.name, name) ? 1 : 0;
    return result;
}

SOCKETIO_DECL std::string_view take_list_item(std::string_view& list) noexcept
{
    std::size_t const end = std::min(list.find(','), list.size());
    std::string_view const item = trim_http_blanks(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    return item;
}

SOCKETIO_DECL bool http_list_has(std::string_view list, std::string_view token) noexcept
{
    while (!list.empty())
        if (equals_ignoring_case(take_list_item(list), token))
            return true;
    return false;
}

SOCKETIO_DECL bool http_head::has_token(std::string_view name, std::string_view token) const noexcept
{
    for (http_header const& header : headers) {
        if (equals_ignoring_case(header.name, name) && http_list_has(header.value, token))
            return true;
    }
    return false;
}

SOCKETIO_DECL http_progress http_head_reader::read(std::string_view data, std::size_t& consumed)
{
    std::string_view const within = data.substr(0, limits_.bytes);
    while (progress_ == http_progress::incomplete && scanned_ < within.size()) {
        std::size_t const end = within.find('\n', scanned_);
        if (end == std::string_view::npos) {
            scanned_ = within.size();
            break;
        }
        std::size_t const begin = std::exchange(line_, end + 1);
        scanned_ = line_;
        if (end == begin || within[end - 1] != '\r' || !take_line(within.substr(begin, end - 1 - begin)))
            progress_ = http_progress::failed;
    }
    if (progress_ == http_progress::incomplete && (data.size() >= limits_.bytes || !may_begin_with(data)))
        progress_ = http_progress::failed;
    if (progress_ == http_progress::complete)
        consumed = line_;
    return progress_;
}

SOCKETIO_DECL std::error_code http_head_reader::error() const noexcept
{
    return progress_ == http_progress::failed ? make_error_code(socketio::error::http_malformed) : std::error_code{};
}

SOCKETIO_DECL void http_head_reader::reset()
{
    *this = http_head_reader{sender_, limits_};
}

// A peer that does not speak HTTP is rejected even before the end of its first line.
SOCKETIO_DECL bool http_head_reader::may_begin_with(std::string_view data) const noexcept
{
    if (started_ || data.empty())
        return true;
    if (sender_ == role::client)
        return is_http_token(data.front());
    std::string_view const version = "HTTP/1.";
    return data.substr(0, version.size()) == version.substr(0, data.size());
}

SOCKETIO_DECL bool http_head_reader::take_line(std::string_view line)
{
    if (!started_) {
        started_ = true;
        return take_start(line);
    }
    if (!line.empty())
        return take_header(line);
    progress_ = http_progress::complete;
    return true;
}

SOCKETIO_DECL bool http_head_reader::take_start(std::string_view line)
{
    return sender_ == role::server ? take_status(line) : take_request(line);
}

inline bool take_http_version(std::string_view text, int& minor) noexcept
{
    if (text.size() != 8 || !text.starts_with("HTTP/1.") || text[7] < '0' || text[7] > '9')
        return false;
    minor = text[7] - '0';
    return true;
}

// "HTTP/1.1 101 Switching Protocols"; the reason may be missing, with or without its blank.
SOCKETIO_DECL bool http_head_reader::take_status(std::string_view line)
{
    if (line.size() < 12 || line[8] != ' ' || !take_http_version(line.substr(0, 8), head_.minor))
        return false;
    int status = 0;
    for (char c : line.substr(9, 3)) {
        if (c < '0' || c > '9')
            return false;
        status = status * 10 + (c - '0');
    }
    std::string_view const rest = line.substr(12);
    if (status < 100 || (!rest.empty() && rest.front() != ' ') || !is_header_value(rest))
        return false;
    head_.status = status;
    head_.reason = trim_http_blanks(rest);
    return true;
}

// "GET /socket.io/?EIO=4 HTTP/1.1"
SOCKETIO_DECL bool http_head_reader::take_request(std::string_view line)
{
    std::size_t const first = line.find(' ');
    std::size_t const last = line.rfind(' ');
    if (first == std::string_view::npos || first == last || !take_http_version(line.substr(last + 1), head_.minor))
        return false;
    std::string_view const method = line.substr(0, first);
    std::string_view const target = line.substr(first + 1, last - first - 1);
    if (!is_header_name(method) || !is_request_target(target))
        return false;
    head_.method = method;
    head_.target = target;
    return true;
}

// A line that begins with a blank (folding) has no name, nor has one with a blank before the colon.
SOCKETIO_DECL bool split_header_line(std::string_view line, http_header_view& to) noexcept
{
    std::size_t const colon = line.find(':');
    if (colon == std::string_view::npos)
        return false;
    to = {line.substr(0, colon), trim_http_blanks(line.substr(colon + 1))};
    return is_header_name(to.name) && is_header_value(to.value);
}

SOCKETIO_DECL bool http_head_reader::take_header(std::string_view line)
{
    http_header_view header;
    if (head_.headers.size() >= limits_.headers || !split_header_line(line, header))
        return false;
    head_.headers.push_back({std::string{header.name}, std::string{header.value}});
    return true;
}

} // namespace socketio::detail

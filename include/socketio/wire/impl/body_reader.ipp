// Determines the kind of body, and parses chunks.
#pragma once

#include <socketio/wire/body_reader.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace socketio::detail {

inline bool parse_whole_number(std::string_view text, int base, std::uint64_t& to) noexcept
{
    auto const read = std::from_chars(text.data(), text.data() + text.size(), to, base);
    return !text.empty() && read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

// Removes a token, or with `quotes` also a quoted string, from the front (RFC 9110, section 5.6).
inline bool skip_word(std::string_view& text, bool quotes) noexcept
{
    std::size_t at = 0;
    if (!quotes || !text.starts_with('"')) {
        while (at != text.size() && is_http_token(text[at]))
            ++at;
        text.remove_prefix(at);
        return at != 0;
    }
    for (at = 1; at < text.size() && text[at] != '"'; ++at)
        at += text[at] == '\\' ? 1 : 0;
    if (at >= text.size() || !is_header_value(text.substr(0, at)))
        return false;
    text.remove_prefix(at + 1);
    return true;
}

// Chunk extensions have no meaning here, but must follow the grammar of RFC 9112, section 7.1.1.
inline bool are_chunk_extensions(std::string_view text) noexcept
{
    while (!text.empty()) {
        text = trim_http_blanks(text);
        if (!text.starts_with(';'))
            return false;
        text = trim_http_blanks(text.substr(1));
        if (!skip_word(text, false))
            return false;
        if (std::string_view const rest = trim_http_blanks(text); rest.starts_with('=')) {
            text = trim_http_blanks(rest.substr(1));
            if (!skip_word(text, true))
                return false;
        }
    }
    return true;
}

inline bool read_chunk_size(std::string_view line, std::uint64_t& to) noexcept
{
    std::size_t const end = std::min(line.find_first_of("; \t"), line.size());
    return parse_whole_number(line.substr(0, end), 16, to) && are_chunk_extensions(line.substr(end));
}

inline bool is_chunked_last(http_head const& head) noexcept
{
    std::string_view last;
    for (http_header const& header : head.headers) {
        if (equals_ignoring_case(header.name, "Transfer-Encoding"))
            last = header.value;
    }
    return equals_ignoring_case(trim_http_blanks(last.substr(last.rfind(',') + 1)), "chunked");
}

SOCKETIO_DECL body_reader::body_reader(http_head const& head, std::size_t limit) : limit_{limit}
{
    bool const none = head.status == 204 || head.status == 304 || (head.status >= 100 && head.status < 200);
    if (none)
        progress_ = body_progress::complete;
    else if (is_chunked_last(head))
        kind_ = kind::chunked;
    else if (head.count("Transfer-Encoding") == 0 && head.count("Content-Length") == 1 &&
             parse_whole_number(head.find("Content-Length"), 10, left_))
        kind_ = kind::length;
    if (kind_ == kind::until_end)
        left_ = std::numeric_limits<std::uint64_t>::max();
    if (kind_ == kind::length && left_ == 0)
        progress_ = body_progress::complete;
}

SOCKETIO_DECL body_progress body_reader::read(std::string_view data, std::size_t& consumed)
{
    std::size_t const before = data.size();
    while (progress_ == body_progress::incomplete && !data.empty()) {
        if (kind_ == kind::chunked && section_ != section::data)
            take_line(data);
        else
            take_data(data);
    }
    consumed = before - data.size();
    return progress_;
}

SOCKETIO_DECL void body_reader::take_data(std::string_view& data)
{
    std::size_t const room = limit_ - body_.size();
    std::size_t const there = static_cast<std::size_t>(std::min<std::uint64_t>(data.size(), left_));
    std::size_t const count = std::min(there, room);
    body_.append(data.substr(0, count));
    data.remove_prefix(count);
    left_ -= count;
    if (left_ != 0) {
        if (body_.size() >= limit_)
            progress_ = body_progress::limited;
        return;
    }
    if (kind_ == kind::chunked)
        section_ = section::behind_data;
    else
        progress_ = body_progress::complete;
}

// A line may end anywhere in a piece, or in the next.
SOCKETIO_DECL void body_reader::take_line(std::string_view& data)
{
    std::size_t const end = data.find('\n');
    std::size_t const count = std::min(end == std::string_view::npos ? data.size() : end + 1, line_limit + 1);
    framing_ += count;
    if (line_.size() + count > line_limit || framing_ > framing_limit + framing_factor * body_.size()) {
        progress_ = body_progress::failed;
        return;
    }
    line_.append(data.substr(0, count));
    data.remove_prefix(count);
    if (end == std::string_view::npos)
        return;
    bool const ended = line_.ends_with("\r\n");
    if (!ended || !accept_line(std::string_view{line_}.substr(0, line_.size() - 2)))
        progress_ = body_progress::failed;
    line_.clear();
}

SOCKETIO_DECL bool body_reader::accept_line(std::string_view line)
{
    if (section_ == section::trailer) {
        http_header_view header;
        if (line.empty())
            progress_ = body_progress::complete;
        return line.empty() || split_header_line(line, header);
    }
    if (section_ == section::behind_data) {
        section_ = section::size;
        return line.empty();
    }
    if (!read_chunk_size(line, left_))
        return false;
    section_ = left_ == 0 ? section::trailer : section::data;
    return true;
}

} // namespace socketio::detail

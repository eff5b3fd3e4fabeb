// Which kind of body it is, and taking chunks apart.
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

SOCKETIO_DECL body_reader::body_reader(http_head const& head, std::size_t limit) : limit_{limit}
{
    bool const none = head.status == 204 || head.status == 304 || (head.status >= 100 && head.status < 200);
    if (none)
        progress_ = body_progress::complete;
    else if (head.has_token("Transfer-Encoding", "chunked"))
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
        if (kind_ == kind::chunked && place_ != place::data)
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
        place_ = place::behind_data;
    else
        progress_ = body_progress::complete;
}

// A line may end anywhere in a piece, or in the next.
SOCKETIO_DECL void body_reader::take_line(std::string_view& data)
{
    std::size_t const end = data.find('\n');
    std::size_t const most = framing_limit + body_.size();
    std::size_t const count = std::min(end == std::string_view::npos ? data.size() : end + 1, most);
    framing_ += count;
    if (framing_ > most) {
        progress_ = body_progress::failed;
        return;
    }
    line_.append(data.substr(0, count));
    data.remove_prefix(count);
    if (end == std::string_view::npos)
        return;
    if (!line_.ends_with("\r\n")) {
        progress_ = body_progress::failed;
        return;
    }
    auto const line = std::exchange(line_, {});
    on_line(std::string_view{line}.substr(0, line.size() - 2));
}

SOCKETIO_DECL void body_reader::on_line(std::string_view line)
{
    if (place_ == place::trailer) {
        if (line.empty())
            progress_ = body_progress::complete;
        return;
    }
    if (place_ == place::behind_data) {
        if (!line.empty())
            progress_ = body_progress::failed;
        place_ = place::size;
        return;
    }
    // Extensions behind the size mean nothing to anybody.
    if (!parse_whole_number(trim_http_blanks(line.substr(0, line.find(';'))), 16, left_))
        progress_ = body_progress::failed;
    else
        place_ = left_ == 0 ? place::trailer : place::data;
}

} // namespace socketio::detail

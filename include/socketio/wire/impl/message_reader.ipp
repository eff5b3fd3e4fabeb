// Putting fragments together, and text to the test as it arrives.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/wire/message_reader.hpp>

#include <string_view>

namespace socketio::detail {

inline constexpr std::size_t kept_for_fragments = 65536;

SOCKETIO_DECL std::optional<whole_message> message_reader::next(std::span<char>& input, std::error_code& ec)
{
    if (lent_) {
        lent_ = false;
        collected_.clear();
        collected_.shrink(kept_for_fragments);
    }
    while (auto const part = frames_.next(input, ec)) {
        frame_header const& header = part->header;
        if (is_control(header.code))
            return whole_message{header.code, part->payload};
        if (!fits(header, ec) || (is_text(header) && !check_text(*part, ec)))
            return std::nullopt;
        checked_ = 0;
        if (header.fin && header.code != opcode::continuation)
            return whole_message{header.code, part->payload};
        if (auto const whole = collect(*part))
            return whole;
    }
    if (!ec)
        check_front(input, ec);
    return std::nullopt;
}

// Whether a data frame may come now.
SOCKETIO_DECL bool message_reader::fits(frame_header const& header, std::error_code& ec) const noexcept
{
    if ((header.code == opcode::continuation) != (fragments_ != 0))
        ec = error::fragment_invalid;
    else if (fragments_ >= max_fragments_ && fragments_ != 0)
        ec = error::message_too_large;
    return !ec;
}

SOCKETIO_DECL bool message_reader::is_text(frame_header const& header) const noexcept
{
    return header.code == opcode::text || (header.code == opcode::continuation && code_ == opcode::text);
}

// The frame at the front is not complete, but what is wrong with it may show already.
SOCKETIO_DECL void message_reader::check_front(std::span<char> input, std::error_code& ec) noexcept
{
    frame_header const* const header = frames_.front();
    if (header == nullptr || is_control(header->code) || !fits(*header, ec) || !is_text(*header))
        return;
    std::span<char> const part = frames_.arrived(input);
    std::span<char> const fresh = part.subspan(checked_);
    checked_ = part.size();
    if (!utf8_.write({fresh.data(), fresh.size()}))
        ec = error::utf8_invalid;
}

SOCKETIO_DECL bool message_reader::check_text(frame const& from, std::error_code& ec) noexcept
{
    std::span<char> const fresh = from.payload.subspan(checked_);
    bool const valid = utf8_.write({fresh.data(), fresh.size()}) && (!from.header.fin || utf8_.finish());
    if (!valid)
        ec = error::utf8_invalid;
    return valid;
}

SOCKETIO_DECL std::optional<whole_message> message_reader::collect(frame const& part)
{
    if (part.header.code != opcode::continuation)
        code_ = part.header.code;
    collected_.append(part.payload.data(), part.payload.size());
    if (!part.header.fin) {
        ++fragments_;
        frames_.limit(max_message_ - collected_.size());
        return std::nullopt;
    }
    fragments_ = 0;
    lent_ = true;
    frames_.limit(max_message_);
    return whole_message{code_, {collected_.data(), collected_.size()}};
}

} // namespace socketio::detail

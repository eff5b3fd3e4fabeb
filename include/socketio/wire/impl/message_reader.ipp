// Joins fragments, and validates text as it arrives.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/wire/message_reader.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

inline constexpr std::size_t kept_for_fragments = 65536;
inline constexpr std::size_t inflated_at_once = 16384;

SOCKETIO_DECL void message_reader::inflate_with(std::unique_ptr<message_inflater> inflater) noexcept
{
    inflater_ = std::move(inflater);
    frames_.allow_compressed(max_compressed());
}

// Incompressible data grows: with zlib by an eighth at the very most, by a few bytes of each block.
SOCKETIO_DECL std::uint64_t message_reader::max_compressed() const noexcept
{
    std::uint64_t const extra = max_message_ / 8 + 64;
    return max_message_ + std::min(extra, static_cast<std::uint64_t>(-1) - max_message_);
}

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
        std::string_view const payload{part->payload.data(), part->payload.size()};
        if (!fits(header, ec) || !validate(payload.substr(validated_), header, ec) ||
            (header.fin && !end_message(header, ec)))
            return std::nullopt;
        validated_ = 0;
        if (header.fin && header.code != opcode::continuation && header.reserved == 0)
            return whole_message{header.code, part->payload};
        if (auto const whole = collect(*part))
            return whole;
    }
    if (!ec)
        validate_front(input, ec);
    return std::nullopt;
}

// True if a data frame is permitted now.
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

SOCKETIO_DECL bool message_reader::is_compressed(frame_header const& header) const noexcept
{
    return header.code == opcode::continuation ? compressed_ : header.reserved != 0;
}

// Validates the incomplete frame at the front, as far as it has arrived.
SOCKETIO_NOINLINE SOCKETIO_DECL void message_reader::validate_front(std::span<char> input, std::error_code& ec)
{
    frame_header const* const header = frames_.front();
    if (header == nullptr || is_control(header->code) || !fits(*header, ec))
        return;
    std::span<char> const part = frames_.arrived(input);
    std::string_view const fresh{part.data() + validated_, part.size() - validated_};
    validated_ = part.size();
    validate(fresh, *header, ec);
}

// Takes the next bytes of a data frame, each exactly once.
SOCKETIO_DECL bool message_reader::validate(std::string_view fresh, frame_header const& header, std::error_code& ec)
{
    if (is_compressed(header))
        return inflate(fresh, header, ec);
    if (is_text(header) && !utf8_.write(fresh))
        ec = error::utf8_invalid;
    return !ec;
}

// Produces at most one byte beyond the limit. Output before an error is validated first, so that the result does
// not depend on the size of the pieces.
SOCKETIO_NOINLINE SOCKETIO_DECL bool message_reader::inflate(std::string_view fresh, frame_header const& header,
                                                             std::error_code& ec)
{
    compressed_size_ += fresh.size();
    bool more = !fresh.empty();
    while (more) {
        std::size_t const before = collected_.size();
        std::uint64_t const left = max_message_ - before;
        std::size_t const room = left < inflated_at_once ? static_cast<std::size_t>(left) + 1 : inflated_at_once;
        more = inflater_->inflate(fresh, collected_, room, ec);
        if (is_text(header) && !utf8_.write(collected_.view().substr(before)))
            ec = error::utf8_invalid;
        else if (collected_.size() > max_message_)
            ec = error::message_too_large;
        if (ec)
            return false;
    }
    return true;
}

// An empty message should be one byte long (RFC 7692, section 7.2.3.6), but users of zlib send zero bytes.
SOCKETIO_DECL bool message_reader::end_message(frame_header const& header, std::error_code& ec)
{
    if (is_compressed(header) && std::exchange(compressed_size_, 0) != 0)
        ec = inflater_->finish();
    if (!ec && is_text(header) && !utf8_.finish())
        ec = error::utf8_invalid;
    return !ec;
}

SOCKETIO_NOINLINE SOCKETIO_DECL std::optional<whole_message> message_reader::collect(frame const& part)
{
    if (part.header.code != opcode::continuation) {
        code_ = part.header.code;
        compressed_ = part.header.reserved != 0;
    }
    if (!compressed_)
        collected_.append(part.payload.data(), part.payload.size());
    if (!part.header.fin) {
        ++fragments_;
        frames_.limit(compressed_ ? max_compressed() - compressed_size_ : max_message_ - collected_.size());
        return std::nullopt;
    }
    fragments_ = 0;
    lent_ = true;
    frames_.limit(max_message_);
    return whole_message{code_, {collected_.data(), collected_.size()}};
}

} // namespace socketio::detail

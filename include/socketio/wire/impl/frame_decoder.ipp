// Reads frame headers, and makes every check that needs the header only.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/wire/frame_decoder.hpp>

namespace socketio::detail {

SOCKETIO_DECL std::optional<frame> frame_decoder::next(std::span<char>& input, std::error_code& ec) noexcept
{
    if (head_size_ == 0 && !read_header(input, ec))
        return std::nullopt;
    if (input.size() < head_size_ + ready_)
        return std::nullopt;
    std::size_t const length = static_cast<std::size_t>(front_.length);
    std::size_t const here = input.size() - head_size_ < length ? input.size() - head_size_ : length;
    if (front_.masked)
        apply_mask(input.data() + head_size_ + ready_, here - ready_, front_.mask, ready_);
    if (here < length) {
        ready_ = here;
        return std::nullopt;
    }
    frame const result{front_, input.subspan(head_size_, length)};
    input = input.subspan(head_size_ + length);
    head_size_ = 0;
    ready_ = 0;
    return result;
}

SOCKETIO_DECL bool frame_decoder::may_begin(unsigned char byte) const noexcept
{
    if (byte == 0x81 || byte == 0x82) // a whole message, as nearly always
        return true;
    unsigned const code = byte & 0x0Fu;
    bool const defined = code <= 2 || (code >= 8 && code <= 10);
    bool const whole = code < 8 || (byte & 0x80u) != 0;
    bool const starts_data = code == 1 || code == 2;
    unsigned const allowed = compressed_ && starts_data ? 0x40u : 0u;
    return (byte & 0x70u & ~allowed) == 0 && defined && whole;
}

// Leaves head_size_ at 0 while the header is incomplete.
SOCKETIO_DECL bool frame_decoder::read_header(std::span<char const> input, std::error_code& ec) noexcept
{
    if (input.empty())
        return false;
    unsigned char const first = static_cast<unsigned char>(input[0]);
    if (!may_begin(first)) {
        ec = error::frame_invalid;
        return false;
    }
    if (input.size() < 2)
        return false;
    unsigned char const second = static_cast<unsigned char>(input[1]);
    front_.fin = (first & 0x80u) != 0;
    front_.reserved = static_cast<std::uint8_t>(first >> 4 & 7u);
    front_.code = static_cast<opcode>(first & 0x0Fu);
    front_.masked = (second & 0x80u) != 0;
    front_.length = second & 0x7Fu;
    if (front_.masked != peer_masks_ || (is_control(front_.code) && front_.length > max_control_payload)) {
        ec = error::frame_invalid;
        return false;
    }
    return read_length(input, ec);
}

SOCKETIO_DECL bool frame_decoder::read_length(std::span<char const> input, std::error_code& ec) noexcept
{
    std::size_t const extended = front_.length == 126 ? 2 : front_.length == 127 ? 8 : 0;
    if (input.size() < 2 + extended)
        return false;
    if (extended != 0) {
        front_.length = 0;
        for (char c : input.subspan(2, extended))
            front_.length = front_.length << 8 | static_cast<unsigned char>(c);
        bool const shortest = front_.length > (extended == 2 ? 125u : 0xFFFFu);
        if (!shortest || front_.length >> 63 != 0) {
            ec = error::frame_invalid;
            return false;
        }
    }
    // Compared in 64 bits: on a 32-bit machine the length may exceed size_t.
    constexpr std::uint64_t addressable = static_cast<std::size_t>(-1) / 2;
    std::uint64_t const most = front_.reserved != 0 ? max_compressed_ : max_payload_;
    if (!is_control(front_.code) && (front_.length > most || front_.length > addressable - max_frame_header)) {
        ec = error::message_too_large;
        return false;
    }
    std::size_t const size = 2 + extended + (front_.masked ? 4u : 0u);
    if (input.size() < size)
        return false;
    if (front_.masked)
        std::memcpy(&front_.mask, input.data() + size - 4, 4);
    head_size_ = size;
    return true;
}

} // namespace socketio::detail

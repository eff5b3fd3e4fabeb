// Splits a byte stream into WebSocket frames (RFC 6455, section 5.2).
// It owns no buffer: a frame's payload points into the caller's bytes, unmasked in place.
#pragma once

#include <socketio/core/config.hpp>
#include <socketio/wire/frame.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <system_error>

namespace socketio::detail {

struct frame {
    frame_header header;
    std::span<char> payload;
};

class frame_decoder {
public:
    // `max_payload` limits data frames, in bytes. The protocol limits control frames itself.
    frame_decoder(bool peer_masks, std::uint64_t max_payload) noexcept
        : max_payload_{max_payload}, peer_masks_{peer_masks}
    {
    }

    // Removes one whole frame from the front of `input`. Leaves `input` alone while the frame is incomplete. The
    // remaining bytes must be at the front of the next `input`, at any address, but unchanged: a part of them
    // may already be unmasked. Sets `ec` on an invalid frame as soon as its header shows it. The stream is
    // unusable then.
    std::optional<frame> next(std::span<char>& input, std::error_code& ec) noexcept;

    // The size, header included, of the incomplete frame at the front. 0 while it is unknown.
    std::size_t wanted() const noexcept
    {
        return head_size_ == 0 ? 0 : head_size_ + static_cast<std::size_t>(front_.length);
    }

    // The header of that frame (nullptr while unknown), and the part of its payload that has arrived.
    frame_header const* front() const noexcept { return head_size_ == 0 ? nullptr : &front_; }
    std::span<char> arrived(std::span<char> input) const noexcept { return input.subspan(head_size_, ready_); }

    void limit(std::uint64_t max_payload) noexcept { max_payload_ = max_payload; }

    // Permits RSV1 on the first frame of a data message, whose payload then has this limit (RFC 7692, section
    // 6). RSV1 on other frames, and the other reserved bits on all frames, stay errors.
    void allow_compressed(std::uint64_t max_payload) noexcept
    {
        max_compressed_ = max_payload;
        compressed_ = true;
    }

private:
    bool may_begin(unsigned char byte) const noexcept;
    bool read_header(std::span<char const> input, std::error_code& ec) noexcept;
    bool read_length(std::span<char const> input, std::error_code& ec) noexcept;

    frame_header front_{};
    std::size_t head_size_ = 0; // 0: the header of the front frame is not read yet
    std::size_t ready_ = 0;     // bytes of its payload that are unmasked
    std::uint64_t max_payload_;
    std::uint64_t max_compressed_ = 0;
    bool peer_masks_;
    bool compressed_ = false;   // RSV1 may be set
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/frame_decoder.ipp>
#endif

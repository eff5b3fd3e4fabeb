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
    // `max_payload` binds data frames; control frames have the protocol's own limit.
    frame_decoder(bool peer_masks, std::uint64_t max_payload) noexcept
        : max_payload_{max_payload}, peer_masks_{peer_masks}
    {
    }

    // Takes one whole frame off the front of `input`; leaves `input` alone until there is one.
    // The bytes that stay must be at the front of the next `input`, wherever that lies, and as they
    // were left: a part of them may be unmasked already.
    // Sets `ec` on a frame that cannot be, as soon as its header shows it; then the stream is lost.
    std::optional<frame> next(std::span<char>& input, std::error_code& ec) noexcept;

    // The size, header included, of the incomplete frame at the front; 0 while it is not known.
    std::size_t wanted() const noexcept
    {
        return head_size_ == 0 ? 0 : head_size_ + static_cast<std::size_t>(front_.length);
    }

    // Of that frame: its header (nullptr while not known), and how much of its payload has arrived.
    frame_header const* front() const noexcept { return head_size_ == 0 ? nullptr : &front_; }
    std::span<char> arrived(std::span<char> input) const noexcept { return input.subspan(head_size_, ready_); }

    void limit(std::uint64_t max_payload) noexcept { max_payload_ = max_payload; }

    // Lets RSV1 pass on the first frame of a data message, whose payload has this limit then (RFC 7692,
    // section 6). It never passes anywhere else, and the other reserved bits nowhere.
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
    std::size_t head_size_ = 0; // 0: the header of the frame at the front is not read yet
    std::size_t ready_ = 0;     // so much of its payload is unmasked
    std::uint64_t max_payload_;
    std::uint64_t max_compressed_ = 0;
    bool peer_masks_;
    bool compressed_ = false;   // RSV1 may be set
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/frame_decoder.ipp>
#endif

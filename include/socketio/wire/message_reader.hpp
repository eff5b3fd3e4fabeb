// Frames to messages: joins fragments, validates UTF-8 and the limits (RFC 6455, sections 5.4, 5.6 and 8.1), and
// inflates compressed messages as they arrive (RFC 7692). Knows messages, but answers none: it passes pings and
// closes on.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/config.hpp>
#include <socketio/core/utf8.hpp>
#include <socketio/wire/frame_decoder.hpp>
#include <socketio/wire/message_codec.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

namespace socketio::detail {

struct whole_message {
    opcode code;             // text, binary, close, ping or pong
    std::span<char> payload; // points into the input, or into the reader until its next call
};

class message_reader {
public:
    message_reader(bool peer_masks, std::uint64_t max_message, std::size_t max_fragments) noexcept
        : frames_{peer_masks, max_message}, max_message_{max_message}, max_fragments_{max_fragments}
    {
    }

    // Removes the next whole message or control frame from the front of `input`. frame_decoder::next() says
    // which bytes must stay there, and when `ec` is set.
    std::optional<whole_message> next(std::span<char>& input, std::error_code& ec);

    std::size_t wanted() const noexcept { return frames_.wanted(); }

    // Permits compressed messages from now on. The limit applies to the inflated size.
    void inflate_with(std::unique_ptr<message_inflater> inflater) noexcept;

private:
    bool fits(frame_header const& header, std::error_code& ec) const noexcept;
    bool is_text(frame_header const& header) const noexcept;
    bool is_compressed(frame_header const& header) const noexcept;
    void validate_front(std::span<char> input, std::error_code& ec);
    bool validate(std::string_view fresh, frame_header const& header, std::error_code& ec);
    bool inflate(std::string_view fresh, frame_header const& header, std::error_code& ec);
    bool end_message(frame_header const& header, std::error_code& ec);
    std::uint64_t max_compressed() const noexcept;
    std::optional<whole_message> collect(frame const& part);

    frame_decoder frames_;
    byte_buffer collected_;      // the fragments of the incomplete message, or its inflated text
    std::unique_ptr<message_inflater> inflater_;
    std::uint64_t max_message_;
    std::size_t max_fragments_;
    std::size_t fragments_ = 0;  // number of fragments collected; 0 between messages
    std::size_t validated_ = 0;  // bytes of the front frame's payload that went through utf8_ or inflater_
    std::uint64_t compressed_size_ = 0; // of the current message
    utf8_checker utf8_;
    opcode code_ = opcode::text; // of the message that is being collected
    bool compressed_ = false;    // that message is compressed
    bool lent_ = false;          // the last returned message points into collected_
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/message_reader.ipp>
#endif

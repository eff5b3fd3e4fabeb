// One endpoint of a WebSocket connection after the handshake (RFC 6455, sections 5 to 7), either role. Bytes go
// in and events come out, messages go in and bytes come out. Knows no socket, clock or source of random numbers.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/config.hpp>
#include <socketio/core/role.hpp>
#include <socketio/wire/message_codec.hpp>
#include <socketio/wire/message_reader.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

namespace socketio::detail {

struct websocket_limits {
    std::uint64_t message_size = 16u << 20; // of one incoming message
    std::size_t fragments = 65536;          // of one incoming message
};

struct websocket_event {
    enum class kind : std::uint8_t { none, text, binary, ping, pong, close, failed };

    kind type = kind::none;
    std::span<char> payload{}; // the message; for ping and pong the data; for close the reason
    std::uint16_t code = 0;    // for close: the peer's status code, 1005 without one
    std::error_code error{};   // for failed
};

// True for the status codes that a close frame may carry (section 7.4).
SOCKETIO_DECL bool is_close_code(unsigned code) noexcept;

// Generates the mask keys of frames: xoshiro256**, initialized from one seed.
class mask_generator {
public:
    explicit mask_generator(std::uint64_t seed) noexcept;
    std::uint32_t next() noexcept;

private:
    std::array<std::uint64_t, 4> state_{};
};

class websocket_endpoint {
public:
    // `mask_seed` must be unpredictable to the peer. A server does not use it.
    websocket_endpoint(role own, websocket_limits limits, std::uint64_t mask_seed) noexcept;

    // Call it after a handshake that agreed on compression, before anything else. From then on, compressed
    // messages are inflated, and messages of at least `threshold` bytes are sent compressed.
    void compress_with(message_codec codec, std::size_t threshold) noexcept;
    bool compresses() const noexcept { return deflater_ != nullptr; }

    // Removes the next event from the front of `input`; none: more bytes are needed. The remaining bytes must be
    // at the front of the next `input`, unchanged. A payload is valid until the next call. Answers pings and
    // closes into output(). After close or failed, all input is dropped.
    websocket_event next(std::span<char>& input);

    // The size of the incomplete frame at the front of the input. 0 while it is unknown.
    std::size_t wanted() const noexcept { return done_reading() ? 0 : reader_.wanted(); }

    // The bytes to write to the peer. The owner swaps the buffer with an empty one, but not inside a message.
    // Ask again after every write: a pong that was held back during a large output is appended here. (Never
    // inside a message, since output() does not shrink there.)
    byte_buffer& output()
    {
        if (held_back_)
            release_pong();
        return output_;
    }

    // During the write of a large output, a pong is urgent instead of being appended: the owner inserts it
    // between two frames of that output.
    void set_backlog(bool large) noexcept { backlog_ = large; }
    bool has_urgent() const noexcept { return held_back_; }
    static constexpr std::size_t urgent_room = max_frame_header + max_control_payload;
    // Writes the urgent frame to `to`, at most max_urgent bytes. Returns its size.
    std::size_t write_urgent(char* to) noexcept;
    // Writes one frame of at most max_control_payload bytes outside of output(). Returns its size.
    std::size_t write_small(char* to, opcode code, std::string_view payload) noexcept;

    // A message built in place: begin, append the payload to output(), end or abandon. In between only
    // message_size() may be called. A message that ends after a close frame was sent is dropped.
    struct mark {
        std::size_t start;
        opcode code;
        bool compress = true; // unless it is small, or compression was not agreed
    };
    mark begin_message(opcode code);
    // Bytes in front of the payload until the message ends.
    std::size_t room() const noexcept { return own_ == role::client ? 6 : 2; }
    std::size_t message_size(mark const& of) const noexcept { return output_.size() - of.start - room(); }
    void end_message(mark const& of);
    void abandon(mark const& of) noexcept;

    // For several messages that are sent together or not at all: removes everything behind the first `size`
    // bytes of output().
    void take_back(std::size_t size) noexcept;

    // Sends a whole message, a ping or a pong; drops it when the connection is not open. A ping or pong over 125
    // bytes throws std::invalid_argument.
    void send(opcode code, std::string_view payload, bool compress = true);

    // Begins or completes the closing handshake, once. Code 0 sends no code, as the reference's client does.
    // Another code that must not be sent throws std::invalid_argument. A reason is cut to 123 bytes.
    void close(std::uint16_t code = 0, std::string_view reason = {});

    bool is_open() const noexcept { return !close_sent_ && !close_received_ && !failed_; }
    bool close_sent() const noexcept { return close_sent_; }
    bool close_received() const noexcept { return close_received_; }
    bool finished() const noexcept { return failed_ || (close_sent_ && close_received_); }

private:
    bool done_reading() const noexcept { return close_received_ || failed_; }
    frame_header header_for(opcode code, std::size_t length) noexcept;
    void write_frame(opcode code, std::string_view payload, std::uint8_t reserved = 0);
    std::optional<std::string_view> compressed(std::string_view payload, bool wanted);
    void write_close(std::uint16_t code, std::string_view reason);
    void hold_pong(std::span<char const> payload) noexcept;
    void release_pong();
    websocket_event on_ping(std::span<char> payload);
    websocket_event on_close(std::span<char> payload);
    websocket_event fail(std::error_code ec);

    message_reader reader_;
    byte_buffer output_;
    std::unique_ptr<message_deflater> deflater_;
    std::size_t threshold_ = 0; // the limit of deflater_
    mask_generator masks_;
    std::array<char, max_control_payload> pong_{}; // the data of the newest ping, while held_back_
    std::uint8_t pong_size_ = 0;
    role own_;
    bool held_back_ = false;
    bool backlog_ = false;
    bool close_sent_ = false;
    bool close_received_ = false;
    bool failed_ = false;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/session/impl/websocket_endpoint.ipp>
#endif

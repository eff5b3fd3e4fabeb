// One endpoint of a WebSocket connection after the handshake (RFC 6455, sections 5 to 7), either role.
// Bytes go in and events come out, messages go in and bytes come out; no socket, no clock, no randomness.
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
    std::span<char> payload{}; // the message; of ping and pong the data; of close the reason
    std::uint16_t code = 0;    // of close: the peer's status code, 1005 where it gave none
    std::error_code error{};   // of failed
};

// Which status codes may be sent in a close frame (section 7.4).
SOCKETIO_DECL bool is_close_code(unsigned code) noexcept;

// The keys that frames are masked with: xoshiro256**, spread from one seed.
class mask_generator {
public:
    explicit mask_generator(std::uint64_t seed) noexcept;
    std::uint32_t next() noexcept;

private:
    std::array<std::uint64_t, 4> state_{};
};

class websocket_endpoint {
public:
    // `mask_seed` must be unpredictable to the peer; a server never uses it.
    websocket_endpoint(role own, websocket_limits limits, std::uint64_t mask_seed) noexcept;

    // After a handshake that has agreed on compression, and before anything else: from now on what the peer
    // compresses is inflated, and messages of at least `threshold` bytes are sent compressed.
    void compress_with(message_codec codec, std::size_t threshold) noexcept;
    bool compresses() const noexcept { return deflater_ != nullptr; }

    // Takes the next event off the front of `input`; none: more bytes are needed. What stays must be
    // at the front of the next `input` as it was left. A payload is valid until the next call.
    // Answers pings and closes into output(). After close or failed all input is dropped.
    websocket_event next(std::span<char>& input);

    // The size of the incomplete frame at the front of the input, 0 while it is not known.
    std::size_t wanted() const noexcept { return done_reading() ? 0 : reader_.wanted(); }

    // What is to be written to the peer; the owner swaps it empty, but not inside a message. Ask anew
    // after every write: a pong that was held back while much was waiting is added here (never inside a
    // message, as output() does not get shorter there).
    byte_buffer& output()
    {
        if (held_back_)
            release_pong();
        return output_;
    }

    // While a large output is being written no pong is added behind it: it is urgent, and the owner puts it between two
    // frames of what is being written.
    void set_backlog(bool large) noexcept { backlog_ = large; }
    bool has_urgent() const noexcept { return held_back_; }
    static constexpr std::size_t urgent_room = max_frame_header + max_control_payload;
    // Writes it, at most so many bytes; returns their number.
    std::size_t write_urgent(char* to) noexcept;
    // One frame of at most max_control_payload bytes that goes its own way; returns its size.
    std::size_t write_small(char* to, opcode code, std::string_view payload) noexcept;

    // A message built in place: begin, append the payload to output(), end or abandon. In between
    // nothing else may be called but message_size(). One that ends after a close frame was sent is dropped.
    struct mark {
        std::size_t start;
        opcode code;
        bool compress = true; // unless it is small; without an agreement nothing is
    };
    mark begin_message(opcode code);
    // Bytes in front of its payload, until it has ended.
    std::size_t room() const noexcept { return own_ == role::client ? 6 : 2; }
    std::size_t message_size(mark const& of) const noexcept { return output_.size() - of.start - room(); }
    void end_message(mark const& of);
    void abandon(mark const& of) noexcept;

    // Several messages that leave together or not at all: takes everything back that was written behind the first
    // `size` bytes of output().
    void take_back(std::size_t size) noexcept;

    // A whole message, a ping or a pong; dropped when not open. A ping or pong over 125 bytes is misuse.
    void send(opcode code, std::string_view payload, bool compress = true);

    // Begins or completes the closing handshake, once. Code 0 sends no code, as the reference's client
    // does; otherwise a code that may not be sent is misuse. A reason over 123 bytes is cut.
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
    websocket_event fail(std::error_code why);

    message_reader reader_;
    byte_buffer output_;
    std::unique_ptr<message_deflater> deflater_;
    std::size_t threshold_ = 0; // of deflater_
    mask_generator masks_;
    std::array<char, max_control_payload> pong_{}; // the newest ping's data, while held_back_
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

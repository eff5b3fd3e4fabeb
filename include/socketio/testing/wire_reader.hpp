// What one side of a connection says, message by message: HTTP, and WebSocket behind it.
#pragma once

#include <socketio/testing/decl.hpp>
#include <socketio/wire/body_reader.hpp>
#include <socketio/wire/http.hpp>
#include <socketio/wire/message_reader.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace socketio::detail {

struct wire_message {
    enum class kind : std::uint8_t { request, answer, text, binary, close, ping, pong };

    kind type = kind::text;
    http_head head{};      // of a request, or an answer
    std::string payload{}; // of the frames, or the body
};

// No compression: neither frames nor bodies are inflated.
class wire_reader {
public:
    explicit wire_reader(bool of_client);

    void feed(std::string_view bytes) { input_ += bytes; }
    // The side has closed: the body of an answer may end so.
    void end() noexcept { ended_ = true; }
    // The next whole message. `ec`: the side says what cannot be read; nothing more comes then.
    std::optional<wire_message> next(std::error_code& ec);
    // Behind an answer of the other side, what follows are frames. An answer of this side needs no call.
    void upgrade() noexcept { websocket_ = true; }

private:
    std::optional<wire_message> next_http(std::error_code& ec);
    std::optional<wire_message> next_frame(std::error_code& ec);
    bool read_head(std::error_code& ec);
    bool has_body() const noexcept;

    bool const of_client_;
    std::string input_;
    http_head_reader reader_;
    std::optional<http_head> head_; // whose body is read
    std::optional<body_reader> body_;
    message_reader frames_;
    bool websocket_ = false;
    bool ended_ = false;
    bool failed_ = false;
};

// One frame. `first` is its first byte; with a mask the payload is masked.
SOCKETIO_TESTING_DECL std::string frame_of(unsigned first, std::string_view payload,
    std::optional<std::uint32_t> mask = std::nullopt);
// The payload of a close frame.
SOCKETIO_TESTING_DECL std::string close_payload(std::uint16_t code, std::string_view reason);
// An answer with its body. Headers about the connection, and the length of the body, are not among them.
SOCKETIO_TESTING_DECL std::string answer_of(int status, std::string_view reason,
    std::vector<std::pair<std::string, std::string>> const& headers, std::string_view body);

} // namespace socketio::detail

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/wire_reader.ipp>
#endif

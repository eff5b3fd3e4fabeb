// The interface of a compression extension, independent of the library that compresses (RFC 7692, section 7.2).
// The WebSocket layers know these two classes only.
#pragma once

#include <socketio/core/bytes.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

namespace socketio::detail {

class message_deflater {
public:
    message_deflater() = default;
    message_deflater(message_deflater const&) = delete;
    message_deflater& operator=(message_deflater const&) = delete;
    virtual ~message_deflater() = default;

    // Returns the whole message as the payload of a frame, valid until the next call. Send it, since later
    // messages may refer to it. std::nullopt: compression failed; send the message uncompressed.
    virtual std::optional<std::string_view> deflate(std::string_view message) = 0;
    // The last deflated message is not sent: later messages must not refer to anything before them.
    virtual void restart() noexcept = 0;
};

class message_inflater {
public:
    message_inflater() = default;
    message_inflater(message_inflater const&) = delete;
    message_inflater& operator=(message_inflater const&) = delete;
    virtual ~message_inflater() = default;

    // Removes the next piece of a message from the front of `input` and appends its content to `to`, at most
    // `room` bytes. True: call again, more output may follow. After an error the decoder is unusable.
    virtual bool inflate(std::string_view& input, byte_buffer& to, std::size_t room, std::error_code& ec) = 0;
    // The message ends here, after at least one piece: returns an error if it is incomplete.
    virtual std::error_code finish() = 0;
};

struct message_codec {
    std::unique_ptr<message_deflater> deflater{};
    std::unique_ptr<message_inflater> inflater{};
};

} // namespace socketio::detail

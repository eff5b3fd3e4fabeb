// What a compression extension does to messages, whatever does it (RFC 7692, section 7.2).
// The WebSocket layers know these two classes and no library.
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

    // The whole message as it goes into a frame; valid until the next call. The peer must get it, since what
    // follows may refer to it. Nothing where it could not be done: then the message may go as it is.
    virtual std::optional<std::string_view> deflate(std::string_view message) = 0;
    // The peer will not get what was deflated last: nothing that follows refers to anything before.
    virtual void restart() noexcept = 0;
};

class message_inflater {
public:
    message_inflater() = default;
    message_inflater(message_inflater const&) = delete;
    message_inflater& operator=(message_inflater const&) = delete;
    virtual ~message_inflater() = default;

    // Takes the next piece of a message off the front of `input` and appends what it says to `to`, `room` bytes
    // at most. True while there may be more to come: to be called again. After an error all is lost.
    virtual bool inflate(std::string_view& input, byte_buffer& to, std::size_t room, std::error_code& ec) = 0;
    // The message is complete, after at least one piece of it: is it whole?
    virtual std::error_code finish() = 0;
};

struct message_codec {
    std::unique_ptr<message_deflater> deflater{};
    std::unique_ptr<message_inflater> inflater{};
};

} // namespace socketio::detail

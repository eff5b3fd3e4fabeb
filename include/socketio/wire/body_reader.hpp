// Reads the body of an HTTP/1.1 request or response, up to a limit (RFC 9112, sections 6 and 7.1). Knows
// lengths, chunks and the end of the stream, but no transfer coding besides chunked.
#pragma once

#include <socketio/core/config.hpp>
#include <socketio/wire/http.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::detail {

enum class body_progress : std::uint8_t {
    incomplete,
    complete, // the next byte belongs to the next response
    limited,  // the body exceeds the limit; the rest is not read
    failed    // the chunks or their trailers are malformed; the bytes before them stay
};

// `body()` has at most `limit` bytes. The framing around it has at most 4 KiB and 8 bytes for each byte of the
// body, so that chunks of one byte are accepted. Each line of the framing has at most 4 KiB.
class body_reader {
public:
    body_reader(http_head const& head, std::size_t limit);

    // Removes bytes of the body from the front and sets `consumed` to their number.
    body_progress read(std::string_view data, std::size_t& consumed);

    std::string const& body() const noexcept { return body_; }
    std::string take() noexcept { return std::exchange(body_, {}); }
    // True if the head announces a body over the limit.
    bool is_announced_too_long() const noexcept
    {
        return kind_ == kind::length && left_ > limit_ && body_.empty();
    }
    // True if the body lasts until the end of the stream.
    bool until_end() const noexcept { return kind_ == kind::until_end && progress_ != body_progress::complete; }

private:
    enum class kind : std::uint8_t { length, chunked, until_end };
    enum class section : std::uint8_t { size, data, behind_data, trailer };

    void take_data(std::string_view& data);
    void take_line(std::string_view& data);
    bool accept_line(std::string_view line);

    static constexpr std::size_t line_limit = 4096;
    static constexpr std::size_t framing_limit = 4096;
    static constexpr std::size_t framing_factor = 8;

    std::string body_;
    std::string line_;
    std::size_t limit_;
    std::uint64_t left_ = 0;  // bytes to come of the body, or of the chunk
    std::size_t framing_ = 0; // bytes of the framing so far
    kind kind_ = kind::until_end;
    section section_ = section::size;
    body_progress progress_ = body_progress::incomplete;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/body_reader.ipp>
#endif

// The body behind the head of an HTTP/1.1 response, or of a request that has one (RFC 9112, sections 6 and 7.1), up to a limit.
// Knows whole lengths, chunks and the end of the stream, and no other coding.
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
    complete, // what follows is the next response
    limited,  // over the limit: more would come, but is not wanted
    failed    // the chunks or their trailers are broken; what came before them stays
};

// `body()` is at most `limit` bytes. The framing around it is at most 4 KiB and 8 bytes for each byte of the body, so that
// chunks of one byte are taken, and each of its lines at most 4 KiB.
class body_reader {
public:
    body_reader(http_head const& head, std::size_t limit);

    // Takes what belongs to the body off the front; says in `consumed` how much that was.
    body_progress read(std::string_view data, std::size_t& consumed);

    std::string const& body() const noexcept { return body_; }
    std::string take() noexcept { return std::exchange(body_, {}); }
    // Whether only the end of the stream ends it.
    bool until_end() const noexcept { return kind_ == kind::until_end; }

private:
    enum class kind : std::uint8_t { length, chunked, until_end };
    enum class place : std::uint8_t { size, data, behind_data, trailer };

    void take_data(std::string_view& data);
    void take_line(std::string_view& data);
    bool accept_line(std::string_view line);

    static constexpr std::size_t line_limit = 4096;
    static constexpr std::size_t framing_limit = 4096;
    static constexpr std::size_t framing_factor = 8;

    std::string body_;
    std::string line_;
    std::size_t limit_;
    std::uint64_t left_ = 0;  // of the body, or of the chunk
    std::size_t framing_ = 0; // bytes that were not body
    kind kind_ = kind::until_end;
    place place_ = place::size;
    body_progress progress_ = body_progress::incomplete;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/body_reader.ipp>
#endif

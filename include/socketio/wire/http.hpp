// The head of one HTTP/1.1 request or response (RFC 9112), strictly read and bounded. Knows neither bodies nor
// the meaning of headers.
#pragma once

#include <socketio/core/ascii.hpp>
#include <socketio/core/config.hpp>
#include <socketio/core/role.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace socketio::detail {

struct http_header {
    std::string name, value;
};

struct http_head {
    int status = 0;             // of a response
    std::string reason;         // of a response
    std::string method, target; // of a request
    std::vector<http_header> headers;
    int minor = 1;              // 0 in HTTP/1.0

    // The first header of that name in any case. "" when it is missing.
    std::string_view find(std::string_view name) const noexcept;
    std::size_t count(std::string_view name) const noexcept;
    // True if the comma-separated lists of all headers of that name contain the token, in any case.
    bool has_token(std::string_view name, std::string_view token) const noexcept;
};

struct http_limits {
    std::size_t bytes = 16384;  // the whole head with its empty line
    std::size_t headers = 100;
};

enum class http_progress : std::uint8_t { complete, incomplete, failed };

// Reads a head that arrives in pieces. An informational response (1xx) counts as a head.
class http_head_reader {
public:
    explicit http_head_reader(role sender, http_limits limits = {}) : limits_{limits}, sender_{sender} {}

    // `data` is everything so far, including the bytes of earlier calls, which are not scanned again. When
    // complete, `consumed` is the length of the head. The bytes behind it are not touched.
    http_progress read(std::string_view data, std::size_t& consumed);

    http_head& head() noexcept { return head_; }
    std::error_code error() const noexcept;
    void reset();               // for the next head of the connection

private:
    bool take_line(std::string_view line);
    bool take_start(std::string_view line);
    bool take_status(std::string_view line);
    bool take_request(std::string_view line);
    bool take_header(std::string_view line);
    bool may_begin_with(std::string_view data) const noexcept;

    http_head head_;
    http_limits limits_;
    std::size_t line_ = 0;      // the position of the incomplete line
    std::size_t scanned_ = 0;   // no line ends between line_ and here
    role sender_;
    bool started_ = false;
    http_progress progress_ = http_progress::incomplete;
};

constexpr std::string_view trim_http_blanks(std::string_view text) noexcept
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

constexpr bool is_http_token(char c) noexcept
{
    if (is_ascii_letter(c) || is_ascii_digit(c))
        return true;
    return c != '\0' && std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

struct http_header_view {
    std::string_view name, value;
};

// Splits a line of a head or of a trailer, without its end. Returns false if it is not a header (RFC 9112, section 5).
SOCKETIO_DECL bool split_header_line(std::string_view line, http_header_view& to) noexcept;

// Removes the first item from the front of a comma-separated list, and returns it without the blanks around it.
SOCKETIO_DECL std::string_view take_list_item(std::string_view& list) noexcept;

// True if a comma-separated list contains the token, in any case.
SOCKETIO_DECL bool http_list_has(std::string_view list, std::string_view token) noexcept;

SOCKETIO_DECL bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept; // ASCII

// True if the text is valid in a head. For the values that users supply.
SOCKETIO_DECL bool is_header_name(std::string_view text) noexcept;
SOCKETIO_DECL bool is_header_value(std::string_view text) noexcept;
SOCKETIO_DECL bool is_request_target(std::string_view text) noexcept;

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/http.ipp>
#endif

// Dates in HTTP headers, and Retry-After. Knows no clock: the current time is an argument.
#pragma once

#include <socketio/core/config.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::detail {

// The wall clock's time.
using http_time = std::chrono::sys_seconds;

// Reads "Sun, 06 Nov 1994 08:49:37 GMT", the older forms of RFC 9110, section 5.6.7, and every text that RFC
// 6265, section 5.1.1, accepts; always UTC. Years from 1601 to 9999.
SOCKETIO_DECL std::optional<http_time> parse_http_date(std::string_view text) noexcept;

// Writes "Sun, 06 Nov 1994 08:49:37 GMT".
SOCKETIO_DECL std::string format_http_date(http_time time);

// The wait that a Retry-After (RFC 9110, section 10.2.3) asks for: seconds, or the time until a date. A past
// date gives 0. The maximum is 100 years.
SOCKETIO_DECL std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, http_time now) noexcept;

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/http_date.ipp>
#endif

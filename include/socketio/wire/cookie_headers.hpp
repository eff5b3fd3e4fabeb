// The headers in which a client's cookies come and go: Cookie of a request, Set-Cookie of an answer.
#pragma once

#include <socketio/core/config.hpp>
#include <socketio/wire/cookies.hpp>
#include <socketio/wire/http.hpp>
#include <socketio/wire/http_date.hpp>
#include <socketio/wire/url.hpp>

#include <string_view>
#include <vector>

namespace socketio::detail {

// `target` is the path and query of the request. The result refers to both arguments.
SOCKETIO_DECL cookie_origin origin_of(url const& to, std::string_view target) noexcept;

// Adds the jar's cookies to the user's own: one Cookie header for all. Without a jar nothing changes.
SOCKETIO_DECL void add_cookies(std::vector<http_header>& headers, cookie_jar* jar, cookie_origin const& to,
                               http_time now);

// Stores what an answer sets. Without a jar nothing.
SOCKETIO_DECL void keep_cookies(http_head const& answer, cookie_jar* jar, cookie_origin const& from, http_time now);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/cookie_headers.ipp>
#endif

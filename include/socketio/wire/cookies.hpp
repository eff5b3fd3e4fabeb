// Stores the cookies that servers set, and selects those that a request carries (RFC 6265). Kept in memory,
// bounded. Knows no clock (the time is an argument) and no list of public suffixes: a Domain without a dot is
// rejected.
#pragma once

#include <socketio/core/config.hpp>
#include <socketio/wire/http_date.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::detail {

// The origin of a request or a response, as far as cookies depend on it.
struct cookie_origin {
    std::string_view host; // in lower case
    std::string_view path; // without the query
    bool secure = false;
};

class cookie_jar {
public:
    static constexpr std::size_t most_cookies = 50;
    static constexpr std::size_t most_bytes = 4096; // of name, value and attributes together

    // Stores one Set-Cookie header. Ignores invalid ones. Beyond 50 cookies, drops the one that was set first.
    void set(std::string_view header, cookie_origin const& from, http_time now);

    // Returns "a=1; b=2", longer paths first, or an empty text.
    std::string header(cookie_origin const& to, http_time now);

    std::size_t size() const noexcept { return cookies_.size(); }

private:
    struct cookie {
        std::string name, value, domain, path;
        http_time expires = http_time::max();
        bool host_only = true;
        bool secure = false;
    };

    static bool take_attributes(std::string_view text, cookie& into, cookie_origin const& from, http_time now);
    static bool take_domain(std::string_view value, cookie& into);
    void drop_expired(http_time now);

    std::vector<cookie> cookies_; // in the order in which they were first set
};

// Joins the user's Cookie header and the one of the jar.
SOCKETIO_DECL std::string join_cookies(std::string_view first, std::string_view second);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/cookies.ipp>
#endif

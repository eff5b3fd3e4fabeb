// Cookies that servers set, and which of them a request carries (RFC 6265). Kept in memory, bounded.
// Knows no clock (the time is an argument) and no list of public suffixes: a Domain without a dot is refused.
#pragma once

#include <socketio/core/config.hpp>
#include <socketio/wire/http_date.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::detail {

// The request that a cookie comes with or goes with.
struct cookie_place {
    std::string_view host; // in lower case
    std::string_view path; // without the query
    bool secure = false;
};

class cookie_jar {
public:
    static constexpr std::size_t most_cookies = 50;
    static constexpr std::size_t most_bytes = 4096; // of a name, value and attributes

    // One Set-Cookie header. What cannot be used is ignored; over 50 cookies the one that was set first goes.
    void set(std::string_view header, cookie_place const& from, http_time now);

    // "a=1; b=2", longer paths first, or nothing.
    std::string header(cookie_place const& to, http_time now);

    std::size_t size() const noexcept { return cookies_.size(); }

private:
    struct cookie {
        std::string name, value, domain, path;
        http_time expires = http_time::max();
        bool host_only = true;
        bool secure = false;
    };

    static bool take_attributes(std::string_view text, cookie& into, cookie_place const& from, http_time now);
    static bool take_domain(std::string_view value, cookie& into);
    void drop_expired(http_time now);

    std::vector<cookie> cookies_; // in the order in which they were set first
};

// The user's Cookie header and the jar's, as one.
SOCKETIO_DECL std::string join_cookies(std::string_view first, std::string_view second);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/cookies.ipp>
#endif

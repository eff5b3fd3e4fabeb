// Limits redirections, and removes headers that may contain secrets.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/wire/redirections.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL bool is_redirection(http_head const& answer) noexcept
{
    int const status = answer.status;
    bool const moved = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    return moved && answer.count("Location") != 0;
}

SOCKETIO_DECL std::error_code redirections::follow(http_head const& answer, url& to, std::string& target,
                                                   std::string& message)
{
    std::string const location{answer.find("Location")};
    std::string const shown = location.substr(0, 200);
    url next;
    if (++followed_ > most_) {
        message = "redirected more than " + std::to_string(most_) + " times, the last time to " + shown +
                  ": the option follow_redirects allows no more";
        return error::redirect_limit;
    }
    if (resolve_url(to, target, location, next)) {
        message = "redirected to \"" + shown + "\", which is no URL that can be used";
        return error::redirect_invalid;
    }
    if (to.secure && !next.secure) {
        message = "redirected to " + shown + ", a connection without TLS, which is never followed";
        return error::redirect_insecure;
    }
    target = request_target(next);
    to = std::move(next);
    return {};
}

// A header of the user may contain a secret, except for some harmless ones.
inline bool goes_along(std::string_view header, bool same_origin, std::vector<std::string> const& named) noexcept
{
    constexpr std::array<std::string_view, 6> harmless{"Accept", "Accept-Encoding", "Accept-Language",
                                                       "Cache-Control", "Pragma", "User-Agent"};
    auto const is_header = [header](std::string_view name) { return equals_ignoring_case(header, name); };
    if (is_header("Proxy-Authorization"))
        return false;
    if (same_origin)
        return true;
    return !is_header("Host") && (std::any_of(harmless.begin(), harmless.end(), is_header) ||
                                  std::any_of(named.begin(), named.end(), is_header));
}

SOCKETIO_DECL void drop_secrets(std::vector<http_header>& headers, bool same_origin,
                                std::vector<std::string> const& named)
{
    std::erase_if(headers, [&](http_header const& each) { return !goes_along(each.name, same_origin, named); });
}

} // namespace socketio::detail

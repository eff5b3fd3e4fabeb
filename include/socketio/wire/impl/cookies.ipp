// Parses Set-Cookie, and finds the cookies for a request.
#pragma once

#include <socketio/core/ascii.hpp>
#include <socketio/wire/cookies.hpp>
#include <socketio/wire/http.hpp>
#include <socketio/wire/ip_address.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace socketio::detail {

// RFC 6265, section 5.1.4.
inline std::string_view default_cookie_path(std::string_view request) noexcept
{
    std::size_t const slash = request.rfind('/');
    return !request.starts_with('/') || slash == 0 ? std::string_view{"/"} : request.substr(0, slash);
}

inline bool cookie_path_fits(std::string_view request, std::string_view path) noexcept
{
    if (!request.starts_with(path))
        return false;
    return request.size() == path.size() || path.ends_with('/') || request[path.size()] == '/';
}

// Section 5.1.3: the domain itself, or a subdomain of it. An address has no subdomains.
inline bool cookie_domain_fits(std::string_view host, std::string_view domain) noexcept
{
    if (host == domain)
        return true;
    return host.size() > domain.size() && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.' &&
           host.find(':') == std::string_view::npos && !parse_ip_address(host);
}

// Seconds, possibly negative; std::nullopt for a text that is not a number.
inline std::optional<std::chrono::seconds> parse_max_age(std::string_view text) noexcept
{
    constexpr std::int64_t most = 400LL * 24 * 3600;
    bool const negative = text.starts_with('-');
    std::string_view const digits = text.substr(negative ? 1 : 0);
    std::int64_t result = 0;
    for (char c : digits) {
        if (c < '0' || c > '9')
            return std::nullopt;
        result = std::min(result * 10 + (c - '0'), most);
    }
    if (digits.empty())
        return std::nullopt;
    return std::chrono::seconds{negative ? 0 : result};
}

// Removes one `name=value` from the front of a list with semicolons.
inline std::pair<std::string_view, std::string_view> take_cookie_pair(std::string_view& text) noexcept
{
    std::string_view const item = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(item.size() + 1, text.size()));
    std::size_t const equals = item.find('=');
    if (equals == std::string_view::npos)
        return {trim_http_blanks(item), {}};
    return {trim_http_blanks(item.substr(0, equals)), trim_http_blanks(item.substr(equals + 1))};
}

SOCKETIO_DECL bool cookie_jar::take_domain(std::string_view value, cookie& into)
{
    if (value.starts_with('.'))
        value.remove_prefix(1);
    if (value.empty())
        return true;
    std::string const domain = ascii_lower_case(value);
    if (domain == into.domain) {
        into.host_only = domain.find('.') == std::string::npos;
        return true;
    }
    if (domain.find('.') == std::string::npos || !cookie_domain_fits(into.domain, domain))
        return false;
    into.domain = domain;
    into.host_only = false;
    return true;
}

SOCKETIO_DECL bool cookie_jar::take_attributes(std::string_view text, cookie& into, cookie_origin const& from,
                                               http_time now)
{
    std::optional<std::chrono::seconds> max_age;
    std::string_view domain;
    while (!text.empty()) {
        auto const [name, value] = take_cookie_pair(text);
        if (equals_ignoring_case(name, "Max-Age")) {
            if (auto const age = parse_max_age(value))
                max_age = age;
        } else if (equals_ignoring_case(name, "Expires")) {
            if (auto const date = parse_http_date(value))
                into.expires = *date;
        } else if (equals_ignoring_case(name, "Domain")) {
            domain = value;
        } else if (equals_ignoring_case(name, "Path")) {
            into.path = value.starts_with('/') ? value : default_cookie_path(from.path);
        } else if (equals_ignoring_case(name, "Secure")) {
            into.secure = true;
        }
    }
    if (max_age)
        into.expires = max_age->count() > 0 ? now + *max_age : http_time::min();
    return take_domain(domain, into) && (from.secure || !into.secure);
}

SOCKETIO_DECL void cookie_jar::set(std::string_view header, cookie_origin const& from, http_time now)
{
    if (header.size() > most_bytes || header.substr(0, header.find(';')).find('=') == std::string_view::npos)
        return;
    cookie made;
    auto const [name, value] = take_cookie_pair(header);
    made.name = name;
    made.value = value;
    made.domain = from.host;
    made.path = default_cookie_path(from.path);
    if (made.name.empty() || !take_attributes(header, made, from, now))
        return;
    auto const same = [&](cookie const& each) {
        return each.name == made.name && each.domain == made.domain && each.path == made.path;
    };
    auto const found = std::find_if(cookies_.begin(), cookies_.end(), same);
    // An attacker who can change traffic without TLS must not replace a cookie that came with TLS.
    if (found != cookies_.end() && found->secure && !from.secure)
        return;
    if (found != cookies_.end())
        *found = std::move(made);
    else
        cookies_.push_back(std::move(made));
    drop_expired(now);
    if (cookies_.size() > most_cookies)
        cookies_.erase(cookies_.begin());
}

SOCKETIO_DECL void cookie_jar::drop_expired(http_time now)
{
    std::erase_if(cookies_, [&](cookie const& each) { return each.expires <= now; });
}

SOCKETIO_DECL std::string cookie_jar::header(cookie_origin const& to, http_time now)
{
    drop_expired(now);
    std::vector<cookie const*> found;
    for (cookie const& each : cookies_) {
        bool const here = each.host_only ? each.domain == to.host : cookie_domain_fits(to.host, each.domain);
        if (here && cookie_path_fits(to.path, each.path) && (to.secure || !each.secure))
            found.push_back(&each);
    }
    std::stable_sort(found.begin(), found.end(),
        [](cookie const* a, cookie const* b) { return a->path.size() > b->path.size(); });
    std::string result;
    for (cookie const* each : found) {
        if (!result.empty())
            result += "; ";
        result.append(each->name).append(1, '=').append(each->value);
    }
    return result;
}

SOCKETIO_DECL std::string join_cookies(std::string_view first, std::string_view second)
{
    std::string result{first};
    if (!first.empty() && !second.empty())
        result += "; ";
    return result.append(second);
}

} // namespace socketio::detail

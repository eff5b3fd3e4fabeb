// Joins headers and the jar.
#pragma once

#include <socketio/wire/cookie_headers.hpp>

#include <string>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL cookie_origin origin_of(url const& to, std::string_view target) noexcept
{
    return {to.host, target.substr(0, target.find('?')), to.secure};
}

SOCKETIO_DECL void add_cookies(std::vector<http_header>& headers, cookie_jar* jar, cookie_origin const& to,
                               http_time now)
{
    if (jar == nullptr)
        return;
    std::string cookies;
    for (http_header const& each : headers)
        if (equals_ignoring_case(each.name, "Cookie"))
            cookies = join_cookies(cookies, each.value);
    std::erase_if(headers, [](http_header const& each) { return equals_ignoring_case(each.name, "Cookie"); });
    cookies = join_cookies(cookies, jar->header(to, now));
    if (!cookies.empty())
        headers.push_back({"Cookie", std::move(cookies)});
}

SOCKETIO_DECL void keep_cookies(http_head const& answer, cookie_jar* jar, cookie_origin const& from, http_time now)
{
    if (jar == nullptr)
        return;
    for (http_header const& each : answer.headers)
        if (equals_ignoring_case(each.name, "Set-Cookie"))
            jar->set(each.value, from, now);
}

} // namespace socketio::detail

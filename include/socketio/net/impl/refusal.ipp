#pragma once

#include <socketio/core/joined.hpp>
#include <socketio/net/refusal.hpp>

namespace socketio::detail {

SOCKETIO_DECL std::string status_words(int status, std::string_view reason)
{
    return joined({"HTTP ", std::to_string(status), reason.empty() ? "" : " ", reason});
}

SOCKETIO_DECL std::string with_quotation(std::string_view words, std::string_view body)
{
    std::string_view const mark = body.empty() ? "" : "\"";
    return joined({words, body.empty() ? "" : ", ", mark, body.substr(0, 200), mark});
}

// The words of nginx, Apache and Go for a request without TLS.
inline bool wants_https(std::string_view body) noexcept
{
    auto const has = [body](std::string_view words) { return body.find(words) != std::string_view::npos; };
    return has("request was sent to HTTPS port") || has("speaking plain HTTP to an SSL") ||
           has("HTTP request to an HTTPS server");
}

SOCKETIO_DECL std::string refusal_message(refusal const& by)
{
    std::string const words = joined({"the server refused ", by.what, ": ", status_words(by.status, by.reason)});
    if (by.foreign)
        return joined({words, ". Is this a Socket.IO server, and is the path ", by.path, " right?"});
    if (by.status >= 300 && by.status < 400)
        return joined({words, ", redirected to ", by.location.substr(0, 200),
                       ". Use that URL, or allow it by the option follow_redirects."});
    if (by.body.find("Transport unknown") != std::string_view::npos)
        return joined({words, ", \"Transport unknown\". Allow the transport \"", by.transport, "\" on the server."});
    if (wants_https(by.body))
        return joined({words, ", since it speaks https on this port: use https:// or wss://"});
    return with_quotation(words, by.body);
}

} // namespace socketio::detail

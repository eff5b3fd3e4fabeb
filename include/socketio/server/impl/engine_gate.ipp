// The verdicts on requests, and their messages.
#pragma once

#include <socketio/core/json_writer.hpp>
#include <socketio/net/find_header.hpp>
#include <socketio/server/engine_gate.hpp>
#include <socketio/wire/http.hpp>
#include <socketio/wire/url.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

// If a name comes twice, its last value counts, as in the reference.
SOCKETIO_DECL engine_query read_engine_query(std::string_view query)
{
    engine_query result;
    for (auto& [name, text] : parse_query(query, true)) {
        if (name == "transport") {
            result.transport = std::move(text);
            result.names_transport = true;
        } else if (name == "sid") {
            result.sid = std::move(text);
        } else if (name == "EIO") {
            result.protocol = text == "4" ? 4 : 3;
        } else if (name == "b64") {
            result.base64 = !text.empty();
        }
    }
    return result;
}

inline std::optional<engine_refusal> verify_session_request(engine_query const& query, bool upgrade,
                                                            std::optional<engine_known> const& session)
{
    if (!session)
        return engine_refusal{refusal_code::unknown_sid, {{"sid", query.sid}}};
    std::string const carrier = session->websocket ? "websocket" : "polling";
    if (!upgrade && query.transport != carrier)
        return engine_refusal{refusal_code::bad_request,
            {{"name", "TRANSPORT_MISMATCH"}, {"transport", query.transport}, {"previousTransport", carrier}}};
    if (query.protocol != 4)
        return engine_refusal{refusal_code::bad_request,
            {{"name", "PROTOCOL_MISMATCH"}, {"protocol", std::to_string(query.protocol)}, {"previousProtocol", "4"}}};
    if (upgrade && query.transport != "websocket")
        return engine_refusal{refusal_code::bad_request, {{"name", "TRANSPORT_HANDSHAKE_ERROR"}}};
    return std::nullopt;
}

SOCKETIO_DECL std::optional<engine_refusal> verify_request(server_options const& options, http_request const& request,
                                                           engine_query const& query, bool upgrade,
                                                           std::optional<engine_known> const& session)
{
    auto const& offered = options.transports;
    bool const known = query.transport == "polling" || query.transport == "websocket";
    if (!known || std::find(offered.begin(), offered.end(), query.transport) == offered.end())
        return engine_refusal{refusal_code::unknown_transport, {{"transport", query.transport}}};
    if (!is_header_value(find_header(request, "Origin")))
        return engine_refusal{refusal_code::bad_request, {{"name", "INVALID_ORIGIN"}}};
    if (!query.sid.empty())
        return verify_session_request(query, upgrade, session);
    if (request.method != "GET")
        return engine_refusal{refusal_code::bad_method, {{"method", request.method}}};
    if ((query.transport == "websocket") != upgrade)
        return engine_refusal{refusal_code::bad_request, {{"name", "TRANSPORT_HANDSHAKE_ERROR"}}};
    return std::nullopt;
}

SOCKETIO_DECL std::string_view refusal_message(refusal_code code) noexcept
{
    switch (code) {
    case refusal_code::unknown_transport: return "Transport unknown";
    case refusal_code::unknown_sid: return "Session ID unknown";
    case refusal_code::bad_method: return "Bad handshake method";
    case refusal_code::bad_request: return "Bad request";
    case refusal_code::forbidden: return "Forbidden";
    case refusal_code::unsupported_version: return "Unsupported protocol version";
    }
    return "";
}

SOCKETIO_DECL connection_failure describe_refusal(engine_refusal const& reason, http_request const& request)
{
    return {static_cast<int>(reason.code), std::string{refusal_message(reason.code)}, request, reason.context};
}

inline std::string_view message_for_client(engine_refusal const& reason) noexcept
{
    for (auto const& [name, text] : reason.context) {
        if (name == "message" && !text.empty())
            return text;
    }
    return refusal_message(reason.code);
}

SOCKETIO_DECL http_response refusal_response(engine_refusal const& reason, bool upgrade)
{
    std::string_view const message = message_for_client(reason);
    if (upgrade)
        return {400, {{"Content-Type", "text/html"}}, std::string{message}};
    byte_buffer body;
    json_writer json{body};
    json.begin_object();
    json.key("code");
    json.integer(static_cast<int>(reason.code));
    json.key("message");
    json.string(message);
    json.end_object();
    return {reason.code == refusal_code::forbidden ? 403 : 400, {{"Content-Type", "application/json"}},
        std::string{body.view()}};
}

SOCKETIO_DECL std::string normal_path(std::string_view path)
{
    while (path.ends_with('/'))
        path.remove_suffix(1);
    std::string result;
    if (!path.starts_with('/'))
        result = "/";
    result.append(path);
    return result.ends_with('/') ? result : result + '/';
}

SOCKETIO_DECL std::string choose_subprotocol(server_options const& options, std::vector<std::string> const& offered,
                                             http_request const& request)
{
    if (offered.empty() || !options.handleProtocols)
        return offered.empty() ? std::string{} : offered.front();
    std::string chosen = options.handleProtocols(offered, request);
    bool const was_offered = std::find(offered.begin(), offered.end(), chosen) != offered.end();
    return was_offered ? chosen : std::string{};
}

inline void add_allowed_origin(string_pairs& to, cors_options const& options, http_request const& request)
{
    auto const& listed = options.origin;
    auto const lists = [&](std::string_view origin) {
        return std::find(listed.begin(), listed.end(), origin) != listed.end();
    };
    // Browsers send no credentials to "*".
    if (lists("*")) {
        to.emplace_back("Access-Control-Allow-Origin", "*");
        return;
    }
    std::string_view const origin = find_header(request, "Origin");
    if (!origin.empty() && (lists(origin) || (options.originAllowed && options.originAllowed(origin))))
        to.emplace_back("Access-Control-Allow-Origin", std::string{origin});
    to.emplace_back("Vary", "Origin");
}

SOCKETIO_DECL string_pairs cors_headers(cors_options const& options, http_request const& request)
{
    string_pairs result;
    if (!options.enabled())
        return result;
    add_allowed_origin(result, options, request);
    if (options.credentials)
        result.emplace_back("Access-Control-Allow-Credentials", "true");
    if (!options.exposedHeaders.empty())
        result.emplace_back("Access-Control-Expose-Headers", options.exposedHeaders);
    return result;
}

SOCKETIO_DECL bool is_preflight(cors_options const& options, http_request const& request) noexcept
{
    return options.enabled() && options.preflight && request.method == "OPTIONS";
}

SOCKETIO_DECL http_response preflight_response(cors_options const& options, http_request const& request)
{
    http_response result{204, {}, {}};
    result.headers.emplace_back("Access-Control-Allow-Methods", options.methods);
    if (!options.allowedHeaders.empty()) {
        result.headers.emplace_back("Access-Control-Allow-Headers", options.allowedHeaders);
    } else {
        if (auto const asked = find_header(request, "Access-Control-Request-Headers"); !asked.empty())
            result.headers.emplace_back("Access-Control-Allow-Headers", std::string{asked});
        result.headers.emplace_back("Vary", "Access-Control-Request-Headers");
    }
    if (options.maxAge)
        result.headers.emplace_back("Access-Control-Max-Age", std::to_string(options.maxAge->count()));
    return result;
}

SOCKETIO_DECL std::string session_cookie(cookie_options const& options, std::string_view sid)
{
    std::string text = options.name + '=';
    append_uri_component(text, sid);
    if (options.maxAge)
        text.append("; Max-Age=").append(std::to_string(options.maxAge->count()));
    if (!options.domain.empty())
        text.append("; Domain=").append(options.domain);
    if (!options.path.empty())
        text.append("; Path=").append(options.path);
    if (options.httpOnly)
        text.append("; HttpOnly");
    if (options.secure)
        text.append("; Secure");
    switch (options.sameSite) {
    case same_site::unsaid: break;
    case same_site::lax: text.append("; SameSite=Lax"); break;
    case same_site::strict: text.append("; SameSite=Strict"); break;
    case same_site::none: text.append("; SameSite=None"); break;
    }
    return text;
}

} // namespace socketio::detail

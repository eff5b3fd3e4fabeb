// Decides which requests Engine.IO accepts, and answers the others, as verify() in the reference's
// engine.io/lib/server.ts. Pure: a request goes in, a verdict comes out.
#pragma once

#include <socketio/core/config.hpp>
#include <socketio/net/http_message.hpp>
#include <socketio/server/server_options.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::detail {

// The parameters in the query of a request.
struct engine_query {
    std::string transport{};
    std::string sid{};
    int protocol = 3; // the revision; 3 if it is not given
    bool names_transport = false;
    bool base64 = false; // the client accepts binary data as text only
};

SOCKETIO_DECL engine_query read_engine_query(std::string_view query);

enum class refusal_code : std::uint8_t {
    unknown_transport, unknown_sid, bad_method, bad_request, forbidden, unsupported_version
};

struct engine_refusal {
    refusal_code code = refusal_code::bad_request;
    string_pairs context{}; // details for "connection_error"
};

// A session that a request names.
struct engine_known {
    bool websocket = false; // its transport is WebSocket
};

// std::nullopt if the request may proceed: to its session or, without an id, to a new one.
SOCKETIO_DECL std::optional<engine_refusal> verify_request(server_options const& options, http_request const& request,
                                                           engine_query const& query, bool upgrade,
                                                           std::optional<engine_known> const& session);

SOCKETIO_DECL std::string_view refusal_message(refusal_code code) noexcept;
SOCKETIO_DECL connection_failure describe_refusal(engine_refusal const& reason, http_request const& request);
// The answer to a refused client. A message in the context replaces the message of the code.
SOCKETIO_DECL http_response refusal_response(engine_refusal const& reason, bool upgrade);

// The path with exactly one final slash.
SOCKETIO_DECL std::string normal_path(std::string_view path);

// Chooses the subprotocol of a WebSocket; empty: none.
SOCKETIO_DECL std::string choose_subprotocol(server_options const& options, std::vector<std::string> const& offered,
                                             http_request const& request);

// The CORS headers of an answer, and the answer to a preflight request (the Fetch standard, section 3.2).
SOCKETIO_DECL string_pairs cors_headers(cors_options const& options, http_request const& request);
SOCKETIO_DECL bool is_preflight(cors_options const& options, http_request const& request) noexcept;
SOCKETIO_DECL http_response preflight_response(cors_options const& options, http_request const& request);

// A Set-Cookie (RFC 6265, section 4.1).
SOCKETIO_DECL std::string session_cookie(cookie_options const& options, std::string_view sid);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/server/impl/engine_gate.ipp>
#endif

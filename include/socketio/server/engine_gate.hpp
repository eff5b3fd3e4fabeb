// Who is let in to Engine.IO, and what those are told who are not, as in the reference. Pure: a request goes in, a
// verdict comes out.
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

// What the query of a request says.
struct engine_query {
    std::string transport{};
    std::string sid{};
    int protocol = 3; // the revision, 3 where nothing else is said
    bool names_transport = false;
    bool base64 = false; // the client takes binary data as text only
};

SOCKETIO_DECL engine_query read_engine_query(std::string_view query);

enum class refusal_code : std::uint8_t { unknown_transport, unknown_sid, bad_method, bad_request, forbidden, unsupported_version };

struct engine_refusal {
    refusal_code code = refusal_code::bad_request;
    string_pairs context{}; // details for "connection_error"
};

// A session that a request names.
struct engine_known {
    bool websocket = false; // what carries it
};

// Nothing, where the request may go on: to its session, or, without one, to become one.
SOCKETIO_DECL std::optional<engine_refusal> verify_request(server_options const& options, http_request const& request,
                                                           engine_query const& query, bool upgrade,
                                                           std::optional<engine_known> const& session);

SOCKETIO_DECL std::string_view refusal_message(refusal_code code) noexcept;
SOCKETIO_DECL connection_failure describe_refusal(engine_refusal const& why, http_request const& request);
// What the client is told; in place of the message what its context says, if it says one.
SOCKETIO_DECL http_response refusal_response(engine_refusal const& why, bool upgrade);

// The path with exactly one slash at its end.
SOCKETIO_DECL std::string normal_path(std::string_view path);

// The subprotocol for a WebSocket; empty: none.
SOCKETIO_DECL std::string choose_subprotocol(server_options const& options, std::vector<std::string> const& offered,
                                             http_request const& request);

// Headers of any answer to a page's request; and the answer to the request before it (the Fetch standard, section 3.2).
SOCKETIO_DECL string_pairs cors_headers(cors_options const& options, http_request const& request);
SOCKETIO_DECL bool is_preflight(cors_options const& options, http_request const& request) noexcept;
SOCKETIO_DECL http_response preflight_response(cors_options const& options, http_request const& request);

// A Set-Cookie (RFC 6265, section 4.1).
SOCKETIO_DECL std::string session_cookie(cookie_options const& options, std::string_view sid);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/server/impl/engine_gate.ipp>
#endif

// Both sides of the opening handshake of RFC 6455, section 4. Knows HTTP heads. Requests a subprotocol or
// compression only if the caller does.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/config.hpp>
#include <socketio/core/provided.hpp>
#include <socketio/wire/http.hpp>
#include <socketio/wire/permessage_deflate.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace socketio::detail {

// Sixteen random bytes as Sec-WebSocket-Key, and the server's answer to a key.
SOCKETIO_DECL std::string make_websocket_key(std::span<unsigned char const, 16> random);
SOCKETIO_DECL std::string websocket_accept(std::string_view key);

struct upgrade_request {
    std::string_view target;                // path and query
    std::string_view host;                  // url's host_header()
    std::string_view key;
    std::span<http_header const> headers{}; // the user's headers
    std::string_view subprotocols{};        // a comma-separated list, or empty
    deflate_options const* deflate = nullptr; // the options to offer, or null
};

// Compression in one handshake: the options of this side, and the agreement.
struct deflate_negotiation {
    deflate_options options{};
    std::optional<deflate_parameters> agreed{};
};

// The user's headers follow those of the handshake. One named Host replaces the default. Other headers of the
// handshake are skipped, and so are names and values that would break the head.
SOCKETIO_DECL void write_upgrade_request(byte_buffer& to, upgrade_request const& request);

// error::upgrade_refused: the status is not 101. error::handshake_invalid: a 101 without the right Upgrade,
// Connection or Sec-WebSocket-Accept; or an extension or a subprotocol that was not requested or does not fit.
// `deflate`: the offer, or null.
SOCKETIO_DECL std::error_code check_upgrade_response(http_head const& head, std::string_view key,
                                                     std::string_view subprotocols = {},
                                                     deflate_negotiation* deflate = nullptr);

// Returns error::handshake_invalid, or sets the client's key. Without `deflate`, ignores extensions.
SOCKETIO_DECL std::error_code check_upgrade_request(http_head const& head, std::string& key_out,
                                                    deflate_negotiation* deflate = nullptr);
// The names in the Sec-WebSocket-Protocol headers of a request, in order. Empty without such a header.
// error::handshake_invalid: they are not tokens with commas between them, or one occurs twice (RFC 6455, section
// 11.3.4).
SOCKETIO_DECL std::error_code read_subprotocols(http_head const& head, std::vector<std::string>& to);
// `subprotocol`: the chosen one, or empty. Skips those headers of `more` that belong to the handshake, and those
// that would break the head.
SOCKETIO_DECL void write_upgrade_response(byte_buffer& to, std::string_view key, std::string_view subprotocol = {},
                                          std::optional<deflate_parameters> const& deflate = std::nullopt,
                                          string_pairs const& more = {});

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/websocket_handshake.ipp>
#endif

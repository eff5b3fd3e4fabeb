// The opening handshake of RFC 6455, section 4, both sides of it.
// Knows HTTP heads; asks for a subprotocol or for compression only where the caller does.
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

// Sixteen random bytes as Sec-WebSocket-Key, and what the server must answer to a key.
SOCKETIO_DECL std::string make_websocket_key(std::span<unsigned char const, 16> random);
SOCKETIO_DECL std::string websocket_accept(std::string_view key);

struct upgrade_request {
    std::string_view target;                // path and query
    std::string_view host;                  // url's host_header()
    std::string_view key;
    std::span<http_header const> headers{}; // the user's
    std::string_view subprotocols{};        // a comma-separated list, or nothing
    deflate_options const* deflate = nullptr; // to be offered
};

// Compression in one handshake: what this side wants, and what was agreed on.
struct deflate_negotiation {
    deflate_options options{};
    std::optional<deflate_parameters> agreed{};
};

// The user's headers follow ours. One named Host replaces ours; those of the handshake itself are
// skipped, and so is what would break the head apart.
SOCKETIO_DECL void write_upgrade_request(byte_buffer& to, upgrade_request const& request);

// error::upgrade_refused: the status is not 101. error::handshake_invalid: a 101 without the right
// Upgrade, Connection or Sec-WebSocket-Accept, or with an extension or subprotocol nobody asked for, or one that
// does not fit what was asked. `deflate`: what was offered, or null.
SOCKETIO_DECL std::error_code check_upgrade_response(http_head const& head, std::string_view key,
                                                     std::string_view subprotocols = {},
                                                     deflate_negotiation* deflate = nullptr);

// error::handshake_invalid, or nothing and the client's key. Without `deflate` extensions are passed over.
SOCKETIO_DECL std::error_code check_upgrade_request(http_head const& head, std::string& key_out,
                                                    deflate_negotiation* deflate = nullptr);
// The names in the Sec-WebSocket-Protocol headers of a request, in order; none where there is no such header.
// error::handshake_invalid where they are not tokens with commas between, each once (RFC 6455, section 11.3.4).
SOCKETIO_DECL std::error_code read_subprotocols(http_head const& head, std::vector<std::string>& to);
// `subprotocol`: the one that was chosen, or nothing. Of `more` those are left out that are the handshake's own, and those
// that would break the head apart.
SOCKETIO_DECL void write_upgrade_response(byte_buffer& to, std::string_view key, std::string_view subprotocol = {},
                                          std::optional<deflate_parameters> const& deflate = std::nullopt,
                                          string_pairs const& more = {});

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/websocket_handshake.ipp>
#endif

// The opening handshake of RFC 6455, section 4, both sides of it.
// Knows HTTP heads; asks for no extension, and for a subprotocol only where the caller names some.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/config.hpp>
#include <socketio/wire/http.hpp>

#include <span>
#include <string>
#include <string_view>
#include <system_error>

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
};

// The user's headers follow ours. One named Host replaces ours; those of the handshake itself are
// skipped, and so is what would break the head apart.
SOCKETIO_DECL void write_upgrade_request(byte_buffer& to, upgrade_request const& request);

// error::upgrade_refused: the status is not 101. error::handshake_invalid: a 101 without the right
// Upgrade, Connection or Sec-WebSocket-Accept, or with an extension or subprotocol nobody asked for.
SOCKETIO_DECL std::error_code check_upgrade_response(http_head const& head, std::string_view key,
                                                     std::string_view subprotocols = {});

// error::handshake_invalid, or nothing and the client's key.
SOCKETIO_DECL std::error_code check_upgrade_request(http_head const& head, std::string& key_out);
// `subprotocol`: the one that was chosen, or nothing.
SOCKETIO_DECL void write_upgrade_response(byte_buffer& to, std::string_view key, std::string_view subprotocol = {});

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/handshake.ipp>
#endif

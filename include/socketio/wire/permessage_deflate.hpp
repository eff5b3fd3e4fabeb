// Negotiation of compression between two endpoints: permessage-deflate (RFC 7692, section 7.1). Does not
// compress anything itself.
#pragma once

#include <socketio/core/config.hpp>
#include <socketio/wire/http.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <system_error>

namespace socketio {

// Compression of WebSocket messages (RFC 7692). It needs zlib: include <socketio/deflate.hpp> in any one source
// file of the program, or build with SOCKETIO_WITH_ZLIB. Without zlib the library neither offers nor accepts it.
// Memory per connection, from the first compressed message of a direction on: to send, (1 << (window bits + 2))
// + (1 << (memory_level + 9)) bytes and 6 KiB (262 KiB by default); to receive, (1 << window bits) bytes and 7
// KiB (39 KiB). The message itself and a buffer of up to 64 KiB come on top.
// With no_context_takeover of that direction, all but the buffer is released after each message.
struct deflate_options {
    bool enabled = true;         // a client offers it, a server accepts an offer
    std::size_t threshold = 1024; // bytes; smaller messages are sent uncompressed
    // Compress each message of the server, or of the client, on its own: less memory, larger messages.
    bool server_no_context_takeover = false;
    bool client_no_context_takeover = false;
    // The window of the server, or of the client: 1 << bits bytes; 8 to 15. A client that requests fewer than 15
    // bits of the server gets that window or no compression. The same holds for a server's request to the
    // client.
    int server_max_window_bits = 15;
    int client_max_window_bits = 15;
    int level = -1;              // zlib's: 1 (fast) to 9 (small), 0 (stored), -1 (zlib's own choice, which is 6)
    int memory_level = 8;        // zlib's: 1 to 9
};

namespace detail {

// An offer, or an answer and thus the agreement. Absent window bits stand for "no statement".
struct deflate_parameters {
    bool server_no_context_takeover = false;
    bool client_no_context_takeover = false;
    std::optional<int> server_max_window_bits{};
    std::optional<int> client_max_window_bits{};
    bool operator==(deflate_parameters const&) const = default;
};

// Throws std::invalid_argument if a number is out of its range.
SOCKETIO_DECL void check_deflate_options(deflate_options const& options);

// Client: writes the header's value, and validates the answer to it. `agreed` stays empty when the server
// declines. Otherwise it holds the parameters that this client uses, which may be smaller than the answer
// permits. error::handshake_invalid: the answer does not fit the offer, or accepts more than was offered.
SOCKETIO_DECL std::string write_deflate_offer(deflate_options const& options);
SOCKETIO_DECL std::error_code read_deflate_answer(http_head const& head, deflate_options const* offered,
                                                  std::optional<deflate_parameters>& agreed);

// Server: accepts the first suitable offer and writes the header's value for it. `agreed` stays empty without a
// suitable one. error::handshake_invalid: the client's list is malformed. Unknown or contradictory offers are
// declined.
SOCKETIO_DECL std::error_code accept_deflate_offer(http_head const& head, deflate_options const& options,
                                                   std::optional<deflate_parameters>& agreed);
SOCKETIO_DECL std::string write_deflate_answer(deflate_parameters const& agreed);

} // namespace detail
} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/permessage_deflate.ipp>
#endif

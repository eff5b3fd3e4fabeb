// What two endpoints agree on about compression: permessage-deflate (RFC 7692, section 7.1).
// Knows the negotiation, and nothing of how anything is compressed.
#pragma once

#include <socketio/core/config.hpp>
#include <socketio/wire/http.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <system_error>

namespace socketio {

// Compression of WebSocket messages (RFC 7692). It needs zlib: include <socketio/deflate.hpp> in any one source
// file of the program, or build with SOCKETIO_WITH_ZLIB. Without that nothing is offered or accepted.
// What it costs a connection, in memory, from the first compressed message in that direction on:
// (1 << (window bits + 2)) + (1 << (memory_level + 9)) bytes and 6 KiB to send (262 KiB as it is here), and
// (1 << window bits) bytes and 7 KiB to receive (39 KiB), beside the message itself and a buffer of up to 64 KiB. With
// the direction's no_context_takeover all but the buffer is given back after each message.
struct deflate_options {
    bool enabled = true;         // a client offers it, a server accepts an offer
    std::size_t threshold = 1024; // bytes; what is smaller is sent as it is
    // Whether each message of the server, or of the client, is compressed for itself: less memory, larger messages.
    bool server_no_context_takeover = false;
    bool client_no_context_takeover = false;
    // How far back the server, or the client, may refer: 1 << bits bytes; 8 to 15. A client that asks for less than
    // 15 of the server, and a server that does so of the client, gets it, or no compression.
    int server_max_window_bits = 15;
    int client_max_window_bits = 15;
    int level = -1;              // zlib's: 1 (fast) to 9 (small), 0 (stored), -1 (zlib's own choice, which is 6)
    int memory_level = 8;        // zlib's: 1 to 9
};

namespace detail {

// An offer, or an answer and so what is agreed. What has no window bits does not say anything about them.
struct deflate_parameters {
    bool server_no_context_takeover = false;
    bool client_no_context_takeover = false;
    std::optional<int> server_max_window_bits{};
    std::optional<int> client_max_window_bits{};
    bool operator==(deflate_parameters const&) const = default;
};

// Throws where a number is out of its range.
SOCKETIO_DECL void check_deflate_options(deflate_options const& options);

// Client: the header's value, and what an answer to it must look like. `agreed` stays empty when the server
// declines; otherwise it says what this client does, which may be less than the answer allows.
// error::handshake_invalid: the answer does not fit the offer, or accepts what was not offered.
SOCKETIO_DECL std::string write_deflate_offer(deflate_options const& options);
SOCKETIO_DECL std::error_code read_deflate_answer(http_head const& head, deflate_options const* offered,
                                                  std::optional<deflate_parameters>& agreed);

// Server: takes the first offer that it can, and so `agreed` may stay empty; and the header's value for it.
// error::handshake_invalid: the client's list breaks the grammar. What is merely unknown or senseless is declined.
SOCKETIO_DECL std::error_code accept_deflate_offer(http_head const& head, deflate_options const& options,
                                                   std::optional<deflate_parameters>& agreed);
SOCKETIO_DECL std::string write_deflate_answer(deflate_parameters const& agreed);

} // namespace detail
} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/permessage_deflate.ipp>
#endif

// The state of a connection and of a socket, as numbers.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace socketio {

enum class connection_state : std::uint8_t {
    closed,  // and it stays so until the program connects
    opening, // an attempt is under way
    waiting, // until the next attempt
    open
};

// The duration of each stage of an attempt, until the Engine.IO handshake was done.
struct connect_timings {
    std::chrono::microseconds resolve{}; // the host's name; 0 for a literal address
    std::chrono::microseconds connect{}; // TCP, for all addresses that were tried
    std::chrono::microseconds proxy{};   // until it has connected to the server; 0 without a proxy
    std::chrono::microseconds tls{};     // the TLS handshake; 0 without TLS
    std::chrono::microseconds upgrade{}; // from the request to the server's 101, or to the answer to the first poll
    std::chrono::microseconds open{};    // from there to the Engine.IO handshake
    // From there to the end of the move from long-polling to WebSocket; 0 without one.
    std::chrono::microseconds move{};
};

// Totals of one transport, of all connections so far.
struct transport_totals {
    std::uint64_t bytes_received = 0; // with the framing of WebSocket, or the bodies of HTTP
    std::uint64_t bytes_sent = 0;
    std::uint64_t requests = 0;       // of HTTP; for WebSocket the upgrade requests
};

struct connection_snapshot {
    connection_state state = connection_state::closed;
    std::uint64_t attempts = 0;      // to reconnect, since the last stable connection
    std::uint64_t connections = 0;   // opened so far
    std::string_view transport{};    // "websocket" or "polling"; empty without an open connection
    transport_totals websocket{};
    transport_totals polling{};
    std::error_code last_error{};    // of the last failed attempt or lost connection
    std::string last_error_message{};
    // The time from a WebSocket ping to its pong, measured with the last heartbeat, if `measure_round_trip` is on.
    std::optional<std::chrono::microseconds> round_trip{};
    // Totals of all connections so far. Bytes include the WebSocket's framing; packets are Socket.IO's.
    std::uint64_t bytes_received = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t packets_received = 0;
    std::uint64_t packets_sent = 0;
    bool compressed = false;         // permessage-deflate was negotiated (see `perMessageDeflate`)
    std::size_t unsent_bytes = 0;    // written, but not yet accepted by the operating system
    connect_timings last_connect{};
};

struct socket_snapshot {
    bool connected = false;
    bool active = false;
    bool recovered = false;
    std::size_t pending_acks = 0;    // pending acknowledgements
    std::size_t buffered_events = 0; // in the send buffer
    std::size_t buffered_bytes = 0;  // bytes of these events
    std::size_t retried_events = 0;  // in the `retries` queue, including the one in flight
    std::size_t retried_bytes = 0;   // bytes of these events
    std::size_t early_bytes = 0;     // bytes of events that arrived before the answer to CONNECT
    std::size_t dropped_events = 0;  // because the send buffer or the queue was full
    std::chrono::microseconds last_join{}; // from CONNECT to its answer, for the last connection
};

} // namespace socketio

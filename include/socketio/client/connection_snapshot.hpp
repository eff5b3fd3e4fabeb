// What can be seen of a connection and of a socket from outside, as numbers.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>

namespace socketio {

enum class connection_state : std::uint8_t {
    closed,  // and it stays so until somebody connects
    opening, // an attempt is under way
    waiting, // for the next attempt
    open
};

// Where the time of an attempt went, until the Engine.IO handshake was done.
struct connect_timings {
    std::chrono::microseconds resolve{}; // the host's name; 0 of a literal address
    std::chrono::microseconds connect{}; // TCP, all addresses that were tried
    std::chrono::microseconds proxy{};   // until it has connected to the server; 0 without one
    std::chrono::microseconds tls{};     // its handshake; 0 without it
    std::chrono::microseconds upgrade{}; // from the request to the server's 101
    std::chrono::microseconds open{};    // from there to the Engine.IO handshake
};

struct connection_snapshot {
    connection_state state = connection_state::closed;
    std::uint64_t attempts = 0;      // to connect again, since the last connection that counted as stable
    std::uint64_t connections = 0;   // that were opened, ever
    std::error_code last_error{};    // of the last attempt that failed or connection that was lost
    std::string last_error_message{};
    // From a WebSocket ping to its pong, made with the last heartbeat, if `measure_round_trip` is on.
    std::optional<std::chrono::microseconds> round_trip{};
    // Of all connections so far. Bytes include the WebSocket's framing; packets are Socket.IO's.
    std::uint64_t bytes_received = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t packets_received = 0;
    std::uint64_t packets_sent = 0;
    bool compressed = false;         // permessage-deflate was agreed on (see `perMessageDeflate`)
    std::size_t unsent_bytes = 0;    // written, and not yet taken by the operating system
    connect_timings last_connect{};
};

struct socket_snapshot {
    bool connected = false;
    bool active = false;
    bool recovered = false;
    std::size_t pending_acks = 0;    // acknowledgements that are waited for
    std::size_t buffered_events = 0; // in the send buffer
    std::size_t buffered_bytes = 0;  // of these
    std::size_t retried_events = 0;  // in the `retries` queue, the one on its way included
    std::size_t retried_bytes = 0;   // of these
    std::size_t early_bytes = 0;     // of events that came before CONNECT was answered
    std::size_t dropped_events = 0;  // for want of room in the send buffer or the queue
    std::chrono::microseconds last_join{}; // from CONNECT to its answer, of the last connection
};

} // namespace socketio

// The state of a server and of its clients, as numbers. Packets are Socket.IO's: an event with its attachments is one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace socketio {

// One client's connection with all its namespaces: client_connection::snapshot().
struct client_snapshot {
    std::size_t sockets = 0;            // connected ones, one for each namespace
    std::uint64_t packets_received = 0;
    std::uint64_t packets_sent = 0;
    std::uint64_t dropped_events = 0;   // volatile ones that would have had to wait
    std::size_t unsent_bytes = 0;       // not accepted by the client at the end of the last turn, see send_limit
};

// A server: server::snapshot(). Totals count from its construction.
struct server_snapshot {
    std::size_t connections = 0;       // TCP connections, including those of pages and polls
    std::size_t sessions = 0;          // open ones of Engine.IO
    std::size_t sockets = 0;           // connected ones, in all namespaces
    std::uint64_t sessions_opened = 0; // total
    std::uint64_t refused = 0;         // requests that did not get a session, see "connection_error"
    std::uint64_t cut_off = 0;         // sessions that ended over send_limit or waiting_limit
    // Totals of all clients.
    std::uint64_t packets_received = 0;
    std::uint64_t packets_sent = 0;
    std::uint64_t dropped_events = 0;
    std::size_t unsent_bytes = 0;      // of all present clients
    std::size_t most_unsent_bytes = 0; // of the client with the most
};

} // namespace socketio

// What can be seen of a server and of its clients from outside, as numbers. Packets are Socket.IO's: an event with its
// attachments is one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace socketio {

// Of one client's connection, all its namespaces together: client_connection::snapshot().
struct client_snapshot {
    std::size_t sockets = 0;            // that are connected, one for each namespace
    std::uint64_t packets_received = 0;
    std::uint64_t packets_sent = 0;
    std::uint64_t dropped_events = 0;   // volatile ones that would have had to wait
    std::size_t unsent_bytes = 0;       // that the client had not taken at the end of the last turn, see send_limit
};

// Of a server: server::snapshot(). "Ever" and "so far" mean since it was made.
struct server_snapshot {
    std::size_t connections = 0;       // TCP connections, of pages and polls too
    std::size_t sessions = 0;          // of Engine.IO, that are open
    std::size_t sockets = 0;           // that are connected, in all namespaces
    std::uint64_t sessions_opened = 0; // ever
    std::uint64_t refused = 0;         // requests that did not get to a session, see "connection_error"
    std::uint64_t cut_off = 0;         // sessions that ended over send_limit or waiting_limit
    // Of all clients so far.
    std::uint64_t packets_received = 0;
    std::uint64_t packets_sent = 0;
    std::uint64_t dropped_events = 0;
    std::size_t unsent_bytes = 0;      // of all that are there
    std::size_t most_unsent_bytes = 0; // of the one that has most
};

} // namespace socketio

// The reasons why a session or a namespace ends: one list for both halves, with the texts of the reference
// (DisconnectReason in socket.io/lib/socket-types.ts and socket.io-client/lib/socket.ts).
#pragma once

#include <cstdint>
#include <string_view>

namespace socketio::detail {

enum class disconnect_reason : std::uint8_t {
    // The Engine.IO session, and so all of its namespaces, ended.
    transport_close,
    transport_error,
    ping_timeout,
    forced_close,
    parse_error,
    // One namespace ended, on the client.
    io_server_disconnect,
    io_client_disconnect,
    // One namespace ended, on the server.
    server_namespace_disconnect,
    client_namespace_disconnect,
    server_shutting_down
};

constexpr std::string_view to_string(disconnect_reason reason) noexcept
{
    switch (reason) {
    case disconnect_reason::transport_close: return "transport close";
    case disconnect_reason::transport_error: return "transport error";
    case disconnect_reason::ping_timeout: return "ping timeout";
    case disconnect_reason::forced_close: return "forced close";
    case disconnect_reason::parse_error: return "parse error";
    case disconnect_reason::io_server_disconnect: return "io server disconnect";
    case disconnect_reason::io_client_disconnect: return "io client disconnect";
    case disconnect_reason::server_namespace_disconnect: return "server namespace disconnect";
    case disconnect_reason::client_namespace_disconnect: return "client namespace disconnect";
    case disconnect_reason::server_shutting_down: return "server shutting down";
    }
    return "";
}

// True if the session may be continued on another connection: unless one side left on purpose, or sent data that
// cannot be read (RECOVERABLE_DISCONNECT_REASONS in socket.io/lib/socket.ts).
constexpr bool is_recoverable(disconnect_reason reason) noexcept
{
    switch (reason) {
    case disconnect_reason::transport_close:
    case disconnect_reason::transport_error:
    case disconnect_reason::ping_timeout:
    case disconnect_reason::forced_close:
    case disconnect_reason::server_shutting_down: return true;
    case disconnect_reason::parse_error:
    case disconnect_reason::io_server_disconnect:
    case disconnect_reason::io_client_disconnect:
    case disconnect_reason::server_namespace_disconnect:
    case disconnect_reason::client_namespace_disconnect: return false;
    }
    return false;
}

} // namespace socketio::detail

// Why a session or a namespace ended: one list for both halves, in the reference's words (socket-types.ts of the
// server, socket.ts of the client).
#pragma once

#include <cstdint>
#include <string_view>

namespace socketio::detail {

enum class disconnect_reason : std::uint8_t {
    // Of the Engine.IO session, and so of all its namespaces.
    transport_close,
    transport_error,
    ping_timeout,
    forced_close,
    parse_error,
    // Of one namespace, on the client.
    io_server_disconnect,
    io_client_disconnect,
    // Of one namespace, on the server.
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

// Whether the session may be continued on another connection: unless one side meant to leave, or sent something that
// cannot be read (RECOVERABLE_DISCONNECT_REASONS of the reference's socket.ts).
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

// Applies network_options to a TCP socket. An option that cannot be set is an error with a message.
#pragma once

#include <socketio/net/asio.hpp>
#include <socketio/net/network_options.hpp>
#include <socketio/net/stream.hpp>

#include <string>
#include <system_error>

namespace socketio::detail {

// The operating system's handle of a socket. On Windows, Asio has a different type for each protocol.
using native_socket = asio::detail::socket_type;

// Opens the socket for a connection to that endpoint. On an error, `what` names the option that failed.
SOCKETIO_DECL std::error_code open_tcp_socket(stream::socket_type& socket, asio::ip::tcp::endpoint const& to,
                                              network_options const& options, std::string& what);

// Keeps the socket from child processes: they would hold the port and the connection open for as long as they run.
SOCKETIO_DECL void keep_from_children(native_socket socket) noexcept;
// Permits the port immediately after the previous program has ended, but never two programs at once.
SOCKETIO_DECL void share_no_port(asio::ip::tcp::acceptor& acceptor) noexcept;

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/socket_options.ipp>
#endif

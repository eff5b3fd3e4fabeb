// A TCP socket as network_options want it. What cannot be done is an error, and said in words.
#pragma once

#include <socketio/net/asio.hpp>
#include <socketio/net/network_options.hpp>
#include <socketio/net/stream.hpp>

#include <string>
#include <system_error>

namespace socketio::detail {

// The operating system's own word for a socket, whatever its protocol: Asio has one for each on Windows.
using native_socket = asio::detail::socket_type;

// Opens it for connecting to that place. On an error `what` names the option that failed.
SOCKETIO_DECL std::error_code open_tcp_socket(stream::socket_type& socket, asio::ip::tcp::endpoint const& to,
                                              network_options const& options, std::string& what);

// Programs that this one starts do not get it: a port would stay taken, and a connection open, for as long as they run.
SOCKETIO_DECL void keep_from_children(native_socket socket) noexcept;
// Lets a port be taken at once after the program that had it, and never beside it.
SOCKETIO_DECL void share_no_port(asio::ip::tcp::acceptor& acceptor) noexcept;

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/socket_options.ipp>
#endif

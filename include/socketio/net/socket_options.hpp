// A TCP socket as network_options want it. What cannot be done is an error, and said in words.
#pragma once

#include <socketio/net/asio.hpp>
#include <socketio/net/network_options.hpp>
#include <socketio/net/stream.hpp>

#include <string>
#include <system_error>

namespace socketio::detail {

// Opens it for connecting to that place. On an error `what` names the option that failed.
SOCKETIO_DECL std::error_code open_tcp_socket(stream::socket_type& socket, asio::ip::tcp::endpoint const& to,
                                              network_options const& options, std::string& what);

// Programs that this one starts do not get it: a port would stay taken, and a connection open, for as long as they run.
SOCKETIO_DECL void keep_from_children(stream::socket_type::native_handle_type socket) noexcept;

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/socket_options.ipp>
#endif

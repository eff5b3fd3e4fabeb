// The way of a client into a namespace.
#pragma once

#include <socketio/core/config.hpp>
#include <socketio/core/value.hpp>

#include <memory>

namespace socketio::detail {

class namespace_core;
class peer_core;

// A client asks to be admitted: it passes the middleware and becomes a socket, or is refused. On the client's strand.
SOCKETIO_DECL void admit_client(std::shared_ptr<namespace_core> const& to, std::shared_ptr<peer_core> const& client,
                                value auth);

} // namespace socketio::detail

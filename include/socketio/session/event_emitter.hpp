// The listeners of one namespace, or of a connection.
#pragma once

#include <socketio/core/emitter.hpp>
#include <socketio/session/typed_listener.hpp>

namespace socketio::detail {

using event_emitter = emitter<event_call>;

} // namespace socketio::detail

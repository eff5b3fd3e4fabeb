// An event of the send buffer.
#pragma once

#include <socketio/core/value.hpp>

#include <string>

namespace socketio {

// An event that waits for the connection.
struct buffered_event {
    std::string event;
    array arguments;
};

} // namespace socketio

// The fate of a packet that cannot be written at once.
#pragma once

#include <socketio/core/clock.hpp>

namespace socketio::detail {

struct buffer_policy {
    bool is_volatile = false;                   // it is dropped
    clock::time_point expires = clock::never(); // it is stored until then
    bool compress = true;                       // when it is written
};

} // namespace socketio::detail

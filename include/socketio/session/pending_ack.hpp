// An acknowledgement that is waited for.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/session/typed_listener.hpp>

#include <cstdint>
#include <string>
#include <system_error>

namespace socketio::detail {

struct pending_ack {
    std::uint64_t id = 0;
    clock::time_point deadline = clock::never();
    bool wants_errors = false; // the handler takes an error code
    bool buffered = false;     // its packet has not been sent yet: a disconnect does not end it
    std::string event{};
    ack_handler handler{};
    std::error_code ended_by{}; // after acks::put_back(): the error with which it ends at once
};

} // namespace socketio::detail

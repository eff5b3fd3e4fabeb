// The settings of reconnection: whether, how often, after which waits. They may change at run time.
#pragma once

#include <chrono>
#include <cstdint>

namespace socketio::detail {

struct backoff_rule {
    std::chrono::milliseconds delay{1000};
    std::chrono::milliseconds delay_max{5000};
    double randomization = 0.5; // share of the delay, 0 to 1
    std::chrono::milliseconds stable_after{0}; // lifetime after which a connection resets its attempts
};

struct reconnect_values {
    bool reconnection = true;
    std::uint64_t attempts = 0; // 0: no limit
    backoff_rule wait{};
    std::chrono::milliseconds timeout{20000}; // for one attempt, 0: no limit
};

} // namespace socketio::detail

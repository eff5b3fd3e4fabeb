// What is configured about reconnecting: whether, how often, after which waits. Changeable at run time.
#pragma once

#include <chrono>
#include <cstdint>

namespace socketio::detail {

struct backoff_rule {
    std::chrono::milliseconds delay{1000};
    std::chrono::milliseconds delay_max{5000};
    double randomization = 0.5; // share of the delay, 0 to 1
    std::chrono::milliseconds stable_after{0}; // what a connection must stand for its attempts to be forgotten
};

struct reconnect_values {
    bool reconnection = true;
    std::uint64_t attempts = 0; // 0: no limit
    backoff_rule wait{};
    std::chrono::milliseconds timeout{20000}; // of one attempt, 0: none
};

} // namespace socketio::detail

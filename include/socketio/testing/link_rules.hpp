// What a link between two hosts does to what it carries. Plain data.
#pragma once

#include <socketio/core/clock.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio::detail {

// One direction of a link. Shared by all its connections.
struct direction_rules {
    std::chrono::nanoseconds latency{0};
    std::chrono::nanoseconds jitter{0}; // a latency lies between latency - jitter and latency + jitter
    std::uint64_t bandwidth = 0;        // bytes per second; 0: without a limit
    std::size_t slice = 0;              // the most bytes that one read has; 0: without a limit
    std::chrono::nanoseconds slice_delay{0};
    std::uint64_t data_limit = std::numeric_limits<std::uint64_t>::max(); // bytes of one connection, then it ends
    std::chrono::nanoseconds close_delay{0};
    double corrupt = 0; // the share of pieces of which one byte is changed
    bool held = false;
    bool cut = false; // by a partition: TCP gives up after a while

    struct mark {
        std::uint64_t at; // before this byte of the direction, counted over all its connections
        std::function<void()> act;
    };
    std::uint64_t carried = 0; // bytes so far
    std::vector<mark> marks{}; // in the order of `at`
};

struct http_refusal {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers{};
};

struct link_rules {
    direction_rules up; // from the one that connects
    direction_rules down;
    std::uint64_t drops = 0; // connects that are refused from now on
    std::uint64_t http_refusals = 0;
    http_refusal refusal{};
};

} // namespace socketio::detail

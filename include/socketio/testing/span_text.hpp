// Virtual time as people read it.
#pragma once

#include <socketio/core/joined.hpp>

#include <chrono>
#include <string>

namespace socketio::detail {

// "12.050000": seconds since the world began.
inline std::string seconds_text(std::chrono::nanoseconds time)
{
    auto const micro = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
    auto const fraction = std::to_string(1'000'000 + micro % 1'000'000);
    return joined({std::to_string(micro / 1'000'000), ".", fraction.substr(1)});
}

// "90 s", "20 ms": in the largest unit that is exact.
inline std::string span_text(std::chrono::nanoseconds time)
{
    using namespace std::chrono;
    if (time % seconds{1} == nanoseconds{0})
        return std::to_string(duration_cast<seconds>(time).count()) + " s";
    if (time % milliseconds{1} == nanoseconds{0})
        return std::to_string(duration_cast<milliseconds>(time).count()) + " ms";
    return std::to_string(time.count()) + " ns";
}

} // namespace socketio::detail

// The limits of a bounded buffer, and the fate of an event that exceeds them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace socketio {

// The action when a buffer has no room for another event.
enum class when_full : std::uint8_t {
    drop_oldest,
    drop_newest,
    fail // the event fails with error::buffer_full
};

struct buffer_limits {
    std::size_t events = 0; // 0: no limit
    std::size_t bytes = 0;  // total size of their packets, attachments included; 0: no limit
    when_full full = when_full::drop_oldest;

    // True if there is room for another event of this size.
    bool admit(std::size_t held_events, std::size_t held_bytes, std::size_t more) const noexcept
    {
        return (events == 0 || held_events < events) && fits(more) && (bytes == 0 || held_bytes <= bytes - more);
    }
    // True if an empty buffer has room for an event of this size.
    bool fits(std::size_t size) const noexcept { return bytes == 0 || size <= bytes; }
};

} // namespace socketio

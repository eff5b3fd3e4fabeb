// What a bounded buffer may hold, and what becomes of the rest.
#pragma once

#include <cstddef>
#include <cstdint>

namespace socketio {

// What becomes of one more where there is no room.
enum class when_full : std::uint8_t {
    drop_oldest,
    drop_newest,
    fail // with error::buffer_full
};

struct buffer_limits {
    std::size_t events = 0; // 0: no limit
    std::size_t bytes = 0;  // of their packets, attachments included; 0: no limit
    when_full full = when_full::drop_oldest;

    // Whether there is room for one more of this size.
    bool admit(std::size_t held_events, std::size_t held_bytes, std::size_t more) const noexcept
    {
        return (events == 0 || held_events < events) && fits(more) && (bytes == 0 || held_bytes <= bytes - more);
    }
    // Whether there can be room for one of this size.
    bool fits(std::size_t size) const noexcept { return bytes == 0 || size <= bytes; }
};

} // namespace socketio

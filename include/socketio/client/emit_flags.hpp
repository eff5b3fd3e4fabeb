// What can be said about one emit.
#pragma once

#include <chrono>
#include <optional>

namespace socketio::detail {

struct emit_flags {
    std::optional<std::chrono::milliseconds> timeout{}; // for the acknowledgement
    bool is_volatile = false;                           // rather lost than late
};

} // namespace socketio::detail

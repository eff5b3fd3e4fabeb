// The conditions of one emit.
#pragma once

#include <chrono>
#include <optional>

namespace socketio::detail {

struct emit_flags {
    std::optional<std::chrono::milliseconds> timeout{}; // for the acknowledgement
    bool is_volatile = false;                           // dropped rather than late
    std::optional<std::chrono::milliseconds> expiry{};  // not sent after this time
    bool compress = true;                               // if compression was negotiated
};

} // namespace socketio::detail

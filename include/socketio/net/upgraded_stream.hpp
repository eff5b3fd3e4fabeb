// A connection that has just left HTTP for WebSocket.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/net/stream.hpp>
#include <socketio/wire/permessage_deflate.hpp>

#include <memory>
#include <optional>

namespace socketio::detail {

struct upgraded_stream {
    stream connected;
    byte_buffer leftover{}; // came behind the request
    byte_buffer answer{};   // 101, which is still to be written
    std::optional<deflate_parameters> deflate{}; // agreed
    std::shared_ptr<void> slot{};                // frees the connection's slot when destroyed
};

} // namespace socketio::detail

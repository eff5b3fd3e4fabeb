// One line of a transcript.
#pragma once

#include <socketio/codec/packet.hpp>
#include <socketio/core/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace socketio::testing {

// How much a transcript shows. Each level shows those above it, too.
enum class level : std::uint8_t {
    events,  // connections, namespaces, events and acknowledgements
    packets, // Engine.IO's own: open, ping, pong, close, upgrade
    frames,  // HTTP requests and answers, WebSocket frames
    bytes    // what each write had, and what each read got
};

struct happening {
    testing::level level = testing::level::events;
    std::chrono::nanoseconds sent{}; // virtual time since the world began
    std::chrono::nanoseconds arrived{};
    std::size_t sent_behind = 0;  // so many lines had arrived when it left: an order within one moment
    std::uint64_t connection = 0; // 1, 2, ... in the order of the connects
    std::string from{}, to{};     // hosts
    std::string meaning{};        // "event \"reading\" 21.5"

    // Of a Socket.IO packet.
    std::optional<packet_type> type{};
    std::string nsp{};
    std::optional<std::uint64_t> id{}; // of the acknowledgement
    std::string event{};
    value data{}; // an array of the arguments, or the data of CONNECT
};

} // namespace socketio::testing

// The side of a connection. It decides which side masks, which pings and which sends first.
#pragma once

#include <cstdint>

namespace socketio::detail {

enum class role : std::uint8_t { client, server };

} // namespace socketio::detail

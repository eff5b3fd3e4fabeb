// Which side of a connection this is: it decides who masks, who pings and who sends first.
#pragma once

#include <cstdint>

namespace socketio::detail {

enum class role : std::uint8_t { client, server };

} // namespace socketio::detail

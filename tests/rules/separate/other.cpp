// The second translation unit: uses the same library once more.
#include "parts.hpp"

std::error_category const* category_of_the_other()
{
    return &socketio::error_category();
}

bool the_other_makes_a_socket(asio::io_context& context)
{
    auto socket = socketio::io(context, "http://localhost:1/other", {.autoConnect = false});
    socket.on("event", [](int) {});
    return !socket.connected();
}

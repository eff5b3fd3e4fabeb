// Linked twice: header-only, and with the library compiled once. Both must be one library.
#include "parts.hpp"

int main()
{
    asio::io_context context;
    auto socket = socketio::io(context, "http://localhost:1/", {.autoConnect = false});
    socket.on("event", [](int) {});
    bool const one_category = &socketio::error_category() == category_of_the_other();
    return one_category && !socket.connected() && the_other_makes_a_socket(context) ? 0 : 1;
}

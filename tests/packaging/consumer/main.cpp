// Somebody else's program: all it knows is how to ask its build system for socketio.
#include <socketio/socketio.hpp>

int main()
{
    asio::io_context context;
    auto socket = socketio::io(context, "http://localhost:1", {.autoConnect = false});
    return socket.connected() ? 1 : 0;
}

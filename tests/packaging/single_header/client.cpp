// The half of a program that knows the client alone.
#include <socketio_client.hpp>

#include "client.hpp"

void converse(asio::io_context& context, std::string const& url, std::function<void(std::string)> then)
{
    auto socket = socketio::io(context, url);
    socket.emit("greet", "client", [socket, then](std::string answer) mutable {
        socket.disconnect();
        then(answer);
    });
}

// The limits that the Autobahn testsuite needs lifted: its messages are up to 16 MiB, in fragments of 64 bytes.
#pragma once

#include <socketio/websocket.hpp>

namespace conformance {

// Everything that is compressed is to be seen so.
inline socketio::deflate_options compress_all()
{
    socketio::deflate_options all;
    all.threshold = 0;
    return all;
}

inline socketio::websocket_bounds unlimited()
{
    socketio::websocket_bounds limits;
    limits.message_size = 256u * 1024 * 1024;
    limits.fragments = 1024 * 1024;
    limits.buffered = 256u * 1024 * 1024;
    return limits;
}

inline void echo(socketio::websocket& to, socketio::websocket_message const& message)
{
    if (message.is_text())
        to.send(message.text());
    else
        to.send(message.data());
}

} // namespace conformance

#pragma once

#include <socketio/net/engine_channel.hpp>

namespace socketio::detail {

SOCKETIO_DECL void engine_channel::end_binary(message const& of)
{
    byte_buffer copy;
    copy.append(output().view().substr(of.start + parts_.header));
    abandon(of);
    send_binary(as_bytes(copy.view()), of.compress);
}

} // namespace socketio::detail

// Talking over a stream in turns, as proxies and handshakes do: coroutines.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/net/stream.hpp>
#include <socketio/net/task.hpp>

#include <string_view>
#include <system_error>

namespace socketio::detail {

// The arguments must live until the task has ended.
task<std::error_code> send_all(stream& to, std::string_view bytes);
// Adds at least one byte to `input`, or fails.
task<std::error_code> receive_some(stream& from, byte_buffer& input);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/conversation.ipp>
#endif

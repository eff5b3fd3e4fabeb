// Recovery: the server's texts that a namespace stores for its next CONNECT.
#pragma once

#include <socketio/client/socket_core.hpp>

namespace socketio::detail {

// A text of the server that CONNECT repeats. Real ones have some twenty bytes. A large one would make CONNECT
// too large for the next server.
inline bool is_recovery_text(value_view from) noexcept
{
    constexpr std::size_t most = 1024;
    return from.is_string() && !from.as_string().empty() && from.as_string().size() <= most;
}

SOCKETIO_DECL recovery_state socket_core::recovery() const
{
    std::lock_guard const lock{mutex_};
    return recovery_;
}

// The server still has the session, or has begun another, or does not support recovery
// (socket.io-client/lib/socket.ts, onconnect()).
SOCKETIO_DECL void socket_core::take_recovery(value_view pid)
{
    std::lock_guard const lock{mutex_};
    bool const known = is_recovery_text(pid);
    recovered_.store(known && recovery_.pid == pid.as_string(), std::memory_order_release);
    if (!recovered())
        recovery_ = {.pid = known ? std::string{pid.as_string()} : std::string{}, .offset = {}};
}

// With recovery, the server adds the offset to every event without an acknowledgement.
SOCKETIO_DECL void socket_core::take_offset(args const& arguments)
{
    if (arguments.empty() || !is_recovery_text(arguments[arguments.size() - 1]))
        return;
    std::lock_guard const lock{mutex_};
    if (!recovery_.pid.empty())
        recovery_.offset = arguments[arguments.size() - 1].as_string();
}

// If the connection is lost before CONNECT is answered, these events are delivered after the answer to the next
// one. So the server must not send them once more.
SOCKETIO_DECL void socket_core::buffer_early(packet const& event)
{
    if (early_.empty())
        early_offset_.clear();
    early_.push(event);
    args const arguments{event.payload};
    if (!event.id && is_recovery_text(arguments[arguments.size() - 1]))
        early_offset_ = arguments[arguments.size() - 1].as_string();
}

// The user's own members of auth take precedence.
SOCKETIO_DECL void socket_core::add_recovery(object& auth) const
{
    auto last = recovery();
    if (last.pid.empty())
        return;
    if (!early_.empty() && !early_offset_.empty())
        last.offset = early_offset_;
    object payload{{"pid", last.pid}};
    if (!last.offset.empty())
        payload["offset"] = last.offset;
    for (auto& [key, each] : auth)
        payload[key] = std::move(each);
    auth = std::move(payload);
}

} // namespace socketio::detail

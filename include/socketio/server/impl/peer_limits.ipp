// The limits of one client's memory, and the messages when it exceeds them.
#pragma once

#include <socketio/server/engine_session.hpp>
#include <socketio/server/peer_core.hpp>
#include <socketio/server/server_options.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL std::size_t peer_core::unsent()
{
    return session_->unsent();
}

// Limits the memory for a peer that does not read. The largest packet since the output was last empty does not count: a
// peer that reads at full speed must be able to receive it.
SOCKETIO_DECL void peer_core::check_unread(std::size_t before)
{
    std::size_t const unread = session_->unsent();
    if (before == 0)
        largest_ = 0;
    if (unread > before)
        largest_ = std::max(largest_, unread - before);
    if (unread > largest_ && unread - largest_ > send_limit_)
        cut_off(disconnect_reason::transport_error,
                "the client left " + std::to_string(unread) + " bytes unread, of which the largest "
                "packet has " + std::to_string(largest_) + "; send_limit is " + std::to_string(send_limit_));
}

// Drops the packets that the client has not received.
SOCKETIO_DECL void peer_core::cut_off(disconnect_reason reason, std::string message_text)
{
    if (!std::exchange(open_, false))
        return;
    cut_off_ = std::move(message_text);
    session_->abort(reason, error::buffer_full);
}

SOCKETIO_DECL bool peer_core::add_waiting(std::size_t bytes) noexcept
{
    return waiting_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= waiting_limit_;
}

// Ends the client as one that does not read.
SOCKETIO_DECL void peer_core::check_waiting()
{
    if (std::size_t const waiting = waiting_.load(std::memory_order_relaxed); waiting > waiting_limit_)
        cut_off(disconnect_reason::forced_close,
                std::to_string(waiting) + " bytes of the client's events waited for a middleware; "
                "waiting_limit is " + std::to_string(waiting_limit_));
}

SOCKETIO_DECL disconnect_details peer_core::end_details() const
{
    if (!cut_off_.empty())
        return {.code = ended_by_, .description = cut_off_};
    if (ended_by_ == error::closed)
        return {.code = ended_by_, .description = "the client closed the connection"};
    if (ended_by_ == error::stopped)
        return {.code = ended_by_, .description = "the server closed the connection"};
    return {.code = ended_by_, .description = ended_by_ ? ended_by_.message() : std::string{}};
}

} // namespace socketio::detail

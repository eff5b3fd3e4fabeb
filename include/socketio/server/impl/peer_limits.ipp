// What one client may cost a server, and the words for its end.
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

// A peer that does not read costs no more than this. The largest packet since nothing waited is not counted, since a peer
// that reads at full speed must be able to get it, with what is said before and behind it.
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

// What it would be told is dropped.
SOCKETIO_DECL void peer_core::cut_off(disconnect_reason reason, std::string words)
{
    if (!std::exchange(open_, false))
        return;
    cut_off_ = std::move(words);
    session_->abort(reason, error::buffer_full);
}

SOCKETIO_DECL bool peer_core::add_waiting(std::size_t bytes) noexcept
{
    return waiting_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= waiting_limit_;
}

// As one that does not read.
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

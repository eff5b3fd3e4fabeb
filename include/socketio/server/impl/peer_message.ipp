// Writes a packet directly into the output of its session.
#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/server/engine_session.hpp>
#include <socketio/server/peer_core.hpp>

namespace socketio::detail {

SOCKETIO_DECL bool peer_core::can_write() const noexcept { return open_ && session_->is_open(); }

SOCKETIO_DECL peer_core::message::message(peer_core& to, bool compress)
    : to_{to}, session_{*to.session_}, before_{session_.unsent()},
      at_{session_.begin_message(compress, to.sends_binary_)}
{}

SOCKETIO_DECL peer_core::message::~message()
{
    if (!ended_)
        session_.abandon(at_);
}

SOCKETIO_DECL void peer_core::message::encode(encode_event_ref encode)
{
    flag_guard const guard{to_.lane_.writing()};
    encode(session_.output(), attachments_);
}

SOCKETIO_DECL std::size_t peer_core::message::size() const noexcept
{
    std::size_t all = session_.message_size(at_) - (at_.binary ? 0 : 1); // without the Engine.IO packet type
    for (bytes_view const each : attachments_)
        all += each.size();
    return all;
}

SOCKETIO_DECL void peer_core::message::end()
{
    session_.end_message(at_, attachments_);
    ended_ = true;
    to_.note_sent(before_);
}

SOCKETIO_DECL void peer_core::note_sent(std::size_t before)
{
    count(counts_.sent);
    if (!sending_as_one_)
        check_unread(before);
}

} // namespace socketio::detail

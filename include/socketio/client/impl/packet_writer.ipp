#pragma once

#include <socketio/client/packet_writer.hpp>
#include <socketio/core/scope.hpp>

namespace socketio::detail {

// The heartbeat may have passed unnoticed, after a suspend: then the packet is better kept, and the
// connection is found dead at once.
SOCKETIO_DECL bool packet_writer::can_write()
{
    if (!link_)
        return false;
    if (!link_->expired(lane_.now()))
        return true;
    lane_.post_due();
    return false;
}

SOCKETIO_DECL bool packet_writer::holds_back(std::size_t most_unsent) noexcept
{
    if (unsent() <= most_unsent)
        return false;
    held_back_ = true;
    return true;
}

SOCKETIO_DECL bool packet_writer::write(std::string_view text, std::span<bytes_view const> attachments, bool compress)
{
    if (!fits(text, attachments))
        return false;
    link_->send_packet(text, attachments, compress, binary_);
    ++packets_;
    return true;
}

SOCKETIO_DECL bool packet_writer::write_answer(std::string_view text, std::span<bytes_view const> attachments)
{
    if (!fits(text, attachments))
        return false;
    link_->send_answer(text, attachments, binary_);
    ++packets_;
    return true;
}

// Runs user code; events that it emits have to wait.
SOCKETIO_DECL void packet_writer::write_event(encode_event_ref encode, byte_buffer& into)
{
    attachments_.clear();
    flag_guard const guard{lane_.writing()};
    encode(into, attachments_);
}

SOCKETIO_DECL packet_writer::encoded packet_writer::encode(encode_event_ref encode)
{
    scratch_.clear();
    write_event(encode, scratch_);
    return {scratch_.view(), attachments_};
}

SOCKETIO_DECL packet_writer::message::message(packet_writer& by, bool compress)
    : by_{by}, link_{*by.link_}, at_{link_.begin_message(compress, by.binary_)}
{
}

SOCKETIO_DECL packet_writer::message::~message()
{
    if (!ended_)
        link_.abandon(at_);
}

SOCKETIO_DECL std::span<bytes_view const> packet_writer::message::encode(encode_event_ref encode)
{
    by_.write_event(encode, link_.output());
    return by_.attachments_;
}

SOCKETIO_DECL bool packet_writer::message::fits() const
{
    return link_.fits(at_, by_.attachments_);
}

SOCKETIO_DECL void packet_writer::message::end()
{
    link_.end(at_, by_.attachments_);
    ended_ = true;
    ++by_.packets_;
}

} // namespace socketio::detail

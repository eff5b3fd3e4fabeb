#pragma once

#include <socketio/client/packet_writer.hpp>
#include <socketio/core/scope.hpp>

#include <algorithm>

namespace socketio::detail {

// `text` includes the Engine.IO packet type.
SOCKETIO_DECL bool packet_writer::fits(std::size_t text, std::span<bytes_view const> attachments) const noexcept
{
    std::uint64_t const most = link_->session().settings().max_payload;
    if (most == 0)
        return true;
    return text <= most &&
           std::all_of(attachments.begin(), attachments.end(), [most](bytes_view each) { return each.size() <= most; });
}

// The heartbeat may have passed unnoticed, after a suspend: then the packet is better kept, and the
// connection is found dead at once.
SOCKETIO_DECL bool packet_writer::can_write()
{
    if (!link_)
        return false;
    if (!link_->session().expired(lane_.now()))
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
    if (!link_ || !fits(text.size() + 1, attachments))
        return false;
    engine& session = link_->session();
    session.send_whole([&] {
        session.send_text(text, compress);
        for (bytes_view const each : attachments)
            session.send_binary(each, compress);
    });
    ++packets_;
    return true;
}

SOCKETIO_DECL bool packet_writer::write_answer(std::string_view text, std::span<bytes_view const> attachments)
{
    std::size_t const before = unsent();
    bool const written = write(text, attachments);
    if (written)
        link_->count_answer(unsent() - before);
    return written;
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
    : by_{by}, session_{by.link_->session()}, compress_{compress}, at_{session_.begin_message(compress)}
{
}

// With the attachments.
SOCKETIO_DECL packet_writer::message::~message()
{
    if (!ended_)
        session_.take_back(at_);
}

SOCKETIO_DECL std::span<bytes_view const> packet_writer::message::encode(encode_event_ref encode)
{
    by_.write_event(encode, session_.output());
    return by_.attachments_;
}

SOCKETIO_DECL bool packet_writer::message::fits() const
{
    return by_.fits(session_.message_size(at_), by_.attachments_);
}

SOCKETIO_DECL void packet_writer::message::end()
{
    session_.end_message(at_);
    for (bytes_view const each : by_.attachments_)
        session_.send_binary(each, compress_);
    ended_ = true;
    ++by_.packets_;
}

} // namespace socketio::detail

// The way out of a packet: from any thread to the strand, and there straight into the buffer that
// the next write takes, or into the send buffer while the namespace is not connected.
#pragma once

#include <socketio/client/manager_core.hpp>

#include <algorithm>

namespace socketio::detail {

SOCKETIO_DECL void manager_core::check_attachments(std::size_t count) const
{
    if (count > settings_.limits.attachments)
        throw_misuse("too many attachments: " + std::to_string(count) + " binary values in one packet, " +
                     std::to_string(settings_.limits.attachments) + " are allowed");
}

// `text` includes the Engine.IO packet type.
SOCKETIO_DECL bool manager_core::fits(std::size_t text, std::span<bytes_view const> attachments) const noexcept
{
    std::uint64_t const most = runtime_->link->session().settings().max_payload;
    if (most == 0)
        return true;
    return text <= most &&
           std::all_of(attachments.begin(), attachments.end(), [most](bytes_view each) { return each.size() <= most; });
}

SOCKETIO_DECL void manager_core::check_event(std::string_view event)
{
    if (is_reserved_event(event))
        throw_misuse('"' + std::string{event} + "\" is a reserved event name");
}

SOCKETIO_DECL void manager_core::emit_event(socket_core& from, std::string_view event, std::optional<pending_ack>&& waiting,
                                            encode_event_ref encode, buffer_policy const& rule)
{
    check_event(event);
    // A user's conversion may emit while a packet is being written: that one waits its turn.
    if (!rule.is_volatile && lane_.acts_now()) {
        emit_here(from, event, std::move(waiting), encode, rule);
        return;
    }
    char room[512];
    byte_buffer text{room};
    std::vector<bytes_view> attachments;
    encode(text, attachments);
    check_attachments(attachments.size());
    send_encoded(from, text.view(), attachments, std::move(waiting), rule);
}

SOCKETIO_DECL void manager_core::send_encoded(socket_core& from, std::string_view text,
                                              std::span<bytes_view const> attachments, std::optional<pending_ack>&& waiting,
                                              buffer_policy const& rule)
{
    auto const send = [this, rule](socket_core& by, std::string_view packet, std::span<bytes_view const> binaries,
                                   std::optional<pending_ack>&& ack) {
        if (rule.is_volatile)
            send_or_drop(by, packet, binaries, std::move(ack), rule);
        else
            send_or_keep(by, packet, binaries, std::move(ack), rule);
    };
    if (lane_.acts_now()) {
        send(from, text, attachments, std::move(waiting));
        return;
    }
    if (rule.is_volatile || rule.expires != clock::never()) {
        auto const later = std::make_shared<std::optional<pending_ack>>(std::move(waiting));
        perform_with(from, text, attachments, [send, later](socket_core& by, std::string_view packet, std::span<bytes_view const> binaries) {
            send(by, packet, binaries, std::move(*later));
        });
        return;
    }
    hand_over(from, text, attachments, std::move(waiting), rule.compress);
}

// A copy, as a command: for packets that are not to be kept where others wait.
template <class Use>
void manager_core::perform_with(socket_core& from, std::string_view text, std::span<bytes_view const> attachments, Use use)
{
    auto const copy = std::make_shared<packet_queue>();
    copy->push(text, attachments, std::nullopt);
    perform([by = from.shared_from_this(), copy, use] {
        copy->peek([&](std::string_view packet, std::span<bytes_view const> binaries) { use(*by, packet, binaries); });
    });
}

// From another thread: into the inbox.
SOCKETIO_DECL void manager_core::hand_over(socket_core& from, std::string_view text, std::span<bytes_view const> attachments,
                                           std::optional<pending_ack>&& waiting, bool compress)
{
    static_cast<void>(lane_.hand_over(from, text, attachments, compress, std::move(waiting)));
}

// The heartbeat may have passed unnoticed, after a suspend: then the packet is better kept, and the
// connection is found dead at once (SEMANTICS 2.2, item 12).
SOCKETIO_DECL bool manager_core::can_write(socket_core const& from)
{
    if (state_ != ready_state::open || !from.connected())
        return false;
    if (!runtime_->link->session().expired(now()))
        return true;
    lane_.post_due();
    return false;
}

SOCKETIO_DECL bool manager_core::holds_back(socket_core const& from) noexcept
{
    if (unsent_here() <= from.most_unsent())
        return false;
    held_back_ = true;
    return true;
}

// Behind what is kept already, so that the order stays.
SOCKETIO_DECL bool manager_core::must_wait(socket_core& from)
{
    if (!from.is_bounded())
        return false;
    if (held_back_ && unsent_here() <= from.most_unsent())
        flush_held_back(); // the others, too: this one may leave no room at any other time
    if (from.keeps_packets())
        from.flush_send_buffer();
    return from.keeps_packets() || holds_back(from);
}

// The transport takes a packet now: what was written before has gone to the operating system.
SOCKETIO_DECL bool manager_core::is_writable(socket_core& from)
{
    return can_write(from) && runtime_->link->is_writable() && !must_wait(from);
}

// A volatile packet is never kept, not even before CONNECT is answered, where the reference does. Its
// acknowledgement is waited for all the same: it ends with the connection or by its timeout.
SOCKETIO_DECL void manager_core::send_or_drop(socket_core& from, std::string_view text,
                                              std::span<bytes_view const> attachments, std::optional<pending_ack>&& waiting,
                                              buffer_policy const& rule)
{
    if (is_writable(from))
        send_or_keep(from, text, attachments, std::move(waiting), rule);
    else if (waiting)
        from.get_channel().pending().add(std::move(*waiting));
}

SOCKETIO_DECL void manager_core::emit_here(socket_core& from, std::string_view event, std::optional<pending_ack>&& waiting,
                                           encode_event_ref encode, buffer_policy const& rule)
{
    if (from.outgoing().untouched() && can_write(from) && !must_wait(from)) {
        encode_in_place(from, event, std::move(waiting), encode, rule.compress);
    } else {
        scratch_.clear();
        attachments_.clear();
        {
            flag_guard const guard{lane_.writing()};
            encode(scratch_, attachments_);
        }
        check_attachments(attachments_.size());
        send_or_keep(from, scratch_.view(), attachments_, std::move(waiting), rule);
    }
}

SOCKETIO_DECL void manager_core::encode_in_place(socket_core& from, std::string_view event,
                                                 std::optional<pending_ack>&& waiting, encode_event_ref encode, bool compress)
{
    engine& session = runtime_->link->session();
    auto const at = session.begin_message(compress);
    scope_fail message{[&] { session.take_back(at); }}; // the attachments, too
    attachments_.clear();
    {
        flag_guard const guard{lane_.writing()};
        encode(session.output(), attachments_);
    }
    check_attachments(attachments_.size());
    if (!fits(session.message_size(at), attachments_)) {
        from.get_channel().fail_emit(event, std::move(waiting), error::payload_too_large);
        return;
    }
    auto const end = [&] {
        session.end_message(at);
        for (bytes_view const each : attachments_)
            session.send_binary(each, compress);
        message.done();
    };
    if (waiting)
        from.get_channel().ask(std::move(*waiting), end);
    else
        end();
    ++packets_sent_;
}

SOCKETIO_DECL bool manager_core::write_packet(std::string_view text, std::span<bytes_view const> attachments, bool compress)
{
    if (state_ != ready_state::open || !fits(text.size() + 1, attachments))
        return false;
    engine& session = runtime_->link->session();
    session.send_whole([&] {
        session.send_text(text, compress);
        for (bytes_view const each : attachments)
            session.send_binary(each, compress);
    });
    ++packets_sent_;
    return true;
}

SOCKETIO_DECL void manager_core::send_or_keep(socket_core& from, std::string_view text,
                                              std::span<bytes_view const> attachments, std::optional<pending_ack>&& waiting,
                                              buffer_policy const& rule)
{
    if (!can_write(from) || must_wait(from)) {
        from.keep(text, attachments, std::move(waiting), rule);
        return;
    }
    channel& talk = from.get_channel();
    if (waiting)
        talk.pending().reserve_one();
    if (!talk.write(text, attachments, [&] { return write_packet(text, attachments, rule.compress); }))
        talk.fail_emit(event_of(text), std::move(waiting), error::payload_too_large);
    else if (waiting)
        talk.pending().add(std::move(*waiting));
}

SOCKETIO_DECL bool manager_core::send_kept(socket_core& from, std::string_view text,
                                           std::span<bytes_view const> attachments, std::optional<std::uint64_t> id,
                                           bool compress)
{
    if (!can_write(from))
        return false;
    channel& talk = from.get_channel();
    bool const written = talk.write(text, attachments, [&] { return write_packet(text, attachments, compress); });
    if (written && id)
        talk.pending().sent(*id);
    if (!written)
        talk.end_kept(id, [&](auto&& last) { talk.fail_emit(event_of(text), std::move(last), error::payload_too_large); });
    return true;
}

// A server that asks and asks, and reads none of the answers, must not fill our memory.
SOCKETIO_DECL void manager_core::write_answer(socket_core& from, std::string_view text, std::span<bytes_view const> attachments)
{
    auto const link = runtime_->link;
    if (link->unread_answers() > settings_.limits.unread_answers) {
        std::error_code const why = error::unread_answers;
        tell_error("error", connect_error{why, why.message()});
        lose(disconnect_reason::transport_error, {.code = why, .description = why.message()});
        return;
    }
    std::size_t const before = link->unsent();
    if (write_packet(text, attachments))
        link->count_answer(link->unsent() - before);
    else
        from.get_channel().fail_emit("acknowledgement", std::nullopt, error::payload_too_large);
}

} // namespace socketio::detail

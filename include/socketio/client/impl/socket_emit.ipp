// The route of an event: from any thread to the strand, and there directly into the output buffer, or into the
// send buffer while the namespace is not connected.
#pragma once

#include <socketio/client/socket_core.hpp>
#include <socketio/client/socket_owner.hpp>
#include <socketio/codec/packet_encoder.hpp>

namespace socketio::detail {

SOCKETIO_DECL void socket_core::check_event(std::string_view event)
{
    if (is_reserved_event(event))
        throw_misuse('"' + std::string{event} + "\" is a reserved event name");
}

SOCKETIO_DECL void socket_core::check_attachments(std::string_view, std::size_t count) const
{
    if (count == 0)
        return;
    auto const alive = weak_owner_.lock();
    if (alive && count > options_.limits.attachments)
        throw_misuse("too many attachments: " + std::to_string(count) + " binary values in one packet, " +
                     std::to_string(options_.limits.attachments) + " are allowed");
}

SOCKETIO_DECL bool socket_core::can_write() { return connected() && writer_.can_write(); }

// It may be kept where others wait.
inline bool may_wait(buffer_policy const& rule) noexcept { return !rule.is_volatile && rule.expires == clock::never(); }

SOCKETIO_DECL void socket_core::emit_event(std::string_view event, std::optional<pending_ack>&& waiting,
                                           encode_event_ref encode, buffer_policy const& rule)
{
    check_event(event);
    // A user's conversion may emit while a packet is being written: that emit waits.
    if (!rule.is_volatile && lane_.acts_now()) {
        emit_here(event, std::move(waiting), encode, rule);
        return;
    }
    char room[512];
    byte_buffer text{room};
    std::vector<bytes_view> attachments;
    encode(text, attachments);
    check_attachments(event, attachments.size());
    if (may_wait(rule)) // what was true of the strand above is still true
        static_cast<void>(lane_.hand_over(*this, text.view(), attachments, rule.compress, std::move(waiting)));
    else
        send_encoded(text.view(), attachments, std::move(waiting), rule);
}

SOCKETIO_DECL void socket_core::emit_here(std::string_view event, std::optional<pending_ack>&& waiting,
                                          encode_event_ref encode, buffer_policy const& rule)
{
    if (outgoing().untouched() && can_write() && !must_wait()) {
        encode_in_place(event, std::move(waiting), encode, rule.compress);
        return;
    }
    auto const [text, attachments] = writer_.encode(encode);
    check_attachments(event, attachments.size());
    send_or_keep(text, attachments, std::move(waiting), rule);
}

SOCKETIO_DECL void socket_core::encode_in_place(std::string_view event, std::optional<pending_ack>&& waiting,
                                                encode_event_ref encode, bool compress)
{
    packet_writer::message written{writer_, compress};
    check_attachments(event, written.encode(encode).size());
    if (!written.fits())
        channel_.fail_emit(event, std::move(waiting), error::payload_too_large);
    else if (waiting)
        channel_.ask(std::move(*waiting), [&] { written.end(); });
    else
        written.end();
}

SOCKETIO_DECL void socket_core::send_encoded(std::string_view text, std::span<bytes_view const> attachments,
                                             std::optional<pending_ack>&& waiting, buffer_policy const& rule)
{
    auto const send = [rule](socket_core& from, std::string_view packet, std::span<bytes_view const> binaries,
                             std::optional<pending_ack>&& ack) {
        if (rule.is_volatile)
            from.send_or_drop(packet, binaries, std::move(ack), rule);
        else
            from.send_or_keep(packet, binaries, std::move(ack), rule);
    };
    if (lane_.acts_now()) {
        send(*this, text, attachments, std::move(waiting));
        return;
    }
    if (may_wait(rule)) {
        static_cast<void>(lane_.hand_over(*this, text, attachments, rule.compress, std::move(waiting)));
        return;
    }
    // A command with a copy, since these are not to be kept where others wait.
    struct later {
        packet_queue copy;
        std::optional<pending_ack> waiting;
    };
    auto const kept = std::make_shared<later>();
    kept->copy.push(text, attachments, std::nullopt);
    kept->waiting = std::move(waiting);
    lane_.perform([self = shared_from_this(), kept, send] {
        kept->copy.peek([&](std::string_view packet, std::span<bytes_view const> binaries) {
            send(*self, packet, binaries, std::move(kept->waiting));
        });
    });
}

// From another thread, out of the lane's inbox.
SOCKETIO_DECL void socket_core::take_packet(std::string_view text, std::span<bytes_view const> attachments,
                                            std::uint32_t compress, std::optional<pending_ack>&& waiting)
{
    send_or_keep(text, attachments, std::move(waiting), {.compress = compress != 0});
}

// A volatile packet is never stored, not even before the answer to CONNECT, as the reference does. Its
// acknowledgement is pending all the same: it ends with the connection or by its timeout.
SOCKETIO_DECL void socket_core::send_or_drop(std::string_view text, std::span<bytes_view const> attachments,
                                             std::optional<pending_ack>&& waiting, buffer_policy const& rule)
{
    if (can_write() && writer_.is_writable() && !must_wait())
        send_or_keep(text, attachments, std::move(waiting), rule);
    else if (waiting)
        channel_.pending().add(std::move(*waiting));
}

SOCKETIO_DECL void socket_core::send_or_keep(std::string_view text, std::span<bytes_view const> attachments,
                                             std::optional<pending_ack>&& waiting, buffer_policy const& rule)
{
    if (!can_write() || must_wait()) {
        keep(text, attachments, std::move(waiting), rule);
        return;
    }
    if (waiting)
        channel_.pending().reserve_one();
    if (!channel_.write(text, attachments, [&] { return writer_.write(text, attachments, rule.compress); }))
        channel_.fail_emit(name_of_encoded(parser(), text), std::move(waiting), error::payload_too_large);
    else if (waiting)
        channel_.pending().add(std::move(*waiting));
}

SOCKETIO_DECL bool socket_core::send_kept(std::string_view text, std::span<bytes_view const> attachments,
                                          std::optional<std::uint64_t> id, bool compress)
{
    if (!can_write())
        return false;
    bool const written = channel_.write(text, attachments, [&] { return writer_.write(text, attachments, compress); });
    if (written && id)
        channel_.pending().sent(*id);
    if (!written)
        channel_.end_kept(id, [&](auto&& last) {
            channel_.fail_emit(name_of_encoded(parser(), text), std::forward<decltype(last)>(last),
                               error::payload_too_large);
        });
    return true;
}

// True while stored packets must be sent first, to keep the order.
SOCKETIO_DECL bool socket_core::must_wait()
{
    if (!send_buffer_.is_bounded()) {
        if (!flush_due_)
            return false;
        flush_send_buffer(); // a listener of an early event emits before the step that does this
        return !send_buffer_.empty();
    }
    std::size_t const most = send_buffer_.most_unsent();
    if (writer_.held_back() && writer_.unsent() <= most)
        owner_.flush_held_back(); // the others, too: otherwise this one may leave them no room
    if (!send_buffer_.empty())
        flush_send_buffer();
    return !send_buffer_.empty() || writer_.holds_back(most);
}

} // namespace socketio::detail

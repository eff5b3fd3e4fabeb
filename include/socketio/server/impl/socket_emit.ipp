// Sends the packets of one socket to its client.
#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/server/packet_on_stack.hpp>
#include <socketio/server/server_socket_core.hpp>

#include <utility>

namespace socketio::detail {

// The flags of a packet from another thread, as the number that the inbox stores.
inline constexpr std::uint32_t compress_bit = 1;
inline constexpr std::uint32_t volatile_bit = 2;

inline std::uint32_t to_bits(send_flags flags) noexcept
{
    return (flags.compress ? compress_bit : 0) | (flags.is_volatile ? volatile_bit : 0);
}

SOCKETIO_DECL void server_socket_core::write(encoded_packet const& packet, send_flags flags)
{
    write(packet.text.view(), packet.attachments.views(), flags);
}

SOCKETIO_DECL void server_socket_core::write(std::string_view text, std::span<bytes_view const> attachments,
                                             send_flags flags)
{
    channel_.write(text, attachments, [&] { return client_->send(text, attachments, flags); });
}

SOCKETIO_DECL void server_socket_core::send(shared_packet packet, send_flags flags)
{
    client_->perform([self = shared_from_this(), packet = std::move(packet), flags] {
        if (!self->channel_.ended())
            self->write(*packet, flags);
    });
}

SOCKETIO_DECL void server_socket_core::emit(shared_packet packet, std::optional<pending_ack> waiting, send_flags flags)
{
    if (!waiting) {
        if (pid_.empty() || flags.is_volatile)
            send(std::move(packet), flags);
        else
            nsp_->rooms().broadcast(packet, {.rooms = {id_}, .compress = flags.compress});
        return;
    }
    auto const kept = std::make_shared<pending_ack>(std::move(*waiting));
    bool const accepted = client_->perform([self = shared_from_this(), packet = std::move(packet), flags, kept] {
        scope_fail later{[&] { self->channel_.keep_ended(*kept, error::disconnected); }};
        self->write_asking(packet->text.view(), packet->attachments.views(), std::move(*kept), flags);
        later.done();
    });
    if (!accepted)
        channel_.end_elsewhere(kept);
}

SOCKETIO_DECL void server_socket_core::write_asking(std::string_view text, std::span<bytes_view const> attachments,
                                                    pending_ack&& waiting, send_flags flags)
{
    if (channel_.ended())
        channel_.end_ack(std::move(waiting), error::disconnected);
    else
        channel_.ask(std::move(waiting), [&] { write(text, attachments, flags); });
}

SOCKETIO_DECL void server_socket_core::emit_event(std::string_view event, std::optional<pending_ack>&& waiting,
                                                  encode_event_ref encode, send_flags flags)
{
    check_attachments(event, 0); // and the name
    bool const is_kept = !waiting && !pid_.empty(); // for recovery
    if (!is_kept && !flags.is_volatile && channel_.outgoing().untouched() && client_->acts_now() &&
        client_->can_write() && !channel_.ended()) {
        emit_in_place(event, std::move(waiting), encode, flags.compress);
        return;
    }
    packet_on_stack made;
    encode(made.text, made.attachments);
    check_attachments(event, made.attachments.size());
    emit(made.text.view(), made.attachments, std::move(waiting), flags);
}

SOCKETIO_DECL void server_socket_core::emit_in_place(std::string_view event, std::optional<pending_ack>&& waiting,
                                                     encode_event_ref encode, bool compress)
{
    peer_core::message written{*client_, compress};
    written.encode(encode);
    check_attachments(event, written.attachments().size());
    if (written.size() > packet_limit())
        channel_.fail_emit(event, std::move(waiting), error::payload_too_large); // writes nothing behind it meanwhile
    else if (waiting)
        channel_.ask(std::move(*waiting), [&] { written.end(); });
    else
        written.end();
}

SOCKETIO_DECL void server_socket_core::emit(std::string_view text, std::span<bytes_view const> attachments,
                                            std::optional<pending_ack> waiting, send_flags flags)
{
    if (encoded_packet::size_of(text, attachments) > nsp_->limits().bytes) {
        channel_.fail_from_anywhere(name_of_encoded(channel_.parser(), text), std::move(waiting),
                                    error::payload_too_large);
        return;
    }
    bool const is_kept = !waiting && !pid_.empty() && !flags.is_volatile;
    if (is_kept)
        emit(share_packet(text, attachments), std::nullopt, flags);
    else if (client_->acts_now())
        take_packet(text, attachments, to_bits(flags), std::move(waiting));
    else if (!client_->hand_over(*this, text, attachments, to_bits(flags), std::move(waiting)) &&
             waiting) // NOLINT(bugprone-use-after-move): it was left alone, since the client has gone
        channel_.end_elsewhere(std::make_shared<pending_ack>(std::move(*waiting))); // NOLINT(bugprone-use-after-move)
}

SOCKETIO_DECL void server_socket_core::take_packet(std::string_view text, std::span<bytes_view const> attachments,
                                                   std::uint32_t flags, std::optional<pending_ack>&& waiting)
{
    send_flags const how{.is_volatile = (flags & volatile_bit) != 0, .compress = (flags & compress_bit) != 0};
    if (waiting)
        write_asking(text, attachments, std::move(*waiting), how);
    else if (!channel_.ended())
        write(text, attachments, how);
}

SOCKETIO_DECL void server_socket_core::emit_asking(shared_packet packet, pending_ack waiting, send_flags flags)
{
    if (packet->size() > nsp_->limits().bytes)
        channel_.fail_from_anywhere(name_of_encoded(channel_.parser(), packet->text.view()), std::move(waiting),
                                    error::payload_too_large);
    else
        emit(std::move(packet), std::move(waiting), flags);
}

SOCKETIO_DECL void server_socket_core::ask(shared_packet packet, std::uint64_t id, send_flags flags,
                                           std::function<void(std::error_code, value)> answered)
{
    pending_ack waiting{.id = id, .wants_errors = true};
    waiting.handler = [answered = std::move(answered)](ack_result& result) {
        answered(result.error, result.args.empty() ? value{} : result.args[0].to_value());
    };
    emit(std::move(packet), std::move(waiting), flags);
}

SOCKETIO_DECL void server_socket_core::write_answer(std::string_view text, std::span<bytes_view const> attachments,
                                                    std::uint64_t)
{
    if (!channel_.ended())
        static_cast<void>(client_->send(text, attachments, {}));
}

SOCKETIO_DECL void server_socket_core::check_attachments(std::string_view event, std::size_t count) const
{
    nsp_->check_emit(event, count);
}

SOCKETIO_DECL clock::time_point server_socket_core::time() const noexcept { return nsp_->time_and_chance().now(); }

SOCKETIO_DECL std::size_t server_socket_core::packet_limit() const noexcept { return nsp_->limits().bytes; }

// For a client that has gone: its strand no longer takes calls, so the server's executor does.
SOCKETIO_DECL void server_socket_core::call_elsewhere(unique_function<void()> call)
{
    if (auto const where = nsp_->executor())
        asio::post(where, std::move(call));
}

} // namespace socketio::detail

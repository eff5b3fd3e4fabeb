// A namespace as the host of its channel: lends it the manager's strand, the connection, and the send buffer.
#pragma once

#include <socketio/client/socket_core.hpp>
#include <socketio/client/socket_owner.hpp>
#include <socketio/session/event_names.hpp>

#include <utility>

namespace socketio::detail {

SOCKETIO_DECL pending_ack socket_core::new_retried(std::string_view event)
{
    constexpr std::uint64_t no_ack_id = std::uint64_t{1} << 63;
    pending_ack made;
    made.id = no_ack_id | next_ticket_.fetch_add(1, std::memory_order_relaxed);
    made.event = event;
    return made;
}

SOCKETIO_DECL void socket_core::cancel_ack(std::uint64_t id)
{
    perform([self = shared_from_this(), id] {
        if (!self->cancel_retried(id))
            self->channel_.cancel_ack(id);
    });
}

SOCKETIO_DECL bool socket_core::perform(unique_function<void()> command)
{
    auto const alive = weak_owner_.lock();
    return alive && lane_.perform(std::move(command));
}

SOCKETIO_DECL bool socket_core::acts_now()
{
    auto const alive = weak_owner_.lock();
    return alive && lane_.acts_now();
}

SOCKETIO_DECL void socket_core::defer(unique_function<void()> step) { lane_.defer(std::move(step)); }

SOCKETIO_DECL void socket_core::defer_first(unique_function<void()> step) { lane_.defer_first(std::move(step)); }

// It becomes the next step, so that listeners see packets of the send buffer before "connect".
SOCKETIO_DECL void socket_core::defer_outgoing(channel_steps&& step) noexcept { lane_.defer_first(std::move(step)); }

// Once a turn: most calls find that the manager knows it.
SOCKETIO_DECL void socket_core::changed() noexcept
{
    if (managed_.changed == 0)
        owner_.note_changed(*this);
}

// A server that asks again and again, and reads no answers, must not fill the memory.
SOCKETIO_DECL void socket_core::write_answer(std::string_view text, std::span<bytes_view const> attachments,
                                             std::uint64_t epoch)
{
    if (!connected() || channel_.epoch() != epoch)
        return;
    if (writer_.unread_answers() > options_.limits.unread_answers)
        owner_.fail(error::unread_answers);
    else if (!writer_.write_answer(text, attachments))
        channel_.fail_emit("acknowledgement", std::nullopt, error::payload_too_large);
}

SOCKETIO_DECL void socket_core::note_unanswered(std::uint64_t ack_id)
{
    if (auto const alive = weak_owner_.lock(); alive && options_.log)
        lane_.perform([self = shared_from_this(), ack_id] {
            self->log(log_level::debug,
                      "event " + std::to_string(ack_id) + " will never be answered: its ack was dropped");
        });
}

SOCKETIO_DECL void socket_core::report(event_error&& reason, std::shared_ptr<error_hook const> const& hook)
{
    // Other errors than this one are the network's, or the other side's.
    if (!hook && reason.code == error::type_mismatch) {
        owner_.warn("socket", place_of(nsp_, reason), nsp_ + ' ' + reason.message());
        return;
    }
    log(log_level::warning, reason.message());
    if (!hook)
        return;
    if (auto const& where = options_.callback_executor)
        where.post([weak = std::weak_ptr{hook}, reason = std::move(reason)] {
            if (auto const still = weak.lock())
                (*still)(reason);
        });
    else
        (*hook)(reason);
}

// The message of the error is the server's own, as in the reference: programs compare it.
SOCKETIO_DECL void socket_core::warn_of_namespace()
{
    std::string said = nsp_ + " is no namespace of the server: the path of the URL names the namespace";
    if (nsp_.starts_with("/socket.io"))
        said += ". The path of Socket.IO's requests is the option path, and no part of the URL";
    owner_.warn("socket", said, said);
}

// Once, when the first listeners have been called: then all that belong to a connection are there.
SOCKETIO_DECL void socket_core::check_names()
{
    if (std::exchange(names_checked_, true))
        return;
    for (std::string const& name : channel_.events().event_names())
        if (auto const said = doubt_about(role::client, name, channel_.events()); !said.empty())
            owner_.warn("socket", nsp_ + name, nsp_ + ' ' + said);
}

} // namespace socketio::detail

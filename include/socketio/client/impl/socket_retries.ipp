// The queue of the option `retries` (socket.io-client/lib/socket.ts, _drainQueue()): one event in flight, the
// next one when it is acknowledged.
#pragma once

#include <socketio/client/socket_core.hpp>
#include <socketio/client/socket_owner.hpp>
#include <socketio/codec/packet_encoder.hpp>
#include <socketio/core/caught.hpp>
#include <socketio/core/scope.hpp>

namespace socketio::detail {

SOCKETIO_DECL void socket_core::enqueue(retried_emit emit)
{
    // Shared, since a command must be small.
    perform([self = shared_from_this(), waiting = std::make_shared<retried_emit>(std::move(emit))] {
        self->changed();
        if (self->make_room_for_retry(waiting->packet.byte_size())) {
            self->retries_.push(std::move(*waiting));
            self->send_retried();
        } else {
            self->refuse_retry(std::move(*waiting));
        }
    });
}

// The send buffer stores none of these: the queue itself waits for the connection.
SOCKETIO_DECL void socket_core::send_retried()
{
    if (!connected())
        return;
    retried_emit* const next = retries_.next();
    if (!next)
        return;
    scope_fail again{[&] { retries_.take_back(); }};
    pending_ack waiting = new_ack(next->waiting.event, next->timeout);
    waiting.wants_errors = true;
    waiting.handler = [this, ticket = next->waiting.id](ack_result& result) { on_try_end(ticket, result); };
    next->packet.peek([&](std::string_view text, std::span<bytes_view const> attachments) {
        byte_buffer with_id;
        std::string const event = waiting.event;
        if (run_parser([&] { append_with_ack_id(parser(), with_id, text, nsp_, waiting.id); }))
            channel_.fail_emit(event, std::move(waiting), error::packet_parser_failed);
        else
            send_encoded(with_id.view(), attachments, std::move(waiting), {.compress = next->compress});
    });
    again.done();
}

// The next one leaves after the user's handler has run, as in the reference, even if that throws.
SOCKETIO_DECL void socket_core::on_try_end(std::uint64_t ticket, ack_result& result)
{
    changed();
    bool const hopeless =
        result.error == error::payload_too_large || result.error == error::packet_parser_failed;
    auto over = retries_.ended(ticket, !result.error || hopeless, retry_limit_, lane_.now());
    auto const go_on = [this] { lane_.defer_first([self = shared_from_this()] { self->send_retried(); }); };
    auto const failed = caught(go_on);
    if (over && over->waiting.handler && (!result.error || over->waiting.wants_errors))
        over->waiting.handler(result);
    else if (over && result.error)
        channel_.report({.code = result.error, .event = over->waiting.event});
    if (failed)
        go_on();
}

SOCKETIO_DECL bool socket_core::make_room_for_retry(std::size_t size)
{
    bool const drops = send_buffer_.limits().full == when_full::drop_oldest;
    while (!send_buffer_.limits().admit(retries_.size(), retries_.byte_size(), size)) {
        auto oldest = drops && send_buffer_.limits().fits(size) ? retries_.take_oldest_waiting() : std::nullopt;
        if (!oldest)
            return false;
        refuse_retry(std::move(*oldest));
    }
    return true;
}

SOCKETIO_DECL void socket_core::refuse_retry(retried_emit&& emit)
{
    std::optional<pending_ack> waiting{std::move(emit.waiting)};
    scope_fail later{[&] { channel_.keep_ended(*waiting, error::buffer_full); }};
    std::string const event = waiting->event;
    refuse(event, std::move(waiting));
    later.done();
}

SOCKETIO_DECL bool socket_core::cancel_retried(std::uint64_t ticket)
{
    changed();
    auto cancelled = retries_.remove(ticket);
    if (!cancelled)
        return false;
    channel_.end_taken(std::move(cancelled->waiting), make_error_code(std::errc::operation_canceled));
    lane_.defer([self = shared_from_this()] { self->send_retried(); });
    return true;
}

SOCKETIO_DECL void socket_core::end_retries(std::error_code ec)
{
    std::vector<pending_ack> ended;
    ended.reserve(retries_.size());
    for (auto& each : retries_.take_all())
        if (each.waiting.handler)
            ended.push_back(std::move(each.waiting));
    channel_.end_acks(std::move(ended), ec);
}

} // namespace socketio::detail

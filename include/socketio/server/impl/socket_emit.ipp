// What a socket of the server sends, and the answers, both ways.
#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/server/emitting.hpp>
#include <socketio/server/namespace_core.hpp>
#include <socketio/server/server_socket_core.hpp>
#include <socketio/session/owned_events.hpp>

#include <utility>

namespace socketio::detail {

SOCKETIO_DECL void server_socket_core::write(encoded_packet const& packet, send_flags flags)
{
    write(packet.text.view(), packet.attachments.views(), flags);
}

SOCKETIO_DECL void server_socket_core::write(std::string_view text, std::span<bytes_view const> attachments, send_flags flags)
{
    std::list<unique_function<void()>> told;
    if (!outgoing_.untouched())
        told = tell_outgoing(text, attachments);
    if (client_->send(text, attachments, flags))
        client_->defer(std::move(told));
}

// What listens to what goes out sees it as the peer does.
SOCKETIO_DECL std::list<unique_function<void()>> server_socket_core::tell_outgoing(std::string_view text,
                                                                                   std::span<bytes_view const> attachments)
{
    std::list<unique_function<void()>> step;
    auto event = read_back(text, attachments);
    if (!event)
        return step;
    step.push_back([self = shared_from_this(), event = std::make_shared<owned_event>(std::move(*event))] {
        json_document reader;
        value_view const payload = event->read(reader);
        event_call call{*self, payload[std::size_t{0}].as_string(), args{payload}.rest(1)};
        self->outgoing_.dispatch_any(call);
    });
    return step;
}

SOCKETIO_DECL void server_socket_core::send(shared_packet packet, send_flags flags)
{
    client_->perform([self = shared_from_this(), packet = std::move(packet), flags] {
        if (!self->ended_)
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
    bool const taken = client_->perform([self = shared_from_this(), packet = std::move(packet), flags, kept] {
        scope_fail later{[&] { self->keep_ended(*kept, error::disconnected); }};
        self->write_asking(packet->text.view(), packet->attachments.views(), std::move(*kept), flags);
        later.done();
    });
    if (!taken)
        end_ack_elsewhere(kept);
}

// The client has gone, and its strand with it.
SOCKETIO_DECL void server_socket_core::end_ack_elsewhere(std::shared_ptr<pending_ack> ended)
{
    auto const server = nsp_->server();
    if (!server || server->is_gone())
        return;
    asio::post(server->get_executor(), [self = shared_from_this(), ended = std::move(ended)] {
        ack_result result{*self, ended->event, error::disconnected};
        ended->handler(result);
    });
}

SOCKETIO_DECL void server_socket_core::write_asking(std::string_view text, std::span<bytes_view const> attachments,
                                                    pending_ack&& waiting, send_flags flags)
{
    if (ended_) {
        end_ack(std::move(waiting), error::disconnected);
        return;
    }
    acks_.reserve_one();
    client_->note_deadline(*this, waiting.deadline);
    write(text, attachments, flags);
    acks_.add(std::move(waiting));
}

SOCKETIO_DECL void server_socket_core::emit(std::string_view text, std::span<bytes_view const> attachments,
                                            std::optional<pending_ack> waiting, send_flags flags)
{
    if (encoded_packet::size_of(text, attachments) > nsp_->limits().bytes) {
        fail_emit(event_of(text), std::move(waiting), error::payload_too_large);
        return;
    }
    bool const is_kept = !waiting && !pid_.empty() && !flags.is_volatile;
    if (is_kept || !client_->acts_now())
        emit(share_packet(text, attachments), std::move(waiting), flags);
    else if (waiting)
        write_asking(text, attachments, std::move(*waiting), flags);
    else if (!ended_)
        write(text, attachments, flags);
}

SOCKETIO_DECL void server_socket_core::emit_asking(shared_packet packet, pending_ack waiting, send_flags flags)
{
    if (packet->size() > nsp_->limits().bytes)
        fail_emit(event_of(packet->text.view()), std::move(waiting), error::payload_too_large);
    else
        emit(std::move(packet), std::move(waiting), flags);
}

// Told to the handler, if it takes errors, and otherwise to the hook; never inside the call.
SOCKETIO_DECL void server_socket_core::fail_emit(std::string_view event, std::optional<pending_ack> waiting, error why)
{
    bool const told = waiting && waiting->wants_errors;
    if (waiting) {
        auto const ended = std::make_shared<pending_ack>(std::move(*waiting));
        if (!client_->perform([self = shared_from_this(), ended, why] { self->end_taken(*ended, why); }))
            end_ack_elsewhere(ended);
    }
    if (!told)
        report_from_anywhere({.code = why, .event = std::string{event}});
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

SOCKETIO_DECL pending_ack server_socket_core::new_ack(std::string_view event, std::optional<std::chrono::milliseconds> timeout)
{
    pending_ack made;
    made.id = nsp_->new_ack_id();
    made.event = event;
    if (timeout)
        made.deadline = limit_after(clock::now(), *timeout);
    return made;
}

SOCKETIO_DECL void server_socket_core::forget_ack(std::uint64_t id)
{
    client_->perform([self = shared_from_this(), id] {
        if (auto last = self->acks_.take(id))
            self->client_->defer([kept = std::make_shared<pending_ack>(std::move(*last))] {});
    });
}

SOCKETIO_DECL void server_socket_core::cancel_ack(std::uint64_t id)
{
    client_->perform([self = shared_from_this(), id] {
        if (auto waiting = self->acks_.take(id))
            self->end_taken(*waiting, make_error_code(std::errc::operation_canceled));
    });
}

SOCKETIO_DECL void server_socket_core::expire(clock::time_point now)
{
    end_acks(acks_.take_expired(now), error::ack_timeout);
}

SOCKETIO_DECL void server_socket_core::end_acks(std::vector<pending_ack> ended, std::error_code why)
{
    auto next = ended.begin();
    scope_fail later{[&] {
        for (; next != ended.end(); ++next)
            keep_ended(*next, why);
    }};
    for (; next != ended.end(); ++next)
        end_ack(std::move(*next), why);
    later.done();
}

// A step of its own, since the handler is user code. Without memory for that nothing is taken from `ended`.
SOCKETIO_DECL void server_socket_core::end_ack(pending_ack&& ended, std::error_code why)
{
    auto const last = std::make_shared<pending_ack>();
    client_->defer([self = shared_from_this(), last, why] {
        ack_result result{*self, last->event, why};
        last->handler(result);
    });
    *last = std::move(ended);
}

// Of one that nobody else keeps.
SOCKETIO_DECL void server_socket_core::end_taken(pending_ack& ended, std::error_code why)
{
    scope_fail later{[&] { keep_ended(ended, why); }};
    end_ack(std::move(ended), why);
    later.done();
}

// There is no memory: the client's connection ends, and this with it.
SOCKETIO_DECL void server_socket_core::keep_ended(pending_ack& ended, std::error_code why)
{
    if (ended.handler && !ended_)
        acks_.put_back(std::move(ended), why);
    else if (ended.handler)
        end_ack_elsewhere(std::make_shared<pending_ack>(std::move(ended)));
}

// All that is left, without memory. What throws leaves the others to a step of their own.
SOCKETIO_DECL void server_socket_core::end_last_acks()
{
    while (auto last = acks_.take_first()) {
        scope_fail others{[this] {
            client_->defer_first([this] { client_->defer([self = shared_from_this()] { self->end_last_acks(); }); });
        }};
        ack_result result{*this, last->event, last->ended_by ? last->ended_by : make_error_code(error::disconnected)};
        last->handler(result);
        others.done();
    }
}

SOCKETIO_DECL void server_socket_core::on_ack(packet const& received)
{
    if (!received.id)
        return;
    auto waiting = acks_.take(*received.id, true);
    if (!waiting)
        return;
    ack_result result{*this, waiting->event, {}, args{received.payload}};
    waiting->handler(result);
}

SOCKETIO_DECL ack server_socket_core::make_ack(std::uint64_t id)
{
    return ack{std::make_shared<ack_state>(weak_from_this(), nsp_->name(), id, 0)};
}

SOCKETIO_DECL void server_socket_core::send_ack(std::string_view text, std::span<bytes_view const> attachments, std::uint64_t)
{
    check_server_emit("acknowledgement", attachments.size(), *nsp_);
    if (encoded_packet::size_of(text, attachments) > nsp_->limits().bytes) {
        fail_emit("acknowledgement", std::nullopt, error::payload_too_large);
        return;
    }
    if (client_->acts_now()) {
        if (!ended_)
            static_cast<void>(client_->send(text, attachments, {}));
        return;
    }
    send_answer(share_packet(text, attachments));
}

SOCKETIO_DECL void server_socket_core::send_answer(shared_packet packet)
{
    client_->perform([self = shared_from_this(), packet = std::move(packet)] {
        if (!self->ended_)
            static_cast<void>(self->client_->send(*packet, {}));
    });
}

} // namespace socketio::detail

#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/core/shared_new.hpp>
#include <socketio/session/channel.hpp>
#include <socketio/session/packet_queue.hpp>

namespace socketio::detail {

SOCKETIO_DECL void channel::set_error_hook(error_hook hook)
{
    auto made = hook && !events_.is_closed() ? shared_new<error_hook const>(std::move(hook)) : nullptr;
    std::lock_guard const lock{mutex_};
    error_hook_.swap(made);
}

SOCKETIO_DECL std::shared_ptr<error_hook const> channel::hook() const
{
    std::lock_guard const lock{mutex_};
    return error_hook_;
}

SOCKETIO_DECL void channel::stop_listening()
{
    events_.close();
    outgoing_.close();
    set_error_hook(nullptr);
}

SOCKETIO_DECL void channel::report(event_error reason)
{
    host_.report(std::move(reason), hook());
}

// A step, since the hook is user code.
SOCKETIO_DECL void channel::report_from_anywhere(event_error reason)
{
    host_.perform([self = self(), reported = shared_new<event_error>(std::move(reason))] {
        self->host_.defer([self, reported] { self->report(std::move(*reported)); });
    });
}

SOCKETIO_DECL pending_ack channel::new_ack(std::string_view event, std::optional<std::chrono::milliseconds> timeout)
{
    pending_ack made;
    begin_ack(made, event, timeout);
    return made;
}

SOCKETIO_DECL void channel::begin_ack(pending_ack& made, std::string_view event,
                                      std::optional<std::chrono::milliseconds> timeout)
{
    made.id = ack_ids_.fetch_add(1, std::memory_order_relaxed);
    made.event = event;
    auto const limit = timeout.value_or(ack_timeout_);
    made.deadline = limit.count() > 0 ? deadline_after(host_.time(), limit) : clock::never();
}

SOCKETIO_DECL void channel::cancel_ack(std::uint64_t id)
{
    host_.perform([self = self(), id] {
        auto waiting = self->pending().take(id);
        if (!waiting)
            return;
        self->host_.forget_packet(id);
        self->end_taken(std::move(*waiting), make_error_code(std::errc::operation_canceled));
    });
}

// Its handler is destroyed in a step, since that may be user code.
SOCKETIO_DECL void channel::forget_ack(std::uint64_t id)
{
    host_.perform([self = self(), id] {
        if (auto last = self->pending().take(id))
            self->host_.defer([kept = shared_new<pending_ack>(std::move(*last))] {});
    });
}

SOCKETIO_DECL ack channel::make_ack(std::uint64_t id)
{
    return ack{std::make_shared<ack_state>(self(), parser_.get(), nsp_, id, epoch())};
}

// An answer is never kept for later: the question belongs to one connection.
SOCKETIO_DECL void channel::send_ack(std::string_view text, std::span<bytes_view const> attachments,
                                     std::uint64_t epoch)
{
    std::string_view const event = "acknowledgement";
    host_.check_attachments(event, attachments.size());
    std::size_t size = text.size();
    for (bytes_view const each : attachments)
        size += each.size();
    if (size > host_.packet_limit()) {
        fail_from_anywhere(event, std::nullopt, error::payload_too_large);
        return;
    }
    if (host_.acts_now()) {
        host_.write_answer(text, attachments, epoch);
        return;
    }
    auto const copy = std::make_shared<packet_queue>();
    copy->push(text, attachments, std::nullopt);
    host_.perform([self = self(), copy, epoch] {
        copy->peek([&](std::string_view packet, std::span<bytes_view const> binaries) {
            self->host_.write_answer(packet, binaries, epoch);
        });
    });
}

SOCKETIO_DECL void channel::dispatch(std::string_view event, args arguments, std::optional<std::uint64_t> ack_id)
{
    event_call call{*this, event, arguments, ack_id};
    events_.dispatch(event, call);
}

SOCKETIO_DECL void channel::on_ack(packet const& received)
{
    if (!received.id)
        return;
    if (auto answered = pending().take(*received.id, true))
        finish_ack(*answered, {}, args{received.payload});
}

SOCKETIO_DECL void channel::expire(clock::time_point now)
{
    if (now < acks_.deadline())
        return;
    auto due = pending().take_expired(now);
    for (auto const& each : due)
        host_.forget_packet(each.id);
    end_acks(std::move(due), error::ack_timeout);
}

// A handler that takes no error is destroyed without a call, as in the reference. That is a step as well,
// since it may hold the last handle of a socket.
SOCKETIO_DECL void channel::end_ack(pending_ack&& ended, std::error_code ec)
{
    auto const ack = shared_new<pending_ack>();
    host_.defer([self = self(), ec, ack] {
        if (ack->wants_errors)
            self->finish_ack(*ack, ack->ended_by ? ack->ended_by : ec, {});
    });
    *ack = std::move(ended);
}

SOCKETIO_DECL void channel::end_taken(pending_ack ended, std::error_code ec)
{
    scope_fail later{[&] { keep_ended(ended, ec); }};
    end_ack(std::move(ended), ec);
    later.done();
}

SOCKETIO_DECL void channel::keep_ended(pending_ack& ended, std::error_code ec)
{
    if (!ended.handler)
        return;
    if (!ended_)
        pending().put_back(std::move(ended), ec);
    else
        end_elsewhere(shared_new<pending_ack>(std::move(ended)));
}

SOCKETIO_DECL void channel::end_acks(std::vector<pending_ack> ended, std::error_code ec)
{
    auto next = ended.begin();
    scope_fail later{[&] {
        for (; next != ended.end(); ++next)
            keep_ended(*next, ec);
    }};
    for (; next != ended.end(); ++next)
        end_ack(std::move(*next), ec);
    later.done();
}

// A handler that throws leaves the others to a step of their own.
SOCKETIO_DECL void channel::end_all_now()
{
    while (auto last = acks_.take_first()) {
        scope_fail others{[this] { host_.defer_first([self = self()] { self->end_all_now(); }); }};
        if (last->wants_errors)
            finish_ack(*last, last->ended_by ? last->ended_by : make_error_code(error::disconnected), {});
        others.done();
    }
}

SOCKETIO_DECL void channel::end_elsewhere(std::shared_ptr<pending_ack> ended)
{
    host_.call_elsewhere([self = self(), ended = std::move(ended)] {
        if (ended->wants_errors)
            self->finish_ack(*ended, error::disconnected, {});
    });
}

SOCKETIO_DECL void channel::finish_ack(pending_ack& ended, std::error_code ec, args arguments)
{
    ack_result result{*this, ended.event, ec, arguments};
    ended.handler(result);
}

SOCKETIO_DECL void channel::fail_emit(std::string_view event, std::optional<pending_ack>&& waiting, std::error_code ec)
{
    bool const has_handler = waiting && waiting->wants_errors;
    if (waiting)
        end_ack(std::move(*waiting), ec);
    if (!has_handler)
        host_.defer([self = self(), name = std::string{event}, ec] { self->report({.code = ec, .event = name}); });
}

SOCKETIO_DECL void channel::fail_from_anywhere(std::string_view event, std::optional<pending_ack> waiting,
                                               std::error_code ec)
{
    bool const has_handler = waiting && waiting->wants_errors;
    if (waiting) {
        auto const ended = shared_new<pending_ack>(std::move(*waiting));
        if (!host_.perform([self = self(), ended, ec] { self->end_taken(std::move(*ended), ec); }))
            end_elsewhere(ended);
    }
    if (!has_handler)
        report_from_anywhere({.code = ec, .event = std::string{event}});
}

SOCKETIO_DECL channel::outgoing_call channel::prepare_outgoing(std::string_view text,
                                                               std::span<bytes_view const> attachments)
{
    outgoing_call made;
    if (auto sent = read_back(parser_, text, attachments)) {
        made.event.push_back(std::move(*sent));
        made.step.push_back([self = self()] { self->dispatch_outgoing(); });
    }
    return made;
}

SOCKETIO_DECL void channel::dispatch_outgoing()
{
    if (written_.empty())
        return;
    std::list<owned_event> first;
    first.splice(first.end(), written_, written_.begin());
    value_view const payload = first.front().payload();
    event_call call{*this, payload[std::size_t{0}].as_string(), args{payload}.rest(1)};
    outgoing_.dispatch_any(call);
}

SOCKETIO_DECL void channel::drop_everything() noexcept
{
    ended_ = true;
    auto const waiting = std::exchange(acks_, {});
    stop_listening();
}

} // namespace socketio::detail

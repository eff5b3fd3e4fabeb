// Acknowledgements of a namespace, both ways: those that are waited for here, and those the server waits for.
#pragma once

#include <socketio/client/manager_core.hpp>
#include <socketio/client/socket_core.hpp>
#include <socketio/core/scope.hpp>

namespace socketio::detail {

SOCKETIO_DECL clock::time_point socket_core::now() const noexcept { return manager_.time_and_chance().now(); }

SOCKETIO_DECL pending_ack socket_core::new_ack(std::string_view event, std::optional<std::chrono::milliseconds> timeout)
{
    pending_ack made;
    made.id = next_ack_id_.fetch_add(1, std::memory_order_relaxed);
    made.event = event;
    made.deadline = limit_after(now(), timeout.value_or(ack_timeout_));
    return made;
}

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
    auto const manager = weak_manager_.lock();
    if (!manager)
        return;
    manager->perform([self = shared_from_this(), id] {
        if (self->cancel_retried(id))
            return;
        auto waiting = self->pending().take(id);
        if (!waiting)
            return;
        self->forget_packet(id);
        self->end_taken(std::move(*waiting), make_error_code(std::errc::operation_canceled));
    });
}

SOCKETIO_DECL ack socket_core::make_ack(std::uint64_t id)
{
    return ack{std::make_shared<ack_state>(weak_from_this(), nsp_, id, epoch_.load(std::memory_order_relaxed))};
}

SOCKETIO_DECL void socket_core::send_ack(std::string_view text, std::span<bytes_view const> attachments, std::uint64_t epoch)
{
    auto const manager = weak_manager_.lock();
    if (!manager)
        return;
    // An answer is never kept for later: the question belongs to one connection.
    manager->send_answer(*this, text, attachments, epoch);
}

SOCKETIO_DECL void socket_core::ack_dropped(std::uint64_t id)
{
    if (auto const manager = weak_manager_.lock(); manager && manager->settings().log)
        manager->perform([self = shared_from_this(), id] {
            self->log(log_level::debug, "event " + std::to_string(id) + " will never be answered: its ack was dropped");
        });
}

SOCKETIO_DECL void socket_core::on_ack(packet const& received)
{
    if (!received.id)
        return;
    auto answered = pending().take(*received.id, true);
    if (answered)
        finish_ack(*answered, {}, args{received.payload});
}

// Handlers that take no error are let go in silence, as in the reference; but that is a step as well,
// since one may hold the last handle of some socket. Without memory for the step nothing is taken from `ended`.
SOCKETIO_DECL void socket_core::end_ack(pending_ack&& ended, std::error_code why)
{
    auto const ack = std::make_shared<pending_ack>();
    manager_.defer([self = shared_from_this(), why, ack] {
        if (ack->wants_errors)
            self->finish_ack(*ack, ack->ended_by ? ack->ended_by : why, {});
    });
    *ack = std::move(ended);
}

// Of one that nobody else keeps.
SOCKETIO_DECL void socket_core::end_taken(pending_ack ended, std::error_code why)
{
    scope_fail later{[&] { pending().put_back(std::move(ended), why); }};
    end_ack(std::move(ended), why);
    later.done();
}

SOCKETIO_DECL void socket_core::keep_ended(std::optional<pending_ack>& ended, std::error_code why)
{
    if (ended && ended->handler)
        pending().put_back(std::move(*ended), why);
}

SOCKETIO_DECL void socket_core::end_acks(std::vector<pending_ack> ended, std::error_code why)
{
    auto next = ended.begin();
    scope_fail later{[&] {
        for (; next != ended.end(); ++next)
            pending().put_back(std::move(*next), why);
    }};
    for (; next != ended.end(); ++next)
        end_ack(std::move(*next), why);
    later.done();
}

SOCKETIO_DECL void socket_core::finish_ack(pending_ack& ended, std::error_code why, args arguments)
{
    ack_result result{*this, ended.event, why, arguments};
    ended.handler(result);
}

SOCKETIO_DECL void socket_core::fail_emit(std::string_view event, std::optional<pending_ack>&& waiting, error why)
{
    bool const told = waiting && waiting->wants_errors;
    if (waiting)
        end_ack(std::move(*waiting), why);
    if (told)
        return;
    manager_.defer([self = shared_from_this(), name = std::string{event}, why] {
        self->report({.code = why, .event = name});
    });
}

} // namespace socketio::detail

// The end of a turn, and deadlines: of many namespaces, only those that changed or are due are processed.
#pragma once

#include <socketio/client/manager_core.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/core/caught.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace socketio::detail {

SOCKETIO_DECL void manager_core::on_turn_end()
{
    channel_status status;
    settle_upgrade();
    if (auto const link = runtime_->link)
        status = link->settle();
    link_deadline_ = status.deadline;
    publish(status);
    settle_sockets();
    complete_drains();
}

// With a thousand namespaces, one turn concerns a few.
SOCKETIO_DECL void manager_core::settle_sockets()
{
    while (!changed_.empty()) {
        if (socket_core* const each = changed_.back()) {
            note_deadline(*each);
            each->publish();
            each->managed().changed = 0;
        }
        changed_.pop_back();
    }
}

SOCKETIO_DECL void manager_core::note_changed(socket_core& which) noexcept
{
    auto& entry = which.managed();
    if (!entry.joined || entry.changed != 0)
        return;
    if (caught([&] { changed_.push_back(&which); }))
        lane_.starve();
    else
        entry.changed = changed_.size();
}

// A bound: the deadline may have moved away when that comes.
SOCKETIO_DECL void manager_core::note_deadline(socket_core& of)
{
    deadlines_.bring_forward(of.managed().deadline, of.deadline(), [this, which = &of] {
        which->managed().deadline = {};
        note_changed(*which);
        which->expire(now());
    });
}

// Sends the packets that connected sockets hold back, as far as there is room. One socket may use all of it, so
// each time another is first.
SOCKETIO_DECL void manager_core::flush_held_back()
{
    writer_.held_back() = false;
    scope_fail again{[this] { writer_.held_back() = true; }};
    if (++first_to_flush_ >= sockets_.size())
        first_to_flush_ = 0;
    auto const first = std::next(sockets_.begin(), static_cast<std::ptrdiff_t>(first_to_flush_));
    auto const flush = [](auto const& each) { each.second->flush_send_buffer(); };
    std::for_each(first, sockets_.end(), flush);
    std::for_each(sockets_.begin(), first, flush);
    again.done();
}

SOCKETIO_DECL void manager_core::watch_drain(socket_core& which)
{
    drain_watchers_.push_back(which.weak_from_this());
}

SOCKETIO_DECL void manager_core::complete_drains()
{
    if (drain_watchers_.empty() || unsent() != 0)
        return;
    std::erase_if(drain_watchers_, [](std::weak_ptr<socket_core> const& each) {
        auto const socket = each.lock();
        return !socket || !socket->complete_drains();
    });
}

SOCKETIO_DECL clock::time_point manager_core::next_deadline() const noexcept
{
    return std::min(
        {machine_.deadline(), transport_deadline_, deadlines_.deadline(), link_deadline_, upgrade_deadline()});
}

SOCKETIO_DECL void manager_core::on_due()
{
    for (auto due = machine_.tick(now()); due.type != connect_action::kind::none; due = machine_.tick(now()))
        act(due);
    if (now() >= transport_deadline_ && machine_.is_opening())
        fail_transport(timed_out());
    if (now() >= upgrade_deadline())
        pump();
    if (auto const link = runtime_->link) {
        engine_event const event = link->tick(now());
        if (event.type == engine_event::kind::closed)
            on_closed(event);
    }
    while (auto due = deadlines_.take_due(now()))
        due();
}

} // namespace socketio::detail

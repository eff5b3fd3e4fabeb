// The inbox of the manager's strand: other threads fill it, and the strand takes it in.
#pragma once

#include <socketio/client/manager_core.hpp>
#include <socketio/core/caught.hpp>
#include <socketio/core/scope.hpp>

#include <utility>

namespace socketio::detail {

SOCKETIO_DECL void manager_core::inbox::add_packet(socket_core& from)
{
    if (!order.empty() && order.back().type == kind::packet && order.back().socket.get() == &from)
        ++order.back().count;
    else
        order.push_back({kind::packet, from.shared_from_this()});
}

SOCKETIO_DECL void manager_core::inbox::clear() noexcept
{
    order.clear();
    packets.clear();
    acks.clear();
    commands.clear();
    next = next_ack = next_command = 0;
}

SOCKETIO_DECL void manager_core::inbox::swap(inbox& other) noexcept
{
    order.swap(other.order);
    std::swap(packets, other.packets);
    acks.swap(other.acks);
    commands.swap(other.commands);
    std::swap(next, other.next);
    std::swap(next_ack, other.next_ack);
    std::swap(next_command, other.next_command);
}

// Many emits cost one wake-up. Called with the mutex held.
SOCKETIO_DECL void manager_core::wake()
{
    has_mail_.store(true, std::memory_order_release);
    if (waking_)
        return;
    post(runtime_->serial, [self = shared_from_this()] { self->on_mail(); });
    waking_ = true;
}

// Commands of other threads come before the work that is done on the strand now, so that the
// order in which one thread does things is kept.
SOCKETIO_DECL void manager_core::drain_inbox()
{
    if (draining_now_ || !has_mail_.load(std::memory_order_acquire))
        return;
    flag_guard const guard{draining_now_};
    take_entries();
    {
        std::lock_guard const lock{mutex_};
        draining_.swap(inbox_);
        has_mail_.store(false, std::memory_order_release);
    }
    take_entries();
}

// An exception of one leaves the rest to the next turn: nothing is lost, and nothing done twice.
SOCKETIO_DECL void manager_core::take_entries()
{
    scope_fail going_on{[this] { has_mail_.store(true, std::memory_order_release); }};
    auto const take_all = [this] {
        while (draining_.next != draining_.order.size())
            take_entry();
    };
    watch_memory(take_all, [this] { starved_ = true; });
    draining_.clear();
    going_on.done();
}

SOCKETIO_DECL void manager_core::take_entry()
{
    inbox::entry& next = draining_.order[draining_.next];
    if (next.type == inbox::kind::command) {
        ++draining_.next;
        auto command = std::exchange(draining_.commands[draining_.next_command++], {});
        command();
        return;
    }
    if (next.type == inbox::kind::join) {
        join(next.socket);
        ++draining_.next;
        return;
    }
    std::optional<pending_ack> waiting;
    if (next.type == inbox::kind::packet_with_ack)
        waiting = std::move(draining_.acks[draining_.next_ack]);
    scope_fail put_back{[&] {
        if (waiting)
            draining_.acks[draining_.next_ack] = std::move(*waiting);
    }};
    draining_.packets.drain([&](std::string_view text, std::span<bytes_view const> attachments, std::optional<std::uint64_t>, bool compress) {
        if (next.count == 0)
            return false;
        send_or_keep(*next.socket, text, attachments, std::move(waiting), {.compress = compress});
        --next.count;
        return true;
    });
    put_back.done();
    draining_.next_ack += next.type == inbox::kind::packet_with_ack;
    ++draining_.next;
}

} // namespace socketio::detail

// Entries in and out, in order.
#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/net/lane_inbox.hpp>

#include <utility>

namespace socketio::detail {

SOCKETIO_DECL void lane_inbox::add(unique_function<void()>&& command)
{
    make_room(order_);
    make_room(commands_);
    order_.push_back({kind::command});
    commands_.push_back(std::move(command));
}

SOCKETIO_DECL void lane_inbox::add(std::shared_ptr<lane_recipient> recipient)
{
    make_room(order_);
    order_.push_back({kind::recipient, std::move(recipient)});
}

// The queue's field for an id carries the flags: the acknowledgement itself lies beside it.
SOCKETIO_DECL void lane_inbox::add(lane_recipient& to, std::string_view text, std::span<bytes_view const> attachments,
                                   std::uint32_t flags, std::optional<pending_ack>&& waiting)
{
    make_room(order_);
    if (waiting)
        make_room(acks_);
    packets_.push(text, attachments, flags);
    if (waiting) {
        order_.push_back({kind::packet_with_ack, to.recipient()});
        acks_.push_back(std::move(*waiting));
    } else if (!empty() && order_.back().type == kind::packet && order_.back().to.get() == &to) {
        ++order_.back().count;
    } else {
        order_.push_back({kind::packet, to.recipient()});
    }
}

SOCKETIO_DECL void lane_inbox::take_first()
{
    entry& first = order_[next_];
    switch (first.type) {
    case kind::command:
        take_command();
        return;
    case kind::recipient: first.to->join(); break;
    case kind::packet:
    case kind::packet_with_ack: take_packets(first); break;
    }
    ++next_;
}

SOCKETIO_DECL void lane_inbox::take_command()
{
    ++next_;
    auto command = std::exchange(commands_[next_command_++], {});
    command();
}

SOCKETIO_DECL void lane_inbox::take_packets(entry& from)
{
    std::optional<pending_ack> waiting;
    if (from.type == kind::packet_with_ack)
        waiting = std::move(acks_[next_ack_]);
    scope_fail put_back{[&] {
        if (waiting)
            acks_[next_ack_] = std::move(*waiting);
    }};
    packets_.drain([&](std::string_view text, std::span<bytes_view const> attachments,
                       std::optional<std::uint64_t> flags, bool) {
        if (from.count == 0)
            return false;
        from.to->take_packet(text, attachments, static_cast<std::uint32_t>(*flags), std::move(waiting));
        --from.count;
        return true;
    });
    put_back.done();
    next_ack_ += from.type == kind::packet_with_ack;
}

SOCKETIO_DECL void lane_inbox::clear() noexcept
{
    packets_.clear();
    empty_out(order_);
    empty_out(acks_);
    empty_out(commands_);
    next_ = next_ack_ = next_command_ = 0;
}

SOCKETIO_DECL void lane_inbox::swap(lane_inbox& other) noexcept
{
    order_.swap(other.order_);
    std::swap(packets_, other.packets_);
    acks_.swap(other.acks_);
    commands_.swap(other.commands_);
    std::swap(next_, other.next_);
    std::swap(next_ack_, other.next_ack_);
    std::swap(next_command_, other.next_command_);
    std::swap(keep_, other.keep_);
}

SOCKETIO_DECL void lane_inbox::abandon() noexcept
{
    for (; next_ != order_.size(); ++next_)
        if (order_[next_].type == kind::recipient)
            order_[next_].to->never_joined();
}

} // namespace socketio::detail

// Packets that a namespace stores until it is connected, and the operations that wait for all of them to be sent.
#pragma once

#include <socketio/client/socket_core.hpp>
#include <socketio/client/socket_owner.hpp>
#include <socketio/codec/packet_encoder.hpp>
#include <socketio/core/shared_new.hpp>

namespace socketio::detail {

SOCKETIO_DECL std::string socket_core::new_deduplication_id()
{
    return deduplication_prefix_ + std::to_string(next_deduplication_id_.fetch_add(1, std::memory_order_relaxed));
}

SOCKETIO_DECL void socket_core::keep(std::string_view text, std::span<bytes_view const> attachments,
                                     std::optional<pending_ack>&& waiting, buffer_policy const& rule)
{
    changed(); // it may have a deadline
    if (waiting)
        channel_.pending().reserve_one(); // allocates before the packet is added
    auto const drop = [this](std::string_view oldest, std::optional<std::uint64_t> id) {
        channel_.end_kept(id, [&](auto&& waiting_too) {
            refuse(name_of_encoded(parser(), oldest), std::forward<decltype(waiting_too)>(waiting_too));
        });
    };
    auto const ack = waiting ? std::optional{waiting->id} : std::nullopt;
    if (!send_buffer_.push(text, attachments, ack, rule, drop)) {
        refuse(name_of_encoded(parser(), text), std::move(waiting));
    } else if (waiting) {
        waiting->buffered = true;
        channel_.pending().add(std::move(*waiting));
    }
}

// There is no room. A packet that is dropped by the rules ends its acknowledgement, without a report.
SOCKETIO_DECL void socket_core::refuse(std::string_view event, std::optional<pending_ack>&& waiting)
{
    ++dropped_;
    if (send_buffer_.limits().full == when_full::fail) {
        channel_.fail_emit(event, std::move(waiting), error::buffer_full);
        return;
    }
    log(log_level::debug, "dropped \"" + std::string{event} + "\": the send buffer is full");
    if (waiting)
        channel_.end_ack(std::move(*waiting), error::buffer_full);
}

SOCKETIO_DECL void socket_core::expire_emits(clock::time_point now)
{
    send_buffer_.remove_expired(now, [this](std::string_view text, std::optional<std::uint64_t> id) {
        channel_.end_kept(id, [&](auto&& waiting) {
            channel_.fail_emit(name_of_encoded(parser(), text), std::forward<decltype(waiting)>(waiting),
                               error::ack_timeout);
        });
    });
    while (auto due = retries_.take_expired(now)) {
        std::optional<pending_ack> waiting{std::move(due->waiting)};
        scope_fail later{[&] { channel_.keep_ended(*waiting, error::ack_timeout); }};
        std::string const event = waiting->event;
        channel_.fail_emit(event, std::move(waiting), error::ack_timeout);
        later.done();
    }
}

SOCKETIO_DECL void socket_core::flush_send_buffer(bool all)
{
    flush_due_ = false;
    if (!connected() || send_buffer_.empty())
        return;
    expire_emits(lane_.now());
    send_buffer_.drain([this, all](std::string_view text, std::span<bytes_view const> attachments,
                                   std::optional<std::uint64_t> id, bool compress) {
        if (!all && send_buffer_.is_bounded() && writer_.holds_back(send_buffer_.most_unsent()))
            return false;
        return send_kept(text, attachments, id, compress);
    });
}

SOCKETIO_DECL std::size_t socket_core::buffered_amount() const
{
    auto const owner = weak_owner_.lock();
    if (!owner)
        return 0;
    std::size_t const retried =
        lane_.on_strand() ? retries_.byte_size() : published_.retried_bytes.load(std::memory_order_relaxed);
    return send_buffer_.byte_size() + retried + owner->unsent();
}

SOCKETIO_DECL void socket_core::clear_send_buffer()
{
    perform([self = shared_from_this()] {
        self->send_buffer_.remove_all([&](std::string_view, std::optional<std::uint64_t> id) {
            self->channel_.end_kept(id, [&](auto&& waiting) {
                if (waiting)
                    self->channel_.end_ack(std::move(*waiting), make_error_code(std::errc::operation_canceled));
            });
        });
    });
}

SOCKETIO_DECL void socket_core::wait_for_drain(std::uint64_t id, unique_function<void(std::error_code)> done)
{
    auto const waiting = shared_new<unique_function<void(std::error_code)>>(std::move(done));
    perform([self = shared_from_this(), id, waiting] {
        self->drains_.emplace(id, std::move(*waiting));
        if (!std::exchange(self->watches_drain_, true))
            self->owner_.watch_drain(*self);
        if (self->released_)
            self->end_drains(error::stopped);
    });
}

SOCKETIO_DECL void socket_core::cancel_drain(std::uint64_t id)
{
    perform([self = shared_from_this(), id] {
        if (auto const found = self->drains_.find(id); found != self->drains_.end())
            self->end_drain(found, make_error_code(std::errc::operation_canceled));
    });
}

SOCKETIO_DECL void socket_core::end_drain(drains::iterator which, std::error_code ec)
{
    auto const ended = shared_new<drains::node_type>();
    lane_.defer([ec, ended] { ended->mapped()(ec); });
    *ended = drains_.extract(which);
}

SOCKETIO_DECL void socket_core::end_drains(std::error_code ec)
{
    while (!drains_.empty())
        end_drain(drains_.begin(), ec);
}

SOCKETIO_DECL bool socket_core::complete_drains()
{
    if (send_buffer_.empty() && retries_.empty())
        end_drains({});
    return watches_drain_ = !drains_.empty();
}

SOCKETIO_DECL void socket_core::publish() noexcept
{
    auto const put = [](std::atomic<std::size_t>& at, std::size_t number) {
        at.store(number, std::memory_order_relaxed);
    };
    put(published_.acks, channel_.waiting().size());
    put(published_.retried_events, retries_.size());
    put(published_.retried_bytes, retries_.byte_size());
    put(published_.early_bytes, early_.byte_size());
    using us = std::chrono::microseconds;
    auto const joined = std::min(std::chrono::duration_cast<us>(joined_after_), us{std::chrono::hours{1}});
    published_.joined_after.store(static_cast<std::uint32_t>(joined.count()), std::memory_order_relaxed);
}

SOCKETIO_DECL socket_snapshot socket_core::snapshot()
{
    if (auto const owner = weak_owner_.lock(); owner && lane_.on_strand())
        publish();
    socket_snapshot made{.connected = connected(), .active = active(), .recovered = recovered()};
    made.buffered_events = send_buffer_.size();
    made.buffered_bytes = send_buffer_.byte_size();
    made.pending_acks = published_.acks;
    made.retried_events = published_.retried_events;
    made.retried_bytes = published_.retried_bytes;
    made.early_bytes = published_.early_bytes;
    made.dropped_events = dropped_;
    made.last_join = std::chrono::microseconds{published_.joined_after};
    return made;
}

} // namespace socketio::detail

// The numbers of the manager for other threads: copied at the end of every turn.
#pragma once

#include <socketio/client/manager_core.hpp>

namespace socketio::detail {

SOCKETIO_DECL void manager_core::add_to(transport_totals& sum, channel_status const& of) noexcept
{
    sum.bytes_received += of.bytes_received;
    sum.bytes_sent += of.bytes_sent;
    sum.requests += of.requests;
}

SOCKETIO_DECL void manager_core::count(connection_snapshot& into, channel_status const& of) const noexcept
{
    into.state = machine_.is_open()           ? connection_state::open
                 : machine_.is_opening()      ? connection_state::opening
                 : machine_.is_reconnecting() ? connection_state::waiting
                                              : connection_state::closed;
    into.attempts = machine_.attempts();
    into.connections = connections_;
    into.packets_received = packets_received_;
    into.packets_sent = writer_.packets();
    into.websocket = earlier_websocket_;
    into.polling = earlier_polling_;
    auto& now = runtime_ && runtime_->polling ? into.polling : into.websocket;
    add_to(now, of);
    into.bytes_received = into.websocket.bytes_received + into.polling.bytes_received;
    into.bytes_sent = into.websocket.bytes_sent + into.polling.bytes_sent;
    into.transport = {};
    if (machine_.is_open() && runtime_ && runtime_->link)
        into.transport = runtime_->link->transport();
    into.unsent_bytes = of.unsent;
    into.compressed = of.compressed;
    if (machine_.is_open())
        into.last_connect = timings_;
    if (of.round_trip)
        into.round_trip = std::chrono::duration_cast<std::chrono::microseconds>(*of.round_trip);
}

SOCKETIO_DECL void manager_core::publish(channel_status const& of) noexcept
{
    published_unsent_.store(of.unsent, std::memory_order_relaxed);
    std::lock_guard const lock{snapshot_mutex_};
    count(snapshot_, of);
}

SOCKETIO_DECL void manager_core::note_error(std::error_code code, std::string_view message)
{
    std::lock_guard const lock{snapshot_mutex_};
    snapshot_.last_error = code;
    snapshot_.last_error_message = message;
}

SOCKETIO_DECL connection_snapshot manager_core::snapshot()
{
    if (on_strand())
        publish(runtime_->link ? runtime_->link->status() : channel_status{});
    std::lock_guard const lock{snapshot_mutex_};
    auto copy = snapshot_;
    copy.unsent_bytes = published_unsent_.load(std::memory_order_relaxed); // it is newer
    return copy;
}

} // namespace socketio::detail

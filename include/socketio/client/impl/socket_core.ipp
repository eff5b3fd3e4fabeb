// The protocol of one namespace. The order of events is the reference's (socket.io-client/lib/socket.ts).
#pragma once

#include <socketio/client/socket_core.hpp>
#include <socketio/client/socket_owner.hpp>
#include <socketio/session/local_event.hpp>

namespace socketio::detail {

SOCKETIO_DECL socket_core::socket_core(std::shared_ptr<socket_owner> const& owner, std::string nsp,
                                       socket_options settings)
    : weak_owner_{owner}, owner_{*owner}, lane_{owner->shared().strand}, writer_{owner->shared().writer},
      options_{owner->shared().settings},
      time_and_chance_{owner->shared().time_and_chance}, nsp_{std::move(nsp)}, auth_{std::move(settings.auth)},
      connect_timeout_{settings.connect_timeout},
      retry_limit_{settings.retries}, deduplication_id_{settings.deduplication_id},
      channel_{*this, nsp_, options_.parser, next_ack_id_, settings.ackTimeout},
      deduplication_prefix_{deduplication_id_ ? std::to_string(time_and_chance_.random_seed()) + '-' : std::string{}},
      recovery_{std::move(settings.recovery)}, send_buffer_{settings.send_buffer}
{
}

SOCKETIO_DECL std::string socket_core::id() const
{
    std::lock_guard const lock{mutex_};
    return id_;
}

SOCKETIO_DECL void socket_core::set_connected(bool connected, std::string id)
{
    std::lock_guard const lock{mutex_};
    id_ = std::move(id);
    connected_.store(connected, std::memory_order_release);
}

SOCKETIO_DECL void socket_core::log(log_level level, std::string_view text)
{
    if (options_.log)
        owner_.log(level, "socket", nsp_ + ' ' + std::string{text});
}

SOCKETIO_DECL void socket_core::on_packet(packet const& received)
{
    if (!active())
        return;
    changed();
    switch (received.type) {
    case packet_type::event:
    case packet_type::binary_event: on_event(received); return;
    case packet_type::ack:
    case packet_type::binary_ack: channel_.on_ack(received); return;
    case packet_type::connect: on_connect(received.payload); return;
    case packet_type::disconnect: on_disconnect(); return;
    case packet_type::connect_error: on_connect_error(received); return;
    }
}

// The order is fixed: id, early events, send buffer, "connect" (socket.io-client/lib/socket.ts, onconnect());
// then "reconnect", which is this library's own. A second CONNECT is ignored.
SOCKETIO_DECL void socket_core::on_connect(value_view payload)
{
    if (connected())
        return;
    value_view const sid = payload["sid"];
    if (!sid.is_string() || sid.as_string().empty()) {
        dispatch_error(connect_error{error::server_is_v2, make_error_code(error::server_is_v2).message()});
        return;
    }
    std::string id{sid.as_string()};
    steps last_steps = connected_steps();
    log(log_level::info, "connected");
    take_recovery(payload["pid"]);
    connecting_ = false;
    joined_after_ = lane_.now() - asked_at_;
    set_connected(true, std::move(id));
    lane_.defer(std::move(last_steps));
}

SOCKETIO_DECL socket_core::steps socket_core::connected_steps()
{
    steps made;
    auto const self = shared_from_this();
    if (!early_.empty())
        made.push_back([self] { self->deliver_kept(); });
    flush_due_ = !send_buffer_.empty();
    if (flush_due_)
        made.push_back([self] { self->flush_send_buffer(); });
    if (!retries_.empty())
        made.push_back([self] { self->send_retried(); });
    made.push_back([self] {
        event_call call{self->channel_, "connect"};
        self->channel_.dispatch_reserved(call);
        self->check_names();
    });
    if (reconnected_after_ != 0)
        made.push_back([self, number = reconnected_after_] {
            local_args const arguments{number};
            event_call call{self->channel_, "reconnect", arguments.view()};
            self->channel_.dispatch_reserved(call);
        });
    return made;
}

// Once connected, the namespace cannot be refused: the packet is ignored, like a second CONNECT.
SOCKETIO_DECL void socket_core::on_connect_error(packet const& received)
{
    if (connected())
        return;
    std::string text;
    if (received.payload.is_string())
        text = received.payload.as_string();
    else if (value_view const message = received.payload["message"]; message.is_string())
        text = message.as_string();
    connect_error reason{error::connect_refused, std::move(text)};
    reason.set_data(received.payload["data"].to_value());
    log(log_level::info, "connect_error: " + reason.message());
    if (reason.message() == "Invalid namespace")
        warn_of_namespace();
    leave(error_step(std::move(reason)));
}

// While not connected, it belongs to a connection that this side has left at the same time.
SOCKETIO_DECL void socket_core::on_disconnect()
{
    if (!connected())
        return;
    leave_connected(disconnect_step(disconnect_reason::io_server_disconnect, {}));
    log(log_level::info, to_string(disconnect_reason::io_server_disconnect));
}

SOCKETIO_DECL void socket_core::on_event(packet const& received)
{
    if (connected()) {
        deliver(received.payload, received.id);
        return;
    }
    // An event before CONNECT was sent cannot be early: it is a late one of the previous connection.
    if (owner_.gate().opens_at(nsp_) != clock::never())
        return;
    buffer_early(received);
    if (early_.byte_size() <= options_.limits.early_events)
        return;
    early_.clear();
    early_offset_.clear(); // with recovery the server sends them once more
    owner_.lose(disconnect_reason::parse_error,
                {.code = error::message_too_large, .description = "too many events before CONNECT"});
}

SOCKETIO_DECL void socket_core::deliver(value_view payload, std::optional<std::uint64_t> ack_id)
{
    event_name const name{payload};
    args const arguments = args{payload}.rest(1);
    channel_.dispatch(name.view(), arguments, ack_id);
    if (!ack_id)
        take_offset(arguments);
}

// One at a time, so that an exception of a listener does not cost the others their event.
SOCKETIO_DECL void socket_core::deliver_kept()
{
    if (early_.empty() || !connected())
        return;
    changed();
    auto const first = std::make_shared<owned_event>(early_.pop());
    if (!early_.empty())
        lane_.defer_first([self = shared_from_this()] { self->deliver_kept(); });
    deliver(first->payload(), first->id());
}

SOCKETIO_DECL void socket_core::on_manager_error(connect_error const& reason)
{
    steps last_steps;
    if (active() && !connected())
        last_steps = error_step(reason);
    connecting_ = false;
    held_ = false;
    lane_.defer(std::move(last_steps));
}

// Before the namespace was connected, the reference emits "disconnect". But the connection was never
// established, so here it is "connect_error".
SOCKETIO_DECL void socket_core::on_manager_close(disconnect_reason reason, disconnect_details const& details)
{
    connecting_ = false;
    held_ = false;
    changed();
    early_.forget_ids();
    if (!active())
        return;
    if (connected()) {
        on_close(reason, details);
        return;
    }
    std::string message = std::string{to_string(reason)} + " before the namespace was connected";
    if (!details.description.empty())
        message += ": " + details.description;
    connect_error why{details.code ? details.code() : make_error_code(error::closed), std::move(message)};
    why.set_http(details.http_status, {});
    dispatch_error(std::move(why));
}

SOCKETIO_DECL void socket_core::on_close(disconnect_reason reason, disconnect_details details)
{
    auto last_steps = disconnect_step(reason, std::move(details));
    log(log_level::info, to_string(reason));
    set_connected(false, {});
    lane_.defer(std::move(last_steps));
    channel_.end_acks(channel_.pending().take_sent(), error::disconnected);
}

SOCKETIO_DECL void socket_core::expire(clock::time_point now)
{
    changed();
    join_if_held();
    if (connecting_ && now >= answer_deadline_) {
        leave(error_step({error::timeout, "the namespace did not answer in time"}));
    }
    while (auto due = timers_.take_due(now))
        due();
    expire_emits(now);
    channel_.expire(now);
}

SOCKETIO_DECL void socket_core::recover()
{
    if (released_)
        lane_.defer_first([self = shared_from_this()] { self->release(); });
    if (!connected())
        channel_.end_acks(channel_.pending().take_sent(), error::disconnected);
}

SOCKETIO_DECL void socket_core::drop_everything() noexcept
{
    auto const retried = retries_.take_all();
    auto const draining = std::exchange(drains_, {});
    send_buffer_.clear();
    early_.clear();
    timers_.clear_all();
    set_connected(false, {});
    active_ = false;
    channel_.drop_everything();
    auth_ = {};
}

SOCKETIO_DECL void socket_core::dispatch_error(connect_error reason)
{
    lane_.defer(error_step(std::move(reason)));
}

SOCKETIO_DECL socket_core::steps socket_core::error_step(connect_error reason)
{
    steps one;
    one.push_back([self = shared_from_this(), reason = std::move(reason)] {
        local_args const arguments{std::string_view{reason.message()}};
        event_call call{self->channel_, "connect_error", arguments.view()};
        call.refused = &reason;
        self->channel_.dispatch_reserved(call);
        self->check_names();
    });
    return one;
}

SOCKETIO_DECL socket_core::steps socket_core::disconnect_step(disconnect_reason reason, disconnect_details details)
{
    steps one;
    one.push_back([self = shared_from_this(), reason, details = std::move(details)] {
        local_args const arguments{to_string(reason)};
        event_call call{self->channel_, "disconnect", arguments.view()};
        call.details = &details;
        self->channel_.dispatch_reserved(call);
    });
    return one;
}

} // namespace socketio::detail

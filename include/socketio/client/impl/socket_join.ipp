// How a socket asks for its namespace, with its credentials, and how it leaves it.
#pragma once

#include <socketio/client/socket_core.hpp>
#include <socketio/client/socket_owner.hpp>
#include <socketio/session/local_event.hpp>

namespace socketio::detail {

SOCKETIO_DECL void socket_core::join()
{
    owner_.join(shared_from_this());
}

SOCKETIO_DECL void socket_core::connect()
{
    begun_.store(true, std::memory_order_relaxed);
    if (connected() || connecting_)
        return;
    active_ = true;
    if (!owner_.is_reconnecting())
        owner_.open();
    if (writer_.is_open())
        on_manager_open(0);
}

SOCKETIO_DECL void socket_core::on_manager_open(std::uint64_t attempts)
{
    if (!active() || connecting_)
        return;
    changed();
    connecting_ = true;
    reconnected_after_ = attempts;
    channel_.begin_epoch();
    ++connect_attempt_;
    held_ = true;
    answer_deadline_ = limit_after(lane_.now(), connect_timeout_);
    join_if_held();
}

SOCKETIO_DECL void socket_core::join_if_held()
{
    if (!held_)
        return;
    changed();
    if (lane_.now() < owner_.gate().opens_at(nsp_))
        return;
    held_ = false;
    ask_auth();
}

SOCKETIO_DECL clock::time_point socket_core::deadline() const noexcept
{
    auto const earliest = std::min({channel_.waiting().deadline(), timers_.deadline(), send_buffer_.deadline(),
                                    retries_.deadline(), connecting_ ? answer_deadline_ : clock::never()});
    return held_ ? std::min(earliest, owner_.gate().opens_at(nsp_)) : earliest;
}

SOCKETIO_DECL void socket_core::ask_auth()
{
    if (!owner_.may_tell_auth()) {
        log(log_level::info, "redirected to another origin, which is not told auth: see redirect_auth");
        send_connect({});
        return;
    }
    if (auto const* plain = auth_.if_value()) {
        send_connect(*plain);
        return;
    }
    lane_.defer([self = shared_from_this(), attempt = connect_attempt_] {
        scope_fail asking{[&] {
            self->fail_auth(attempt, {make_error_code(std::errc::operation_canceled), "auth: the provider threw"});
        }};
        self->auth_.ask([weak = self->weak_from_this(), attempt](object auth) {
            auto const here = weak.lock();
            if (!here)
                return;
            here->perform([here, attempt, auth = std::move(auth)]() mutable {
                if (!here->connecting_ || attempt != here->connect_attempt_)
                    return;
                ++here->connect_attempt_; // a second answer would be a second CONNECT, which costs the connection
                here->send_connect(std::move(auth));
            });
        });
        asking.done();
    });
}

SOCKETIO_DECL void socket_core::fail_auth(std::uint64_t attempt, connect_error reason)
{
    if (!connecting_ || attempt != connect_attempt_)
        return;
    leave(error_step(std::move(reason)));
}

SOCKETIO_DECL void socket_core::send_connect(object auth)
{
    if (owner_.may_tell_auth())
        add_recovery(auth);
    byte_buffer text;
    bool const has_payload = !auth.empty();
    value const payload{std::move(auth)};
    auto const ec = encode_control(parser(), text, packet_type::connect, nsp_, has_payload ? &payload : nullptr);
    if (ec) {
        fail_auth(connect_attempt_, {ec, "auth: " + ec.message()});
    } else if (writer_.write(text.view(), {})) {
        owner_.gate().asked(nsp_);
        asked_at_ = lane_.now();
    } else {
        fail_auth(connect_attempt_,
                  {error::payload_too_large, "auth: " + make_error_code(error::payload_too_large).message()});
    }
}

SOCKETIO_DECL void socket_core::disconnect()
{
    if (!connected()) {
        leave();
        return;
    }
    auto last_steps = disconnect_step(disconnect_reason::io_client_disconnect, {});
    flush_send_buffer(true); // events that were emitted before
    byte_buffer text;
    auto const ec = encode_control(parser(), text, packet_type::disconnect, nsp_, nullptr);
    if (!ec)
        static_cast<void>(writer_.write(text.view(), {}));
    owner_.gate().left(nsp_, lane_.now());
    leave_connected(std::move(last_steps));
    if (ec) // the end of the connection says it, too
        owner_.fail(ec);
    log(log_level::info, to_string(disconnect_reason::io_client_disconnect));
}

SOCKETIO_DECL void socket_core::release()
{
    // Called again, it repeats the parts that ran out of memory.
    if (std::exchange(released_, true) && !managed_.joined)
        return;
    stop_listening();
    end_retries(error::stopped);
    channel_.end_acks(channel_.pending().take_all(), error::stopped);
    disconnect();
    end_drains(error::stopped);
    send_buffer_.clear();
    early_.clear();
    timers_.clear_all();
    owner_.forget(*this);
}

// No longer wanted. The last one to leave closes the connection, which comes first.
SOCKETIO_DECL void socket_core::leave()
{
    active_ = false;
    connecting_ = false;
    held_ = false;
    owner_.close_if_unused();
}

// These steps have their memory already: they run even if the following code fails.
SOCKETIO_DECL void socket_core::leave(steps last_steps)
{
    scope_end const always{[&] { lane_.defer(std::move(last_steps)); }};
    leave();
}

SOCKETIO_DECL void socket_core::leave_connected(steps last_steps)
{
    {
        scope_end const always{[&] {
            set_connected(false, {});
            lane_.defer(std::move(last_steps));
        }};
        leave();
    }
    channel_.end_acks(channel_.pending().take_sent(), error::disconnected);
}

} // namespace socketio::detail

#pragma once

#include <socketio/client/manager_core.hpp>
#include <socketio/client/stream_base.hpp>

namespace socketio::detail {

SOCKETIO_DECL stream_base::stream_base(socket_link const& of)
    : manager_{of.manager()->core().shared_from_this()}, socket_{of.core().shared_from_this()}
{
}

SOCKETIO_DECL asio::any_io_executor stream_base::get_executor() const { return manager_->get_executor(); }

SOCKETIO_DECL void stream_base::perform(unique_function<void()> command) { manager_->perform(std::move(command)); }

SOCKETIO_DECL void stream_base::defer(unique_function<void()> step) { manager_->defer(std::move(step)); }

SOCKETIO_DECL alarm_key stream_base::set_alarm(std::chrono::milliseconds from_now, unique_function<void()> action)
{
    return socket_->timers().set(deadline_after(manager_->now(), from_now), std::move(action));
}

SOCKETIO_DECL void stream_base::clear_alarm(alarm_key const& which) { socket_->timers().clear(which); }

SOCKETIO_DECL void stream_base::source_gone()
{
    if (!manager_->alive()) {
        drop();
        return;
    }
    bool const released = socket_->events().is_closed();
    manager_->perform([self = shared_from_this(), released] {
        self->end(released ? make_error_code(error::stopped) : make_error_code(std::errc::operation_canceled));
    });
}

} // namespace socketio::detail

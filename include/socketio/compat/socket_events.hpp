// The life of a namespace, as the library's socket tells it.
#pragma once

#include <socketio/compat/socket_state.hpp>
#include <socketio/core/scope.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sio::detail {

inline std::vector<socketio::listener_handle> socket_state::listen(socketio::socket const& to, std::uint64_t connection)
{
    std::vector<socketio::listener_handle> handles;
    auto const weak = weak_from_this();
    handles.push_back(
        to.onAny([weak](std::string_view name, socketio::args const& from, socketio::ack const& reply) {
            if (auto const self = weak.lock())
                self->on_event(name, from, reply);
        }));
    handles.push_back(to.on("connect", [weak, connection] {
        if (auto const self = weak.lock())
            self->on_connect(connection);
    }));
    handles.push_back(to.on("disconnect", [weak](std::string_view reason, socketio::disconnect_details const&) {
        if (auto const self = weak.lock())
            self->on_disconnect(reason);
    }));
    handles.push_back(to.on("connect_error", [weak](socketio::connect_error const& why) {
        if (auto const self = weak.lock())
            self->on_connect_error(why);
    }));
    return handles;
}

inline void socket_state::on_connect(std::uint64_t connection)
{
    socketio::socket to;
    {
        std::lock_guard const lock{mutex_};
        if (connection_ != connection || joined_ || finished_)
            return;
        to = mine_.socket;
    }
    if (!to.connected())
        return;
    while (auto next = next_waiting())
        send(to, next->name, next->arguments, std::move(next->ack));
    auto const observer = observer_.lock();
    if (observer && has_joined())
        observer->on_socket_open(nsp_, to.id());
}

inline void socket_state::on_event(std::string_view name, socketio::args const& from, socketio::ack const& reply)
{
    event_listener func;
    event_listener any;
    {
        std::lock_guard const lock{mutex_};
        if (auto const found = mine_.listeners.find(std::string{name}); found != mine_.listeners.end())
            func = found->second;
        any = mine_.any;
    }
    if (!func && !any)
        return;
    event made{nsp_, std::string{name}, list_of(from), static_cast<bool>(reply)};
    callbacks_->run([&] {
        if (func)
            func(made);
        if (any) // unless the other has destroyed the client
            callbacks_->run([&] { any(made); });
        if (reply)
            reply(socketio::spread(made.get_ack_message()));
    });
}

inline void socket_state::on_disconnect(std::string_view reason)
{
    bool ended = reason == "io server disconnect";
    {
        std::lock_guard const lock{mutex_};
        if (!joined_)
            return;
        ended = ended || leaving_;
        joined_ = ended;
    }
    if (ended)
        finish(true);
}

inline void socket_state::on_connect_error(socketio::connect_error const& why)
{
    if (why.code() == socketio::error::connect_refused) {
        socketio::detail::scope_fail untold{[this] { finish(false); }};
        tell_error(why);
        untold.done();
        finish(true);
        return;
    }
    // The server did not answer in time; the connection is there.
    socketio::socket const to = native();
    if (to && !to.active() && to.io().snapshot().state == socketio::connection_state::open)
        finish(true);
}

inline void socket_state::tell_error(socketio::connect_error const& why)
{
    error_listener func;
    {
        std::lock_guard const lock{mutex_};
        func = mine_.error;
    }
    if (!func)
        return;
    message::ptr const told = object_message::create();
    told->get_map()["message"] = string_message::create(why.message());
    if (!why.data().is_null())
        told->get_map()["data"] = why.data().get<message::ptr>().value_or(null_message::create());
    callbacks_->run([&] { func(told); });
}

} // namespace sio::detail

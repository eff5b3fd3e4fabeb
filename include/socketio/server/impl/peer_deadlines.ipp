// Time, for one client: of many namespaces only those are looked at whose deadline has come.
#pragma once

#include <socketio/server/peer_core.hpp>
#include <socketio/server/server_socket_core.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL void peer_core::arm()
{
    if (!runtime_)
        return;
    auto const earliest = std::min(connect_deadline_, deadlines_.deadline());
    if (earliest != clock::never())
        runtime_->timer.arm(earliest, [self = shared_from_this(), kept = runtime_] { self->on_due(); });
}

SOCKETIO_DECL void peer_core::on_due()
{
    if (!runtime_)
        return;
    turn::run(*this, [this] {
        auto const time = runtime_->timer.now();
        if (time >= connect_deadline_) {
            connect_deadline_ = clock::never();
            close();
        }
        while (auto due = deadlines_.take_due(time))
            due();
    });
}

// A bound: the deadline may have moved away when that comes.
SOCKETIO_DECL void peer_core::note_deadline(server_socket_core& of, clock::time_point at)
{
    deadlines_.bring_forward(of.noted_deadline(), at, [this, weak = of.weak_from_this()] {
        auto const socket = weak.lock();
        if (!socket)
            return;
        socket->noted_deadline() = {};
        socket->expire(runtime_->timer.now());
        note_deadline(*socket, socket->deadline());
    });
}

SOCKETIO_DECL void peer_core::forget_deadline(server_socket_core& of)
{
    deadlines_.clear(std::exchange(of.noted_deadline(), {}));
}

} // namespace socketio::detail

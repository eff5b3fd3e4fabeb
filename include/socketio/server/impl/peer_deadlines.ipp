// The deadlines of one client: a tick visits only the namespaces whose deadline has come.
#pragma once

#include <socketio/server/peer_core.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL clock::time_point peer_core::next_deadline() const noexcept
{
    return std::min(connect_deadline_, deadlines_.deadline());
}

SOCKETIO_DECL void peer_core::on_due()
{
    if (lane_.now() >= connect_deadline_) {
        connect_deadline_ = clock::never();
        close();
    }
    while (auto due = deadlines_.take_due(lane_.now()))
        due();
}

// The deadline may be later by then: `at` is only the earliest possible time.
SOCKETIO_DECL void peer_core::note_deadline(peer_socket& of, clock::time_point at)
{
    deadlines_.bring_forward(of.noted_deadline(), at, [this, weak = of.weak()] {
        auto const socket = weak.lock();
        if (!socket)
            return;
        socket->noted_deadline() = {};
        socket->expire(lane_.now());
        note_deadline(*socket, socket->deadline());
    });
}

SOCKETIO_DECL void peer_core::forget_deadline(peer_socket& of)
{
    deadlines_.clear(std::exchange(of.noted_deadline(), {}));
}

} // namespace socketio::detail

// The end of a client: of its sockets, of its connection, of itself.
#pragma once

#include <socketio/server/peer_core.hpp>
#include <socketio/server/server_core.hpp>
#include <socketio/server/server_socket_core.hpp>

#include <list>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL void peer_core::end_sockets(disconnect_reason reason)
{
    // One after the other: what has thrown goes on where it was.
    while (!sockets_.empty()) {
        auto const first = sockets_.begin()->second;
        first->on_close(reason); // which takes it out
        if (!sockets_.empty() && sockets_.begin()->second == first)
            sockets_.erase(sockets_.begin());
    }
}

// No DISCONNECT: the clients are to come back when the server does.
SOCKETIO_DECL void peer_core::shut_down(std::shared_ptr<void> kept)
{
    kept_.push_back(std::move(kept));
    end_sockets(disconnect_reason::server_shutting_down);
    close();
}

SOCKETIO_DECL void peer_core::on_closed(disconnect_reason reason, std::error_code why)
{
    auto const self = shared_from_this();
    open_ = false;
    counts_.unsent.store(0, std::memory_order_relaxed);
    if (why == error::buffer_full)
        server_->count_cut_off();
    ended_by_ = why;
    closing_ = reason;
    turn::run(*this, [this] { drain_inbox(); });
}

// Of each turn after the end of the connection, until all is done that belongs to it.
SOCKETIO_DECL void peer_core::go_down()
{
    if (closing_) {
        std::list<unique_function<void()>> last;
        last.push_back([self = shared_from_this()] { self->let_go(); });
        end_sockets(*closing_);
        while (!connecting_.empty()) {
            if (auto const first = connecting_.begin()->second)
                first->abandon();
            connecting_.erase(connecting_.begin());
        }
        tell("close", to_string(*closing_));
        closing_.reset();
        leaving_ = true;
        defer(std::move(last));
    }
    if (leaving_ && steps_.empty())
        defer([self = shared_from_this()] { self->let_go(); });
}

// The last step: whoever is still to be told something is told it first. From here on no command is taken any more.
SOCKETIO_DECL void peer_core::let_go()
{
    drain_inbox();
    std::shared_ptr<runtime> last;
    std::vector<connection_listener> listeners;
    {
        std::lock_guard const lock{mutex_};
        if (steps_.empty() && inbox_.empty()) {
            last = std::move(runtime_);
            listeners.swap(listeners_);
        }
    }
    if (!last) {
        defer([self = shared_from_this()] { self->let_go(); });
        return;
    }
    leaving_ = false;
    last->timer.cancel();
    auto const server = std::move(server_);
    server->forget(*this);
    kept_.clear();
}

SOCKETIO_DECL void peer_core::context_gone() noexcept
{
    auto const self = shared_from_this();
    auto const server = std::move(server_);
    std::shared_ptr<runtime> last;
    std::vector<unique_function<void()>> unheard;
    std::vector<unique_function<void()>> interrupted; // by a command that found no memory
    interrupted.swap(drained_);
    next_drained_ = 0;
    std::vector<connection_listener> listeners;
    {
        std::lock_guard const lock{mutex_};
        last = std::move(runtime_);
        unheard.swap(inbox_);
        listeners.swap(listeners_);
    }
    open_ = false;
    auto all = std::exchange(sockets_, {});
    all.merge(connecting_);
    for (auto const& each : all)
        if (each.second)
            each.second->drop_everything();
    connecting_.clear();
    deadlines_.clear_all();
    auto const steps = std::exchange(steps_, {});
    kept_.clear();
}

} // namespace socketio::detail

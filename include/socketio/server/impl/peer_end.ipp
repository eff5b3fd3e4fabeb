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
    lane_.run([this] { go_down(); });
}

// At the end of the connection, and in each turn of its own after that, until all is done that belongs to it.
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
        dispatch("close", to_string(*closing_));
        closing_.reset();
        leaving_ = true;
        defer(std::move(last));
    }
    if (leaving_ && !lane_.has_steps())
        defer([self = shared_from_this()] { self->let_go(); });
}

// The last step: whoever is still to be told something is told it first. From here on no command is taken any more.
SOCKETIO_DECL void peer_core::let_go()
{
    static_cast<void>(lane_.acts_now());
    if (!lane_.retire()) {
        defer([self = shared_from_this()] { self->let_go(); });
        return;
    }
    auto const self = shared_from_this(); // the listeners may hold the last handles
    leaving_ = false;
    auto const last = std::move(session_);
    connection_events_.close();
    auto const server = std::move(server_);
    server->forget(*this);
    kept_.clear();
}

// The server first, which calls all its clients: for what is dropped here it has gone.
SOCKETIO_DECL void peer_core::on_context_gone() noexcept
{
    if (auto const server = std::move(server_))
        server->context_gone();
    auto const self = weak_from_this().lock(); // the listeners may hold the last handles
    auto const last = std::move(session_);
    connection_events_.close();
    open_ = false;
    auto all = std::exchange(sockets_, {});
    all.merge(connecting_);
    for (auto const& each : all)
        if (each.second)
            each.second->drop_everything();
    connecting_.clear();
    deadlines_.clear_all();
    kept_.clear();
}

} // namespace socketio::detail

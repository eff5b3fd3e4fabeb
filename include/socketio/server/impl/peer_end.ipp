// The end of a client: first its sockets, then its connection, then itself.
#pragma once

#include <socketio/server/peer_core.hpp>

#include <list>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL void peer_core::end_sockets(disconnect_reason reason)
{
    // One after the other, so that after an exception the next turn continues with the rest.
    while (!sockets_.empty()) {
        auto const first = sockets_.begin()->second;
        first->on_connection_end(reason); // removes it from sockets_
        if (!sockets_.empty() && sockets_.begin()->second == first)
            sockets_.erase(sockets_.begin());
    }
}

// Sends no DISCONNECT, so that the clients reconnect when the server is back.
SOCKETIO_DECL void peer_core::shut_down(std::shared_ptr<void> kept)
{
    kept_.push_back(std::move(kept));
    end_sockets(disconnect_reason::server_shutting_down);
    close();
}

SOCKETIO_DECL void peer_core::on_closed(disconnect_reason reason, std::error_code ec)
{
    auto const self = shared_from_this();
    open_ = false;
    counts_.unsent.store(0, std::memory_order_relaxed);
    if (ec == error::buffer_full)
        owner_->count_cut_off();
    ended_by_ = ec;
    closing_ = reason;
    lane_.run([this] { go_down(); });
}

// An end on purpose, of either side, is no error.
SOCKETIO_DECL void peer_core::log_end()
{
    if (!owner_ || !owner_->settings().log || !ended_by_ || ended_by_ == error::closed || ended_by_ == error::stopped)
        return;
    auto const details = end_details();
    std::string text = "the session of " + handshake().address + " ended: " + std::string{to_string(*closing_)};
    if (details.description != to_string(*closing_))
        text += ": " + details.description;
    defer([owner = owner_, text = std::move(text)] { owner->log(log_level::info, "engine", text); });
}

// Runs at the end of the connection, and again at the start of later turns, until the end is complete.
SOCKETIO_DECL void peer_core::go_down()
{
    if (closing_) {
        log_end();
        std::list<unique_function<void()>> last;
        last.push_back([self = shared_from_this()] { self->release(); });
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
        defer([self = shared_from_this()] { self->release(); });
}

// The last step. Commands and steps that wait come before it; after it the lane takes no command.
SOCKETIO_DECL void peer_core::release()
{
    static_cast<void>(lane_.acts_now());
    if (!lane_.retire()) {
        defer([self = shared_from_this()] { self->release(); });
        return;
    }
    auto const self = shared_from_this(); // the listeners may hold the last handles
    leaving_ = false;
    auto const last = std::move(session_);
    connection_events_.close();
    auto const owner = std::move(owner_);
    owner->forget(*this);
    kept_.clear();
}

// The server ends first, and with it all clients, so that objects destroyed here find it closed.
SOCKETIO_DECL void peer_core::on_context_gone() noexcept
{
    if (auto const owner = std::move(owner_))
        owner->on_context_gone();
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

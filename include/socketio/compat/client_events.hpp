// The life of a connection, as the manager tells it.
#pragma once

#include <socketio/compat/client_state.hpp>
#include <socketio/core/scope.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

namespace sio::detail {

inline bool client_state::begin(std::shared_ptr<connection> const& made)
{
    std::shared_ptr<connection> earlier; // one without a namespace
    std::vector<std::shared_ptr<socket_state>> all;
    {
        std::lock_guard const lock{mutex_};
        if (is_ending() || phase_ != phase::idle)
            return true;
        if (made->background != background_)
            return false;
        phase_ = phase::opening;
        made->number = ++connections_;
        earlier = std::exchange(current_, made);
        all = all_sockets();
    }
    for (auto const& each : all) {
        if (earlier)
            each->detach(earlier->number);
        attach(*each, made);
    }
    static_cast<void>(socket_of("/"));
    return true;
}

inline void client_state::attach(socket_state& which, std::shared_ptr<connection> const& to)
{
    which.attach(to->way());
    if (!is_current(to))
        which.detach(to->number);
}

inline void client_state::listen_to(std::shared_ptr<connection> const& made)
{
    // Calls a member, as long as there is a client that has this connection.
    auto const call = [self = weak_from_this(), weak = std::weak_ptr{made}](auto const& member) {
        auto const client = self.lock();
        auto const to = weak.lock();
        if (client && to)
            member(*client, to);
    };
    using connection_ptr = std::shared_ptr<connection>;
    socketio::manager const manager = made->manager();
    manager.on("open", [call] {
        call([](client_state& client, connection_ptr const& to) { client.on_open(to); });
    });
    manager.on("error", [call](socketio::connect_error const& why) {
        call([&](client_state& client, connection_ptr const& to) { client.on_error(to, why); });
    });
    manager.on("close", [call](std::string_view reason, socketio::disconnect_details const&) {
        call([&](client_state& client, connection_ptr const& to) { client.on_close(to, reason); });
    });
    manager.on("reconnect_attempt", [call] {
        call([](client_state& client, connection_ptr const& to) {
            if (client.is_current(to))
                client.tell(&client_listeners::reconnecting);
        });
    });
}

inline void client_state::on_open(std::shared_ptr<connection> const& opened)
{
    {
        std::lock_guard const lock{mutex_};
        if (current_ != opened)
            return;
        opened->open = true;
        phase_ = phase::open;
    }
    tell(&client_listeners::open);
}

inline void client_state::on_error(std::shared_ptr<connection> const& failed, socketio::connect_error const& why)
{
    auto const now = failed->link->snapshot();
    {
        std::lock_guard const lock{mutex_};
        if (failed->open || failed->closing)
            return; // "close" follows, or on_closed()
    }
    if (now.state == socketio::connection_state::waiting)
        tell_wait(now.attempts, why.retry_after().value_or(std::chrono::seconds{0}));
    else if (now.state == socketio::connection_state::closed && drop(failed))
        tell(&client_listeners::fail);
}

inline void client_state::on_close(std::shared_ptr<connection> const& lost, std::string_view reason)
{
    auto const now = lost->link->snapshot();
    {
        std::lock_guard const lock{mutex_};
        lost->open = false;
        if (current_ == lost) {
            bool const again = now.state != socketio::connection_state::closed;
            phase_ = again ? phase::opening : phase::idle;
            session_id_.clear();
        }
    }
    if (is_closed_by_program(*lost))
        return; // on_closed() follows
    if (reason == "forced close")
        on_last_left(lost);
    else if (now.state == socketio::connection_state::waiting)
        tell_wait(now.attempts, std::chrono::milliseconds{0});
    else if (drop(lost))
        tell(&client_listeners::close, false);
}

inline void client_state::on_stopped(std::shared_ptr<connection> const& stopped)
{
    bool const again = stopped->link->snapshot().state != socketio::connection_state::closed; // for a new namespace
    if (!again && drop(stopped))
        tell(&client_listeners::fail);
}

inline void client_state::on_last_left(std::shared_ptr<connection> const& by)
{
    std::vector<std::shared_ptr<socket_state>> all;
    {
        std::lock_guard const lock{mutex_};
        if (current_ != by)
            return;
        all = all_sockets();
    }
    socketio::detail::scope_fail rest{[&] { post(by, &client_state::on_last_left); }};
    for (auto const& each : all)
        if (each->has_joined())
            each->finish(true);
    rest.done();
    tell(&client_listeners::close, true);
}

// A listener may throw: then the rest follows.
inline void client_state::on_closed(std::shared_ptr<connection> const& closed)
{
    socketio::detail::scope_fail rest{[&] { close_later(closed); }};
    while (auto const next = next_left(*closed))
        next->finish(true);
    rest.done();
    socketio::detail::scope_end const always{[&] {
        std::lock_guard const lock{mutex_};
        std::erase(closing_, closed);
    }};
    tell(&client_listeners::close, true);
}

inline std::shared_ptr<socket_state> client_state::next_left(connection& of) const
{
    std::lock_guard const lock{mutex_};
    if (of.left.empty())
        return nullptr;
    auto const next = of.left.front();
    of.left.erase(of.left.begin());
    return next;
}

inline bool client_state::drop(std::shared_ptr<connection> const& which)
{
    std::vector<std::shared_ptr<socket_state>> all;
    {
        std::lock_guard const lock{mutex_};
        if (current_ != which)
            return false;
        current_ = nullptr;
        phase_ = phase::idle;
        all = all_sockets();
    }
    for (auto const& each : all)
        each->detach(which->number);
    return true;
}

inline void client_state::tell_wait(std::uint64_t attempts, std::chrono::milliseconds asked)
{
    std::uint64_t const made = attempts == 0 ? 0 : attempts - 1;
    std::chrono::milliseconds wait{0};
    {
        std::lock_guard const lock{mutex_};
        wait = std::max(reconnect_.wait(made), std::min(asked, defaults_.retry_after_max));
    }
    tell(&client_listeners::reconnect, static_cast<unsigned>(made), static_cast<unsigned>(wait.count()));
}

} // namespace sio::detail

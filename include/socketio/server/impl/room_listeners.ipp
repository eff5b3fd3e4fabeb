// Names of events, and the calls.
#pragma once

#include <socketio/server/room_listeners.hpp>

#include <utility>

namespace socketio::detail {

SOCKETIO_DECL std::optional<room_event> room_event_of(std::string_view name) noexcept
{
    if (name == "create-room")
        return room_event::create_room;
    if (name == "join-room")
        return room_event::join_room;
    if (name == "leave-room")
        return room_event::leave_room;
    if (name == "delete-room")
        return room_event::delete_room;
    return std::nullopt;
}

SOCKETIO_DECL void room_listeners::add(room_event of, function listener)
{
    auto made = std::make_shared<entry const>(entry{of, std::move(listener)});
    std::lock_guard const lock{mutex_};
    if (closed_)
        return;
    all_.push_back(std::move(made));
    any_.store(true, std::memory_order_release);
}

SOCKETIO_DECL void room_listeners::close()
{
    std::vector<std::shared_ptr<entry const>> last; // outlives the lock
    std::lock_guard const lock{mutex_};
    closed_ = true;
    any_.store(false, std::memory_order_release);
    last.swap(all_);
}

SOCKETIO_DECL void room_listeners::tell(room_changes const& changes) const
{
    if (changes.empty())
        return;
    std::unique_lock lock{mutex_};
    auto const all = all_;
    lock.unlock();
    for (auto const& change : changes) {
        for (auto const& each : all)
            if (each->of == change.what)
                each->heard(change.room, change.id);
    }
}

} // namespace socketio::detail

// The events of rooms: "create-room", "join-room", "leave-room" and "delete-room". It knows no rooms.
#pragma once

#include <socketio/core/emitter.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace socketio::detail {

// One change on its way to the listeners.
struct room_call : emitted {
    std::string_view room;
    std::string_view id; // of a socket, where there is one
};
using room_emitter = emitter<room_call>;

// A change that its listeners are to be called for.
struct room_change {
    std::string_view event; // one of the four
    std::string room;
    std::string id;
};
using room_changes = std::vector<room_change>;

inline bool is_room_event(std::string_view name) noexcept
{
    return name == "create-room" || name == "join-room" || name == "leave-room" || name == "delete-room";
}

// Calls the listeners, on the calling thread: not with a lock held.
inline void dispatch_changes(room_emitter& to, room_changes const& changes)
{
    for (auto const& change : changes) {
        room_call call;
        call.room = change.room;
        call.id = change.id;
        to.dispatch_from_anywhere(change.event, call);
    }
}

} // namespace socketio::detail

// Who is told of rooms that come and go, and of who is in them. It knows no rooms.
#pragma once

#include <socketio/core/config.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::detail {

enum class room_event : std::uint8_t { create_room, join_room, leave_room, delete_room };

// "create-room" and its siblings.
SOCKETIO_DECL std::optional<room_event> room_event_of(std::string_view name) noexcept;

struct room_change {
    room_event what;
    std::string room;
    std::string id; // of a socket, where there is one
};

using room_changes = std::vector<room_change>;

// Any thread.
class room_listeners {
public:
    using function = std::function<void(std::string_view room, std::string_view id)>;

    void add(room_event of, function listener);
    // From here on nothing is taken any more.
    void close();
    bool any() const noexcept { return any_.load(std::memory_order_acquire); }
    // Calls them: not with a lock held.
    void tell(room_changes const& changes) const;

private:
    struct entry {
        room_event of;
        function heard;
    };

    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<entry const>> all_;
    std::atomic<bool> any_{false};
    bool closed_ = false;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/server/impl/room_listeners.ipp>
#endif

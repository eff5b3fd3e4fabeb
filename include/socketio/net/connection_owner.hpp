// The side of a connection that reads its events.
#pragma once

#include <memory>

namespace socketio::detail {

// All calls come on the strand.
class connection_owner {
public:
    connection_owner() = default;
    connection_owner(connection_owner const&) = delete;
    connection_owner& operator=(connection_owner const&) = delete;
    // Held by every pending operation, so that the owner outlives all of them.
    virtual std::shared_ptr<void> pin() = 0;
    // There is input, or the stream has ended: the owner can take the next event.
    virtual void on_readable() = 0;
    // All output has been handed over: to the operating system, or to a poll.
    virtual void on_drained() = 0;

protected:
    ~connection_owner() = default;
};

} // namespace socketio::detail

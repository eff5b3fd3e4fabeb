// The options of a manager that can be changed at run time: written by any thread, read on the strand when the
// next wait or attempt begins.
#pragma once

#include <socketio/client/options.hpp>
#include <socketio/session/reconnect_values.hpp>

#include <mutex>

namespace socketio::detail {

// Under a mutex, since not every processor has atomics of 64 bits. A thread reads at once the value that it has set.
class reconnect_rules {
public:
    explicit reconnect_rules(options const& from)
        : values_{from.reconnection,
                  from.reconnectionAttempts,
                  {from.reconnectionDelay, from.reconnectionDelayMax, from.randomizationFactor, from.stable_after},
                  from.timeout}
    {
    }

    reconnect_values read() const
    {
        std::lock_guard const lock{mutex_};
        return values_;
    }
    template <class Change>
    void change(Change const& change)
    {
        std::lock_guard const lock{mutex_};
        change(values_);
    }

private:
    mutable std::mutex mutex_;
    reconnect_values values_;
};

} // namespace socketio::detail

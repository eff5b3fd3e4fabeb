// Callbacks run one at a time, and none runs after the client's destructor.
#pragma once

#include <mutex>

namespace sio::detail {

class callback_gate {
public:
    // Calls `callback`, unless the gate is closed. A callback may itself lead here.
    template <class Callback>
    void run(Callback&& callback)
    {
        std::lock_guard const lock{mutex_};
        if (!closed_)
            callback();
    }

    // Waits for the callback that runs on another thread.
    void close()
    {
        std::lock_guard const lock{mutex_};
        closed_ = true;
    }

private:
    std::recursive_mutex mutex_;
    bool closed_ = false;
};

} // namespace sio::detail

// Tells whoever lives on an execution context that it is about to be destroyed, so that sockets and
// timers die with it and handles that outlive it find nothing left to touch.
#pragma once

#include <socketio/net/asio.hpp>

#include <algorithm>
#include <mutex>
#include <vector>

namespace socketio::detail {

class context_observer {
public:
    context_observer() = default;
    context_observer(context_observer const&) = delete;
    context_observer& operator=(context_observer const&) = delete;
    // The context is being destroyed: nobody runs it any more.
    virtual void context_gone() noexcept = 0;

protected:
    ~context_observer() = default;
};

class context_watch final : public asio::execution_context::service {
public:
    using key_type = context_watch;
    inline static asio::execution_context::id id;

    explicit context_watch(asio::execution_context& context) : asio::execution_context::service{context} {}

    void add(context_observer* guest)
    {
        std::lock_guard const lock{mutex_};
        guests_.push_back(guest);
    }

    void remove(context_observer* guest)
    {
        std::lock_guard const lock{mutex_};
        std::erase(guests_, guest);
    }

private:
    // A guest may go, taking others along, while it is told; so each is taken off first.
    void shutdown() override
    {
        for (;;) {
            context_observer* next = nullptr;
            {
                std::lock_guard const lock{mutex_};
                if (guests_.empty())
                    return;
                next = guests_.back();
                guests_.pop_back();
            }
            next->context_gone();
        }
    }

    std::mutex mutex_;
    std::vector<context_observer*> guests_;
};

} // namespace socketio::detail

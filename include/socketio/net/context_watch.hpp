// Tells the objects of an execution context that it is being destroyed. Sockets and timers are destroyed with
// the context, and handles that outlive it refer to empty objects.
#pragma once

#include <socketio/net/asio.hpp>

#include <mutex>

namespace socketio::detail {

class context_observer {
public:
    context_observer() = default;
    context_observer(context_observer const&) = delete;
    context_observer& operator=(context_observer const&) = delete;
    // The context is being destroyed: its handlers will not run any more.
    virtual void context_gone() noexcept = 0;

protected:
    ~context_observer() = default;

private:
    friend class context_watch;
    // Links of the watch's list, which guards them.
    context_observer* before_ = nullptr;
    context_observer* after_ = nullptr;
    bool listed_ = false;
};

// A list linked through the observers: each joins and leaves in constant time, and without an allocation.
class context_watch final : public asio::execution_context::service {
public:
    using key_type = context_watch;
    inline static asio::execution_context::id id;

    explicit context_watch(asio::execution_context& context) : asio::execution_context::service{context} {}

    void add(context_observer* observer) noexcept
    {
        std::lock_guard const lock{mutex_};
        observer->before_ = last_;
        if (last_)
            last_->after_ = observer;
        last_ = observer;
        observer->listed_ = true;
    }

    void remove(context_observer* observer) noexcept
    {
        std::lock_guard const lock{mutex_};
        if (observer->listed_)
            take_out(*observer);
    }

private:
    // An observer may destroy others while it is called; therefore each is removed first.
    void shutdown() override
    {
        while (auto* const next = take_last())
            next->context_gone();
    }

    context_observer* take_last() noexcept
    {
        std::lock_guard const lock{mutex_};
        auto* const last = last_;
        if (last)
            take_out(*last);
        return last;
    }

    void take_out(context_observer& which) noexcept
    {
        (which.after_ ? which.after_->before_ : last_) = which.before_;
        if (which.before_)
            which.before_->after_ = which.after_;
        which.before_ = which.after_ = nullptr;
        which.listed_ = false;
    }

    std::mutex mutex_;
    context_observer* last_ = nullptr;
};

} // namespace socketio::detail

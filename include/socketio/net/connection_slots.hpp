// Limits the number of open connections. Does not know what they are for.
#pragma once

#include <socketio/core/shared_new.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace socketio::detail {

// Any thread.
class connection_slots {
public:
    explicit connection_slots(std::size_t most)
        : taken_{shared_new<std::atomic<std::size_t>>(std::size_t{0})}, most_{most}
    {
    }

    // The result frees the connection's slot when destroyed. Null if all slots are taken.
    std::shared_ptr<void> acquire() const
    {
        auto const made = std::make_shared<slot>(taken_);
        return ++*taken_ <= most_ ? made : nullptr;
    }
    std::size_t taken() const noexcept { return taken_->load(std::memory_order_relaxed); }

private:
    class slot {
    public:
        explicit slot(std::shared_ptr<std::atomic<std::size_t>> count) noexcept : count_{std::move(count)} {}
        slot(slot const&) = delete;
        slot& operator=(slot const&) = delete;
        ~slot() { --*count_; }

    private:
        std::shared_ptr<std::atomic<std::size_t>> count_;
    };

    std::shared_ptr<std::atomic<std::size_t>> taken_;
    std::size_t most_;
};

} // namespace socketio::detail

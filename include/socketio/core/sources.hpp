// Time and random numbers as arguments: the library asks these objects instead of the system. Knows no event loop.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/core/function.hpp>
#include <socketio/core/random.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace socketio {

// Replaces the system's clocks and timers: see install_sources(). Any thread of the library or of its callers
// may call the members.
class time_source {
public:
    using callback = detail::unique_function<void()>;

    time_source() = default;
    time_source(time_source const&) = delete;
    time_source& operator=(time_source const&) = delete;
    virtual ~time_source() = default;

    // The time of deadlines. It never goes back.
    virtual clock::time_point now() noexcept = 0;
    // The time of day, for cookies and HTTP dates.
    virtual std::chrono::system_clock::time_point wall_now() noexcept = 0;
    // Calls `due` once, when now() is `deadline` or later, on any thread and not inside this call. Callbacks
    // with the same deadline are called in the order of these calls. A callback only posts and throws no
    // exception. Returns a number for cancel().
    virtual std::uint64_t wait_until(clock::time_point deadline, callback due) = 0;
    // Destroys a callback that has not been called. Ignores other numbers.
    virtual void cancel(std::uint64_t wait) noexcept = 0;
};

// Replaces the system's random generator: for masks, keys, ids and delays.
class random_source {
public:
    random_source() = default;
    random_source(random_source const&) = delete;
    random_source& operator=(random_source const&) = delete;
    virtual ~random_source() = default;

    // May be called from any thread.
    virtual void fill(std::span<unsigned char> to) = 0;
};

namespace detail {

// The sources that an execution context carries, or the system's. Copies may outlive the context.
class sources {
public:
    sources() = default;
    sources(std::shared_ptr<time_source> time, std::shared_ptr<random_source> random) noexcept
        : time_{std::move(time)}, random_{std::move(random)}
    {
    }

    clock::time_point now() const noexcept { return time_ ? time_->now() : clock::now(); }
    std::chrono::system_clock::time_point wall_now() const noexcept
    {
        return time_ ? time_->wall_now() : std::chrono::system_clock::now();
    }
    void fill_random(std::span<unsigned char> to) const
    {
        if (random_)
            random_->fill(to);
        else
            detail::fill_random(to);
    }
    std::uint64_t random_seed() const
    {
        std::uint64_t seed = 0;
        fill_random({reinterpret_cast<unsigned char*>(&seed), sizeof seed});
        return seed;
    }

    // Null: the system's clocks.
    std::shared_ptr<time_source> const& time() const noexcept { return time_; }

private:
    std::shared_ptr<time_source> time_;
    std::shared_ptr<random_source> random_;
};

} // namespace detail
} // namespace socketio

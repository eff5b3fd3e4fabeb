// A clock that moves only when it is told to.
#pragma once

#include <socketio/core/sources.hpp>
#include <socketio/testing/decl.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace socketio::testing {

// The time of a world. It stands still until step(), turn_to() or stand_at(). For a context without a world, give it to
// install_sources().
class virtual_time final : public time_source {
public:
    // A world begins in the first second of 2030.
    static constexpr std::chrono::sys_seconds first_day{std::chrono::sys_days{std::chrono::year{2030} / 1 / 1}};
    static constexpr clock::time_point start{std::chrono::hours{1000}};

    SOCKETIO_TESTING_DECL clock::time_point now() noexcept override;
    SOCKETIO_TESTING_DECL std::chrono::system_clock::time_point wall_now() noexcept override;
    SOCKETIO_TESTING_DECL std::uint64_t wait_until(clock::time_point deadline, callback due) override;
    SOCKETIO_TESTING_DECL void cancel(std::uint64_t wait) noexcept override;

    // The nearest deadline. clock::never(): nothing waits.
    clock::time_point next() const;
    std::size_t waiting() const;
    // Moves to the nearest deadline, and calls what waits for it: one callback. False, and time does not move, if there
    // is none, or none until `latest`.
    bool step(clock::time_point latest);
    // Moves to this moment, and calls everything that waits for one on the way. Does not go back.
    void turn_to(clock::time_point moment);
    // Moves on without a call. Does not go back.
    void stand_at(clock::time_point moment);
    // The time of day from now on, as if somebody had set the machine's clock. It may go back.
    void set_wall(std::chrono::system_clock::time_point now);
    // Destroys what waits.
    void drop() noexcept;

private:
    using key = std::pair<clock::time_point, std::uint64_t>; // equal deadlines in the order of the calls

    mutable std::mutex mutex_; // guards the members below
    clock::time_point now_ = start;
    std::chrono::system_clock::time_point wall_at_start_ = first_day;
    std::uint64_t last_ = 0;
    std::map<key, callback> waits_;
    std::unordered_map<std::uint64_t, clock::time_point> deadlines_; // of waits, by their number
};

} // namespace socketio::testing

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/virtual_time.ipp>
#endif

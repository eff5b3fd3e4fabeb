// A clock that moves only when a test turns it, and random bytes that repeat.
#pragma once

#include <socketio/core/sources.hpp>
#include <socketio/net/installed_sources.hpp>

#include <asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <utility>

namespace support {

class hand_turned_time final : public socketio::time_source {
public:
    using clock = socketio::clock;
    static constexpr std::chrono::sys_seconds first_day{std::chrono::sys_days{std::chrono::year{2030} / 1 / 1}};

    clock::time_point now() noexcept override
    {
        std::lock_guard const lock{mutex_};
        return now_;
    }
    std::chrono::system_clock::time_point wall_now() noexcept override
    {
        return first_day + std::chrono::duration_cast<std::chrono::system_clock::duration>(now() - start);
    }
    std::uint64_t wait_until(clock::time_point deadline, callback due) override
    {
        std::lock_guard const lock{mutex_};
        waits_.emplace(std::pair{deadline, ++last_}, std::move(due));
        return last_;
    }
    void cancel(std::uint64_t wait) noexcept override
    {
        callback last;
        std::lock_guard const lock{mutex_};
        for (auto each = waits_.begin(); each != waits_.end(); ++each)
            if (each->first.second == wait) {
                last = std::move(each->second);
                waits_.erase(each);
                return;
            }
    }

    // never(), if nothing waits.
    clock::time_point next() const
    {
        std::lock_guard const lock{mutex_};
        return waits_.empty() ? clock::never() : waits_.begin()->first.first;
    }
    std::size_t waiting() const
    {
        std::lock_guard const lock{mutex_};
        return waits_.size();
    }
    void turn_to(clock::time_point to)
    {
        for (;;) {
            callback due;
            {
                std::lock_guard const lock{mutex_};
                if (waits_.empty() || waits_.begin()->first.first > to) {
                    now_ = std::max(now_, to);
                    return;
                }
                now_ = std::max(now_, waits_.begin()->first.first);
                due = std::move(waits_.begin()->second);
                waits_.erase(waits_.begin());
            }
            due();
        }
    }

    static constexpr clock::time_point start{std::chrono::hours{1000}};

private:
    mutable std::mutex mutex_;
    clock::time_point now_ = start;
    std::uint64_t last_ = 0;
    std::map<std::pair<clock::time_point, std::uint64_t>, callback> waits_;
};

// splitmix64 of a seed.
class repeated_random final : public socketio::random_source {
public:
    explicit repeated_random(std::uint64_t seed) : state_{seed} {}
    void fill(std::span<unsigned char> to) override
    {
        std::lock_guard const lock{mutex_};
        for (unsigned char& each : to) {
            std::uint64_t word = state_ += 0x9e3779b97f4a7c15;
            word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
            each = static_cast<unsigned char>(word >> 56);
            ++given_;
        }
    }
    std::uint64_t given() const noexcept { return given_; }

private:
    std::mutex mutex_;
    std::uint64_t state_;
    std::uint64_t given_ = 0;
};

// A context whose time stands still while anything can happen, and else jumps to the next deadline.
class hand_turned_context {
public:
    explicit hand_turned_context(std::uint64_t seed = 1) : random{std::make_shared<repeated_random>(seed)}
    {
        socketio::install_sources(context, time, random);
    }

    // Runs all that is ready; time stands still.
    void settle()
    {
        context.restart();
        while (context.poll() != 0) {}
    }
    // False if nothing can happen any more, or nothing until `latest`.
    template <class Predicate>
    bool run_until(Predicate predicate, std::chrono::nanoseconds latest = std::chrono::hours{24})
    {
        auto const last = time->now() + latest;
        for (;;) {
            settle();
            if (predicate())
                return true;
            auto const next = time->next();
            if (next > last)
                return false;
            time->turn_to(next);
        }
    }
    std::chrono::nanoseconds since_start() const { return time->now() - hand_turned_time::start; }

    std::shared_ptr<hand_turned_time> const time = std::make_shared<hand_turned_time>();
    std::shared_ptr<repeated_random> const random;
    asio::io_context context{1};
};

} // namespace support

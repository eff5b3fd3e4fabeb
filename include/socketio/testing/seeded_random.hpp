// Random numbers that repeat.
#pragma once

#include <socketio/core/sources.hpp>

#include <cstdint>
#include <mutex>
#include <span>

namespace socketio::testing {

// splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators): the same seed gives the same numbers
// with every compiler and library.
class seeded_random final : public random_source {
public:
    explicit seeded_random(std::uint64_t seed) noexcept : state_{seed} {}

    std::uint64_t next() noexcept
    {
        std::lock_guard const lock{mutex_};
        return step();
    }
    // Less than `limit`; 0 for 0.
    std::uint64_t below(std::uint64_t limit) noexcept { return limit == 0 ? 0 : next() % limit; }
    // True in so many of all cases: 0 never, 1 always.
    bool happens(double share) noexcept
    {
        return share > 0 && static_cast<double>(next() >> 11) < share * static_cast<double>(std::uint64_t{1} << 53);
    }
    void fill(std::span<unsigned char> to) override
    {
        std::lock_guard const lock{mutex_};
        std::uint64_t word = 0;
        unsigned left = 0;
        for (unsigned char& each : to) {
            if (left == 0) {
                word = step();
                left = sizeof word;
            }
            each = static_cast<unsigned char>(word & 0xFFu);
            word >>= 8;
            --left;
        }
    }

private:
    std::uint64_t step() noexcept
    {
        std::uint64_t word = state_ += 0x9e3779b97f4a7c15;
        word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
        word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
        return word ^ (word >> 31);
    }

    std::mutex mutex_;
    std::uint64_t state_;
};

} // namespace socketio::testing

#include <socketio/core/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace random_tests {

using socketio::detail::fill_random;
using socketio::detail::random_seed;

TEST_CASE("two seeds are not the same")
{
    CHECK(random_seed() != random_seed());
}

TEST_CASE("all of the room is filled, and nothing behind it")
{
    std::array<bool, 16> changed{};
    for (int round = 0; round != 20; ++round) {
        std::array<unsigned char, 18> room{};
        fill_random(std::span{room}.subspan(1, 16));
        CHECK(room.front() == 0);
        CHECK(room.back() == 0);
        for (std::size_t i = 0; i != changed.size(); ++i)
            changed[i] = changed[i] || room[i + 1] != 0;
    }
    CHECK(std::count(changed.begin(), changed.end(), true) == 16);
}

TEST_CASE("more than the system gives at once is random too")
{
    std::vector<unsigned char> room(1000);
    fill_random(room);
    CHECK(std::count(room.begin() + 500, room.end(), 0) < 100);
}

} // namespace random_tests

#include <socketio/session/buffer_limits.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>

namespace buffer_limits_tests {

using socketio::buffer_limits;

TEST_CASE("without limits there is always room")
{
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
    CHECK(buffer_limits{}.admit(most, most, most));
    CHECK(buffer_limits{}.fits(most));
}

TEST_CASE("room is counted by events and by bytes, to the last one")
{
    CHECK(buffer_limits{.events = 2}.admit(1, 1000, 1000));
    CHECK_FALSE(buffer_limits{.events = 2}.admit(2, 0, 0));
    CHECK(buffer_limits{.bytes = 10}.admit(1000, 4, 6));
    CHECK_FALSE(buffer_limits{.bytes = 10}.admit(0, 4, 7));
    CHECK(buffer_limits{.bytes = 10}.fits(10));
    CHECK_FALSE(buffer_limits{.bytes = 10}.fits(11));
    CHECK_FALSE(buffer_limits{.bytes = 10}.admit(0, 0, std::numeric_limits<std::size_t>::max()));
}

} // namespace buffer_limits_tests

#include <socketio/net/connection_slots.hpp>

#include <doctest/doctest.h>

#include <optional>

using socketio::detail::connection_slots;

TEST_CASE("there are as many slots as may be, and one that is destroyed is free again")
{
    connection_slots const slots{2};
    auto first = slots.acquire();
    auto const second = slots.acquire();
    CHECK(first);
    CHECK(second);
    CHECK_FALSE(slots.acquire());
    CHECK(slots.taken() == 2);
    first.reset();
    CHECK(slots.taken() == 1);
    CHECK(slots.acquire());
    CHECK(slots.taken() == 1);
}

TEST_CASE("without slots nothing is let in")
{
    connection_slots const slots{0};
    CHECK_FALSE(slots.acquire());
    CHECK(slots.taken() == 0);
}

TEST_CASE("a slot may outlive what gave it")
{
    std::optional<connection_slots> slots{1};
    auto last = slots->acquire();
    slots.reset();
    CHECK(last);
    last.reset();
}

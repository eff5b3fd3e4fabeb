#include "memory/websockets.hpp"

#include <doctest/doctest.h>

TEST_CASE("whichever allocation fails, each WebSocket closes once, and the server takes others")
{
    memory::fail_each_allocation([] { return std::make_unique<memory::websockets>(); });
}

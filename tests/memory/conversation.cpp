#include "memory/conversation.hpp"

#include <doctest/doctest.h>

TEST_CASE("whichever allocation fails, client and server work afterwards, and nothing leaks")
{
    memory::fail_each_allocation([] { return std::make_unique<memory::conversation>(); });
}

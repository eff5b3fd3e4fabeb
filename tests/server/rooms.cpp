#include <socketio/server/rooms.hpp>

#include "support/colliding_names.hpp"
#include "support/processor_time.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace {

std::chrono::nanoseconds cost_of_joining(std::vector<std::string> const& names)
{
    socketio::detail::rooms<int> all;
    all.enter("id");
    return support::processor_time([&] {
        for (auto const& each : names)
            all.join("id", each);
    });
}

std::chrono::nanoseconds cost_of_entering(std::vector<std::string> const& names)
{
    socketio::detail::rooms<int> all;
    return support::processor_time([&] {
        for (auto const& each : names)
            all.enter(each);
    });
}

std::vector<std::string> ordinary_names(std::size_t count)
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i != count; ++i)
        names.push_back("room number " + std::to_string(100000 + i));
    return names;
}

} // namespace

TEST_CASE("rooms whose names were made to collide cost no more than others")
{
    // Were each compared with all before it, they would cost more than a hundred times as much.
    auto const bad = support::colliding_names(8192), good = ordinary_names(8192);
    CHECK(cost_of_joining(bad) < 20 * cost_of_joining(good));
    CHECK(cost_of_entering(bad) < 20 * cost_of_entering(good));
}

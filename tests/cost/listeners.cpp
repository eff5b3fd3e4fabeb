// Listeners come and go at a cost that does not depend on the others.
#include <socketio/core/emitter.hpp>

#include "counted_calls.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace {

struct call : socketio::detail::emitted {};
using emitter = socketio::detail::emitter<call>;

std::size_t cost_beside(int others)
{
    emitter e;
    for (int i = 0; i != others; ++i)
        e.on("event " + std::to_string(i), [](call&) {});
    int heard = 0;
    auto const spent = cost::calls_of([&] {
        for (int i = 0; i != 500; ++i) {
            e.on("x", [&](call&) { ++heard; }, true);
            call c;
            e.dispatch("x", c);
            auto const removed = e.on("y", [](call&) {});
            e.dispatch("z", c);
            e.off(removed);
        }
    });
    CHECK(heard == 500);
    return spent;
}

std::size_t cost_among(int others)
{
    emitter e;
    for (int i = 0; i != others; ++i)
        e.on("x", [](call&) {});
    std::vector<std::uint64_t> added;
    return cost::calls_of([&] {
        for (int i = 0; i != 2000; ++i)
            added.push_back(e.on("x", [](call&) {}, true));
        for (auto const each : added)
            e.off(each);
        for (int i = 0; i != 2000; ++i)
            e.off(e.on_any([](call&) {}, true));
    });
}

} // namespace

TEST_CASE("listeners come and go, and are called once, at a cost that does not depend on how many others there are")
{
    // In proportion to all, it would be some hundred times as much.
    CHECK(cost_beside(5000) < 4 * cost_beside(0));
}

TEST_CASE("listeners of one event come and go at a cost that does not depend on how many of it there are")
{
    CHECK(cost_among(20000) < 4 * cost_among(0));
}

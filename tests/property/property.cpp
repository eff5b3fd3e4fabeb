// Many scenarios of servers and clients, each made of a seed. SOCKETIO_PROPERTY_SEEDS says how many (200),
// SOCKETIO_PROPERTY_FIRST with which seed they begin (1), SOCKETIO_PROPERTY_SHARD "0/2" that this program runs the
// first of each two. SOCKETIO_TEST_SEED=5 runs that one alone, and shows all of it when it fails.
#include "scenario.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>

namespace property_tests {
namespace {

std::uint64_t chosen(char const* variable, std::uint64_t otherwise)
{
    char const* const text = std::getenv(variable);
    return text == nullptr || *text == '\0' ? otherwise : std::strtoull(text, nullptr, 10);
}

// What is wrong, or nothing.
std::string run_seed(std::uint64_t seed, property::counts& all, bool shows_everything)
{
    property::scenario one{seed, all};
    try {
        one.run();
    } catch (std::exception const& failed) {
        if (shows_everything)
            std::cout << one.transcript().text(socketio::testing::level::frames);
        return "seed " + std::to_string(seed) + ": " + failed.what() +
               "\nTo run it alone: SOCKETIO_TEST_SEED=" + std::to_string(seed) + " test_property\n";
    }
    return {};
}

TEST_CASE("what clients and servers promise holds in every scenario")
{
    property::counts all;
    if (auto const alone = chosen("SOCKETIO_TEST_SEED", 0); alone != 0) {
        auto const wrong = run_seed(alone, all, true);
        CHECK_MESSAGE(wrong.empty(), wrong);
        return;
    }
    auto const first = chosen("SOCKETIO_PROPERTY_FIRST", 1);
    auto const seeds = chosen("SOCKETIO_PROPERTY_SEEDS", 200);
    char const* const shard = std::getenv("SOCKETIO_PROPERTY_SHARD");
    std::uint64_t own = 0, shards = 1;
    if (shard != nullptr && *shard != '\0') {
        char* end = nullptr;
        own = std::strtoull(shard, &end, 10);
        shards = *end == '/' ? std::strtoull(end + 1, nullptr, 10) : 1;
    }
    REQUIRE(own < shards);
    int failures = 0;
    for (auto seed = first + own; seed < first + seeds && failures < 10; seed += shards) {
        auto const wrong = run_seed(seed, all, false);
        CHECK_MESSAGE(wrong.empty(), wrong);
        failures += wrong.empty() ? 0 : 1;
    }
    MESSAGE(all.emitted << " events and " << all.broadcasts << " broadcasts, " << all.arrived << " arrivals, "
                        << all.repeated << " of them again; " << all.connects << " connects, " << all.recovered
                        << " of them recovered, " << all.losses << " losses, " << all.upgrades << " upgrades; "
                        << all.faults << " faults, " << all.restarts << " restarts, " << all.timeouts << " timeouts");
    if (seeds / shards >= 100) {
        CHECK(all.recovered > 0);
        CHECK(all.upgrades > 0);
        CHECK(all.repeated > 0);
        CHECK(all.timeouts > 0);
    }
}

} // namespace
} // namespace property_tests

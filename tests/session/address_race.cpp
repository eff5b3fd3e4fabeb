#include <socketio/session/address_race.hpp>

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <vector>

namespace address_race_tests {

using namespace socketio::detail;
using namespace std::chrono_literals;
using time_point = socketio::clock::time_point;

TEST_CASE("the next address is tried a quarter of a second after the one before")
{
    address_race race{3};
    time_point const start{5s};
    CHECK(race.next(start) == 0);
    CHECK_FALSE(race.next(start));
    CHECK(race.deadline() == start + 250ms);
    CHECK_FALSE(race.next(start + 249ms));
    CHECK(race.next(start + 250ms) == 1);
    CHECK_FALSE(race.next(start + 250ms));
    CHECK(race.deadline() == start + 500ms);
    CHECK(race.next(start + 600ms) == 2);
    CHECK(race.deadline() == socketio::clock::never());
    CHECK_FALSE(race.next(start + 10s));
}

TEST_CASE("a failure lets the next one begin at once, and only one")
{
    address_race race{3};
    time_point const start{5s};
    CHECK(race.next(start) == 0);
    race.failed();
    CHECK(race.deadline() <= start);
    CHECK(race.next(start + 1ms) == 1);
    CHECK_FALSE(race.next(start + 1ms));
    CHECK(race.deadline() == start + 251ms);
    CHECK_FALSE(race.lost());
}

TEST_CASE("the race is lost when every address has failed")
{
    address_race race{2};
    time_point const start{5s};
    CHECK(race.next(start) == 0);
    CHECK(race.next(start + 250ms) == 1);
    race.failed();
    CHECK_FALSE(race.lost());
    race.failed();
    CHECK(race.lost());
    CHECK_FALSE(race.next(start + 1s));
    CHECK(address_race{0}.lost());
}

TEST_CASE("the families take turns, beginning with the resolver's first")
{
    auto const interleaved = [](std::vector<std::string> addresses) {
        interleave_families(addresses, [](std::string const& each) { return each.find(':') != std::string::npos; });
        std::string all;
        for (auto const& each : addresses)
            (all += all.empty() ? "" : " ") += each;
        return all;
    };
    CHECK(interleaved({"::1", "::2", "::3", "1.1", "2.2"}) == "::1 1.1 ::2 2.2 ::3");
    CHECK(interleaved({"1.1", "2.2", "3.3", "::1"}) == "1.1 ::1 2.2 3.3");
    CHECK(interleaved({"1.1", "2.2"}) == "1.1 2.2");
    CHECK(interleaved({}) == "");
}

} // namespace address_race_tests

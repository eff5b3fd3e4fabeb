// A server on a machine that has slept.
#include <socketio/server.hpp>

#include "sleeping_machine.hpp"
#include "support/raw_client.hpp"
#include "support/server_fixture.hpp"

#include <asio/ip/tcp.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#if defined(SOCKETIO_TESTS_SLEEP)

namespace server_tests {

using namespace std::chrono_literals;
using socketio::server_socket;
using socketio::value;

namespace {

// The guest's own timers would tell later that the machine has slept.
constexpr std::chrono::seconds soon{12};

struct sleeping_fixture : support::server_fixture {
    using support::server_fixture::server_fixture;

    template <class Predicate>
    bool until_soon(Predicate predicate)
    {
        return support::run_until(context, std::move(predicate), soon);
    }

    std::optional<server_socket> known;

    // A client that says nothing by itself, in the default namespace.
    support::raw_client quiet_guest()
    {
        io.on("connection", [this](server_socket socket) {
            known = socket;
            socket.on("disconnect", [this](std::string_view reason) { heard.note("disconnect: " + std::string(reason)); });
        });
        support::raw_client made{context, io.port()};
        REQUIRE(made.enter());
        return made;
    }
};

} // namespace

TEST_CASE("a server pings when it wakes, and loses the client that does not answer")
{
    sleeping_fixture house;
    auto guest = house.quiet_guest();
    support::sleep_machine(26s);
    REQUIRE(house.until_soon([&] { return guest.count("2") == 1; }));
    support::sleep_machine(21s);
    REQUIRE(house.until_soon([&] { return house.heard.has("disconnect: ping timeout"); }));
}

TEST_CASE("the answers that a server waited for are late when it wakes")
{
    sleeping_fixture house{{.pingInterval = 24h * 20}};
    auto guest = house.quiet_guest();
    std::vector<std::string> ends;
    house.known->timeout(1h).emit("ask", [&](std::error_code ec, value const&) { ends.push_back("one: " + ec.message()); });
    house.io.timeout(1h).emit("ask", [&](std::error_code ec, std::vector<value> const&) { ends.push_back("all: " + ec.message()); });
    REQUIRE(guest.until_heard("42", 2));
    support::sleep_machine(2h);
    REQUIRE(house.until_soon([&] { return ends.size() == 2; }));
    std::string const late = make_error_code(socketio::error::ack_timeout).message();
    CHECK(std::count(ends.begin(), ends.end(), "one: " + late) == 1);
    CHECK(std::count(ends.begin(), ends.end(), "all: " + late) == 1);
}

TEST_CASE("a server that wakes leaves connections that have come to nothing in their time")
{
    sleeping_fixture house;
    SUBCASE("without a namespace")
    {
        support::raw_client guest{house.context, house.io.port()};
        REQUIRE(guest.until_heard("0"));
        house.context.poll();
        support::sleep_machine(46s);
        CHECK(house.until_soon([&] { return guest.closed(); }));
    }
    SUBCASE("without a request")
    {
        asio::ip::tcp::socket silent{house.context};
        silent.connect({asio::ip::address_v4::loopback(), house.io.port()});
        bool ended = false;
        char room[1];
        silent.async_read_some(asio::buffer(room), [&](std::error_code, std::size_t) { ended = true; });
        support::raw_client later{house.context, house.io.port()}; // is accepted after it
        REQUIRE(later.until_heard("0"));
        support::sleep_machine(11s);
        CHECK(house.until_soon([&] { return ended; }));
    }
}

} // namespace server_tests
#endif

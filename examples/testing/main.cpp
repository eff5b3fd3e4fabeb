// Its tests with doctest: no port, no sleep, no second of waiting. Needs no server.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <socketio/testing.hpp>
#include <socketio/testing/doctest.hpp>
#include "thermostat.hpp"
using namespace std::chrono_literals;

thermostat make_device(socketio::testing::world& world)
{
    world.server().on("connection", [](socketio::server_socket socket) {
        socket.on("reading", [](double, socketio::ack taken) { taken(); });
    });
    return {world.context(), "http://server", thermostat::patient(world.options("device")), [] { return 21.5; }};
}

TEST_CASE("no reading gets lost behind a dead link")
{
    socketio::testing::world world{socketio::testing::seed_from_environment(1)};
    auto device = make_device(world);
    SOCKETIO_CHECK(world.expect("server").receives("reading", 21.5).within(1s));
    world.run(); // the answer comes back
    world.links("device", "server").partition();
    world.advance(10min); // pings, timeouts and reconnections happen, in milliseconds of real time
    CHECK(device.unreported == 10);
    world.links("device", "server").repair();
    world.run_until([&] { return device.unreported == 0; }, 5min);
}

TEST_CASE("whatever fails, and whenever, all readings arrive")
{
    auto const all_arrive = [](socketio::testing::world& world) {
        auto device = make_device(world);
        world.advance(5min);
        world.run_until([&] { return device.unreported == 0; }, 5min);
    };
    SOCKETIO_CHECK(socketio::testing::fail_each(all_arrive));
    SOCKETIO_CHECK(socketio::testing::explore(50, all_arrive));
}

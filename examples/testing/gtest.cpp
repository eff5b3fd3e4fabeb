// Another of its tests, with GoogleTest.
#include <gtest/gtest.h>
#include <socketio/testing.hpp>
#include <socketio/testing/gtest.hpp>
#include "thermostat.hpp"
using namespace std::chrono_literals;

TEST(Thermostat, ObeysTheServer)
{
    socketio::testing::world world;
    auto& io = world.server();
    thermostat device{world.context(), "http://server", world.options("device"), [] { return 21.5; }};
    SOCKETIO_REQUIRE(world.expect(io).receives("reading", 21.5).within(1s));
    io.emit("target", 18.5);
    SOCKETIO_REQUIRE(world.expect(device.socket).receives("target", 18.5).within(1s));
    EXPECT_EQ(device.target, 18.5);
}

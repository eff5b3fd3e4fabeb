// The kit's assertions with GoogleTest. "fails" is run by itself, and has to fail with these words.
#include <gtest/gtest.h>

#include <socketio/testing.hpp>
#include <socketio/testing/gtest.hpp>

using namespace std::chrono_literals;

TEST(kit, holds)
{
    socketio::testing::world world;
    auto& io = world.server();
    auto socket = world.client();
    socket.emit("reading", 1);
    SOCKETIO_REQUIRE(world.expect(io).receives("reading", 1).within(1s));
    SOCKETIO_CHECK(world.expect(io).no_events_for(1s));
}

TEST(kit, fails)
{
    socketio::testing::world world;
    SOCKETIO_CHECK(world.expect(world.server()).connects().within(1s));
    SOCKETIO_REQUIRE(world.expect(world.server()).receives("reading", 1).within(1s));
    FAIL() << "SOCKETIO_REQUIRE has gone on";
}

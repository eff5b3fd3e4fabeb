// The kit's assertions with Catch2, version 2 or 3. "fails" is run by itself, and has to fail with these words.
#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif

#include <socketio/testing.hpp>
#include <socketio/testing/catch2.hpp>

using namespace std::chrono_literals;

TEST_CASE("holds")
{
    socketio::testing::world world;
    auto& io = world.server();
    auto socket = world.client();
    socket.emit("reading", 1);
    SOCKETIO_REQUIRE(world.expect(io).receives("reading", 1).within(1s));
    SOCKETIO_CHECK(world.expect(io).no_events_for(1s));
}

TEST_CASE("fails")
{
    socketio::testing::world world;
    SOCKETIO_CHECK(world.expect(world.server()).connects().within(1s));
    SOCKETIO_REQUIRE(world.expect(world.server()).receives("reading", 1).within(1s));
    FAIL("SOCKETIO_REQUIRE has gone on");
}

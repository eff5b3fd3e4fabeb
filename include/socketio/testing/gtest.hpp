// Expectations as assertions of GoogleTest, with the caller's file and line. Include <gtest/gtest.h> first.
// GoogleTest's own namespace is ::testing: write socketio::testing where both are visible.
#pragma once

#include <socketio/testing/failure.hpp>

// Goes on behind a failure.
#define SOCKETIO_CHECK(...)                                                                                            \
    do {                                                                                                               \
        ::socketio::testing::result const socketio_result = (__VA_ARGS__);                                             \
        EXPECT_TRUE(static_cast<bool>(socketio_result)) << socketio_result.message();                                  \
    } while (false)

// Ends the function, which returns nothing.
#define SOCKETIO_REQUIRE(...)                                                                                          \
    do {                                                                                                               \
        ::socketio::testing::result const socketio_result = (__VA_ARGS__);                                             \
        ASSERT_TRUE(static_cast<bool>(socketio_result)) << socketio_result.message();                                  \
    } while (false)

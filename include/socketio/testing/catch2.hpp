// Expectations as assertions of Catch2, version 2 or 3, with the caller's file and line. Include Catch2's header first.
#pragma once

#include <socketio/testing/failure.hpp>

// Goes on behind a failure.
#define SOCKETIO_CHECK(...)                                                                                            \
    do {                                                                                                               \
        ::socketio::testing::result const socketio_result = (__VA_ARGS__);                                             \
        bool const holds_as_expected = static_cast<bool>(socketio_result);                                             \
        INFO(socketio_result.message());                                                                               \
        CHECK(holds_as_expected);                                                                                      \
    } while (false)

// Ends the test case.
#define SOCKETIO_REQUIRE(...)                                                                                          \
    do {                                                                                                               \
        ::socketio::testing::result const socketio_result = (__VA_ARGS__);                                             \
        bool const holds_as_expected = static_cast<bool>(socketio_result);                                             \
        INFO(socketio_result.message());                                                                               \
        REQUIRE(holds_as_expected);                                                                                    \
    } while (false)

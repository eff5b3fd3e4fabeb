// Expectations as assertions of doctest, with the caller's file and line. Include <doctest/doctest.h> first.
#pragma once

#include <socketio/testing/failure.hpp>

// Goes on behind a failure.
#define SOCKETIO_CHECK(...)                                                                                            \
    do {                                                                                                               \
        ::socketio::testing::result const socketio_result = (__VA_ARGS__);                                             \
        bool const holds_as_expected = static_cast<bool>(socketio_result);                                             \
        DOCTEST_CHECK_MESSAGE(holds_as_expected, socketio_result.message());                                           \
    } while (false)

// Ends the test case.
#define SOCKETIO_REQUIRE(...)                                                                                          \
    do {                                                                                                               \
        ::socketio::testing::result const socketio_result = (__VA_ARGS__);                                             \
        bool const holds_as_expected = static_cast<bool>(socketio_result);                                             \
        DOCTEST_REQUIRE_MESSAGE(holds_as_expected, socketio_result.message());                                         \
    } while (false)

#include <socketio/net/asio.hpp>

#include <doctest/doctest.h>

#include <asio/error.hpp>

using socketio::detail::is_cut_off;

TEST_CASE("a connection that the other side has left is known by every system's words for it")
{
    CHECK(is_cut_off(asio::error::eof));
    CHECK(is_cut_off(asio::error::connection_reset));
    CHECK(is_cut_off(asio::error::connection_aborted)); // Windows
    CHECK(is_cut_off(asio::error::broken_pipe));
}

TEST_CASE("an operation that was cancelled or took too long is not a connection that the other side has left")
{
    CHECK_FALSE(is_cut_off({}));
    CHECK_FALSE(is_cut_off(asio::error::operation_aborted));
    CHECK_FALSE(is_cut_off(asio::error::timed_out));
    CHECK_FALSE(is_cut_off(asio::error::connection_refused));
}

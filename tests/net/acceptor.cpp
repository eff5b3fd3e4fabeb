#include <socketio/net/acceptor.hpp>

#include <doctest/doctest.h>

#include <asio/error.hpp>
#include <asio/io_context.hpp>

#include <cerrno>
#include <memory>
#include <system_error>

using socketio::detail::is_exhausted;
using socketio::detail::acceptor;

TEST_CASE("an acceptor that cannot accept for want of descriptors or memory waits, whether of the process or of the system")
{
    CHECK(is_exhausted(asio::error::no_descriptors));
    CHECK(is_exhausted(asio::error::no_buffer_space));
    CHECK(is_exhausted(asio::error::no_memory));
#if defined(ENFILE) && !defined(_WIN32)
    CHECK(is_exhausted({ENFILE, asio::error::get_system_category()}));
    CHECK_FALSE(is_exhausted({ENFILE, asio::error::get_misc_category()}));
#endif
}

TEST_CASE("a connection that has gone before it was accepted is no reason to wait")
{
    CHECK_FALSE(is_exhausted({}));
    CHECK_FALSE(is_exhausted(asio::error::connection_aborted));
    CHECK_FALSE(is_exhausted(asio::error::connection_reset));
}

TEST_CASE("a port is free again as soon as its acceptor is closed, and not before")
{
    asio::io_context context;
    auto const first = std::make_shared<acceptor>(context.get_executor());
    REQUIRE_FALSE(first->open("127.0.0.1", 0));
    auto const second = std::make_shared<acceptor>(context.get_executor());
    CHECK(second->open("127.0.0.1", first->port()) == asio::error::address_in_use);
    first->close();
    CHECK_FALSE(second->open("127.0.0.1", first->port()));
    second->close();
}

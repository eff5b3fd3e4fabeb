#include "support/ask.hpp"
#include "support/peer.hpp"
#include "support/run_until.hpp"

#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <stdexcept>

namespace run_until_tests {

using namespace std::chrono_literals;

TEST_CASE("run_until stops after the handler that makes its predicate true")
{
    asio::io_context context;
    int handled = 0;
    for (int i = 0; i < 3; ++i)
        asio::post(context, [&] { ++handled; });
    CHECK(support::run_until(context, [&] { return handled == 2; }));
    CHECK(handled == 2);
    CHECK_FALSE(support::run_until(context, [&] { return handled == 4; }, 20ms));
    CHECK(handled == 3);
}

TEST_CASE("run_out is true only when the context has no work left")
{
    asio::io_context context;
    asio::steady_timer timer(context, 1h);
    bool cancelled = false;
    timer.async_wait([&](auto error) { cancelled = static_cast<bool>(error); });
    CHECK_FALSE(support::run_out(context, 20ms));
    timer.cancel();
    CHECK(support::run_out(context));
    CHECK(cancelled);
}

TEST_CASE("a peer is asked while the context runs")
{
    asio::io_context context;
    support::raw_server server("{}");
    asio::ip::tcp::socket socket(context);
    asio::post(context, [&] { socket.connect({asio::ip::address_v4::loopback(), server.port()}); });
    CHECK(support::await_entry(context, server, "tcp open", "connection") == "0");
    CHECK_THROWS_AS(support::ask(context, server, R"({"do":"wait","what":"never"})", 20ms), std::runtime_error);
}

} // namespace run_until_tests

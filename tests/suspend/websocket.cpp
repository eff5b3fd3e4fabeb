// Plain WebSocket on a machine that has slept.
#include <socketio/websocket.hpp>

#include "sleeping_machine.hpp"
#include "support/run_until.hpp"

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#if defined(SOCKETIO_TESTS_SLEEP)

namespace websocket_tests {

using namespace std::chrono_literals;
using socketio::websocket;
using socketio::websocket_close;

namespace {

struct sleeping_pair {
    asio::io_context context;
    std::optional<websocket_close> ended;

    std::string url(std::uint16_t port) const { return "ws://127.0.0.1:" + std::to_string(port) + "/"; }
    void follow(websocket& socket)
    {
        socket.on_close([this](websocket_close const& how) { ended = how; });
    }
};

} // namespace

TEST_CASE_FIXTURE(sleeping_pair, "a WebSocket that was being opened is given up when the machine wakes")
{
    asio::ip::tcp::acceptor silent{context, {asio::ip::address_v4::loopback(), 0}};
    asio::ip::tcp::socket taken{context};
    bool reached = false;
    silent.async_accept(taken, [&](std::error_code) { reached = true; });
    websocket socket{context, url(silent.local_endpoint().port()), {.timeout = 1h}};
    follow(socket);
    REQUIRE(support::run_until(context, [&] { return reached; }));
    support::sleep_machine(2h);
    REQUIRE(support::run_until(context, [&] { return ended.has_value(); }));
    CHECK(ended->error == socketio::error::timeout);
}

TEST_CASE_FIXTURE(sleeping_pair, "a WebSocket that was being closed is closed when the machine wakes")
{
    // The server's side reads nothing, so that it does not answer.
    socketio::websocket_server server{context, 0, {.address = "127.0.0.1"}};
    std::optional<websocket> other;
    server.on_connection([&](websocket socket, socketio::websocket_request const&) {
        socket.pause();
        other = std::move(socket);
    });
    websocket socket{context, url(server.port()), {.close_timeout = 1h}};
    follow(socket);
    bool open = false;
    socket.on_open([&] { open = true; });
    REQUIRE(support::run_until(context, [&] { return open && other; }));
    socket.close();
    context.poll();
    CHECK_FALSE(ended);
    support::sleep_machine(2h);
    REQUIRE(support::run_until(context, [&] { return ended.has_value(); }));
}

TEST_CASE_FIXTURE(sleeping_pair, "a server of WebSocket that wakes leaves clients that have not asked in their time")
{
    socketio::websocket_server server{context, 0, {.address = "127.0.0.1", .timeout = 1h}};
    asio::ip::tcp::socket silent{context};
    silent.connect({asio::ip::address_v4::loopback(), server.port()});
    char room[1];
    bool left = false;
    silent.async_read_some(asio::buffer(room), [&](std::error_code, std::size_t) { left = true; });
    websocket later{context, url(server.port())}; // is accepted after it
    bool open = false;
    later.on_open([&] { open = true; });
    REQUIRE(support::run_until(context, [&] { return open; }));
    support::sleep_machine(2h);
    REQUIRE(support::run_until(context, [&] { return left; }));
}

} // namespace websocket_tests
#endif

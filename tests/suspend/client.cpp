// A client on a machine that has slept. Its server is another machine's: it went on.
#include <socketio/client.hpp>

#include "sleeping_machine.hpp"
#include "support/client.hpp"
#include "support/peer.hpp"

#include <asio/ip/tcp.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <system_error>

#if defined(SOCKETIO_TESTS_SLEEP)

namespace client_tests {

using namespace std::chrono_literals;
using support::client_test;
using support::script;

namespace {

// No timer that was set for less may tell that the machine has slept.
socketio::options patient(socketio::options from)
{
    from.timeout = 1h;
    return from;
}

} // namespace

TEST_CASE_FIXTURE(client_test, "a client that has slept through its heartbeat reconnects when it wakes, though nobody emits")
{
    script first;
    first.open().accept();
    script second;
    second.open().accept("S2");
    support::raw_server server(support::plans(first, second));
    auto socket = socketio::io(context, server.url(), patient(support::quick()));
    heard.follow(socket);
    REQUIRE(until_heard("connect"));
    support::sleep_machine(1h);
    REQUIRE(until_heard("reconnect: 1"));
    CHECK(heard.has("disconnect: ping timeout"));
}

TEST_CASE_FIXTURE(client_test, "a client that has slept through the wait before an attempt makes it when it wakes")
{
    support::silent_port port(context);
    socketio::options options = patient({});
    options.reconnectionDelay = options.reconnectionDelayMax = 1h;
    options.randomizationFactor = 0;
    auto socket = socketio::io(context, port.url(), options);
    heard.follow(socket.io());
    for (int attempt = 1; attempt <= 3; ++attempt) {
        REQUIRE(until([&] { return heard.count("error") == attempt; }));
        context.poll();
        support::sleep_machine(2h);
        REQUIRE(until_heard("manager reconnect_attempt: " + std::to_string(attempt)));
    }
}

TEST_CASE_FIXTURE(client_test, "what a client was waiting for ends when it wakes too late for it")
{
    script quiet;
    quiet.open(R"({"pingInterval":86000000})").accept().expect("42");
    support::raw_server server(support::plans(quiet));
    auto socket = socketio::io(context, server.url(), patient(support::once_only()));
    REQUIRE(until_connected(socket));
    socket.timeout(1h).emit("ask", note_answer("answer"));
    socket.async_next("news", 1h, [this](std::error_code ec, socketio::value const&) { heard.note("news: " + ec.message()); });
    context.poll();
    support::sleep_machine(2h);
    REQUIRE(until([&] { return heard.count_of("answer: ") == 1 && heard.count_of("news: ") == 1; }));
    CHECK(heard.has("answer: " + make_error_code(socketio::error::ack_timeout).message()));
    CHECK(socket.connected());
}

TEST_CASE_FIXTURE(client_test, "a client that dials a silent server gives up when it wakes")
{
    asio::ip::tcp::acceptor silent(context, {asio::ip::address_v4::loopback(), 0});
    auto const url = "http://127.0.0.1:" + std::to_string(silent.local_endpoint().port());
    auto socket = socketio::io(context, url, patient(support::once_only()));
    heard.follow(socket);
    asio::ip::tcp::socket taken(context);
    bool reached = false;
    silent.async_accept(taken, [&](std::error_code) { reached = true; });
    REQUIRE(until([&] { return reached; }));
    support::sleep_machine(2h);
    REQUIRE(until([&] { return heard.count_of("connect_error: ") == 1; }));
}

} // namespace client_tests
#endif

// context.run() returns by itself when nothing is wanted any more: no timer and no stream is left behind.
#include <socketio/client.hpp>

#include <doctest/doctest.h>

#include "support/client.hpp"
#include "support/loop_server.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace {

using namespace std::chrono_literals;

// What ends it: each leaves nothing to wait for.
template <class End>
void returns_after(support::loop_plan plan, bool (*reached)(support::loop_state const&), End end, socketio::options settings)
{
    support::loop_thread server(std::move(plan));
    asio::io_context context;
    auto socket = socketio::io(context, server.url(), std::move(settings));
    CHECK(support::run_until(context, [&] { return reached(server.counts()); }));
    end(socket);
    CHECK(support::run_out(context));
    CHECK((!socket || !socket.connected()));
}

// Hours, so that a timer which is left behind is not mistaken for an end.
socketio::options patient()
{
    socketio::options made;
    made.timeout = 1h;
    made.close_timeout = 1h;
    made.reconnectionDelay = 1h;
    made.reconnectionDelayMax = 1h;
    return made;
}

void disconnect(socketio::socket& socket) { socket.disconnect(); }
void let_go(socketio::socket& socket) { socket = {}; }
void close_manager(socketio::socket& socket) { socket.io().close(); }

constexpr void (*ends[])(socketio::socket&) = {disconnect, let_go, close_manager};

} // namespace

TEST_CASE("run() returns when the connection is given up, at whatever stage it is")
{
    for (auto const end : ends) {
        auto const accepted = [](support::loop_state const& seen) { return seen.accepted == 1; };
        auto const upgraded = [](support::loop_state const& seen) { return seen.upgraded == 1; };
        auto const connected = [](support::loop_state const& seen) { return seen.connected == 1; };
        auto const always = [](support::loop_state const&) { return true; };
        returns_after({}, always, end, patient());
        returns_after({.until = support::serves::nothing}, accepted, end, patient());
        returns_after({}, accepted, end, patient());
        returns_after({}, upgraded, end, patient());
        returns_after({}, connected, end, patient());
    }
}

TEST_CASE("run() returns after close_timeout when the server never answers the closing handshake")
{
    auto settings = patient();
    settings.close_timeout = 30ms;
    auto const upgraded = [](support::loop_state const& seen) { return seen.upgraded == 1; };
    auto const connected = [](support::loop_state const& seen) { return seen.connected == 1; };
    for (auto const end : ends) {
        support::steady::time_point const start = support::steady::now();
        returns_after({.deaf_when_connected = true}, connected, end, settings);
        CHECK(support::steady::now() - start < 10s);
        returns_after({.until = support::serves::upgrade}, upgraded, end, settings);
    }
}

TEST_CASE("run() returns after close_timeout when the server does not read what is still to be written")
{
    auto settings = patient();
    settings.close_timeout = 30ms;
    auto const connected = [](support::loop_state const& seen) { return seen.connected == 1; };
    for (auto const end : ends)
        returns_after({.deaf_when_connected = true}, connected, [end](socketio::socket& socket) {
            socket.emit("large", std::string(32 * 1024 * 1024, 'x'));
            end(socket);
        }, settings);
}

TEST_CASE("run() returns while the next attempt is an hour away")
{
    support::loop_thread server;
    for (auto const end : ends) {
        asio::io_context context;
        auto socket = socketio::io(context, server.url(), patient());
        bool lost = false;
        socket.on("disconnect", [&] { lost = true; });
        socket.emit("drop");
        CHECK(support::run_until(context, [&] { return lost; }));
        CHECK(socket.active());
        end(socket);
        CHECK(support::run_out(context));
    }
}

TEST_CASE("run() returns when the last attempt has failed")
{
    asio::io_context context;
    support::silent_port const nobody(context);
    auto settings = support::quick();
    settings.reconnectionAttempts = 2;
    auto const socket = socketio::io(context, nobody.url(), settings);
    CHECK(support::run_out(context));
    auto const other = socketio::io(context, nobody.url(), support::once_only());
    CHECK(support::run_out(context));
    auto const impossible = socketio::io(context, "no://url at all");
    CHECK(support::run_out(context));
    CHECK_FALSE(impossible.active());
}

TEST_CASE("run() returns when the server has sent the socket away, and goes on at connect()")
{
    support::loop_thread server;
    asio::io_context context;
    int connects = 0;
    auto socket = socketio::io(context, server.url(), patient());
    socket.on("connect", [&] {
        ++connects;
        socket.emit("kick");
    });
    CHECK(support::run_out(context));
    CHECK(connects == 1);
    socket.connect();
    CHECK(support::run_out(context));
    CHECK(connects == 2);
}

TEST_CASE("what was emitted before disconnect() arrives, however much it is")
{
    support::loop_thread server;
    asio::io_context context;
    auto socket = socketio::io(context, server.url(), patient());
    socket.on("connect", [&] {
        for (int i = 0; i != 1000; ++i)
            socket.emit("note", i, std::string(3000, 'x'));
        socket.disconnect();
    });
    CHECK(support::run_out(context));
    CHECK(server.counts().events == 1000);
    CHECK(server.counts().disconnected == 1);
}

TEST_CASE("a manager without sockets leaves nothing behind either")
{
    support::loop_thread server;
    asio::io_context context;
    {
        socketio::manager const manager{context, server.url(), patient()};
        CHECK(support::run_until(context, [&] { return server.counts().upgraded == 1; }));
    }
    CHECK(support::run_out(context));
}

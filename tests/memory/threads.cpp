// A thread that the system refuses ends one attempt.
#include <socketio/client.hpp>
#include <socketio/server.hpp>
#include <socketio/websocket.hpp>

#include <doctest/doctest.h>

#include "memory/failing_threads.hpp"

#include <asio/error.hpp>
#include <asio/io_context.hpp>

#include <optional>
#include <string>

using namespace std::chrono_literals;

TEST_CASE("a resolver that cannot start its thread is a connect_error, and the next attempt succeeds with one")
{
    asio::io_context context;
    socketio::server server{context, 0, {.address = "127.0.0.1"}};
    auto const url = "http://localhost:" + std::to_string(server.port());
    auto client = socketio::io(context, url, {.reconnectionDelay = 1ms});
    std::optional<memory::no_threads> none{std::in_place};
    std::error_code why;
    bool connected = false;
    client.on("connect_error", [&](socketio::connect_error const& error) {
        why = error.code();
        CHECK(none->refused() == 1);
        none.reset();
    });
    client.on("connect", [&] {
        connected = true;
        client.disconnect();
        server.close();
    });
    context.run();
    CHECK(why == asio::error::try_again);
    CHECK(connected);
}

TEST_CASE("a plain WebSocket whose resolver cannot start its thread ends with an error")
{
    asio::io_context context;
    memory::no_threads const none;
    socketio::websocket socket{context, "ws://localhost:9"};
    std::error_code why;
    socket.on_close([&](socketio::websocket_close const& how) { why = how.error; });
    context.run();
    CHECK(none.refused() == 1);
    CHECK(why == asio::error::try_again);
}

// A client that polls, with and without its move to WebSocket, and its server, while an allocation fails.
#include "memory/conversation.hpp"

#include <doctest/doctest.h>

TEST_CASE("whichever allocation fails, a client that polls alone and its server work afterwards, and nothing leaks")
{
    memory::fail_each_allocation(
        [] { return std::make_unique<memory::conversation>(socketio::options{.transports = {"polling"}, .upgrade = false}); });
}

TEST_CASE("whichever allocation fails, a client that moves from polling to WebSocket and its server work afterwards")
{
    memory::fail_each_allocation(
        [] { return std::make_unique<memory::conversation>(socketio::options{.transports = {"polling", "websocket"}}); });
}

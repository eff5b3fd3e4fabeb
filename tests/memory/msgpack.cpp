// The conversation in MessagePack: by WebSocket, and by long-polling where it is base64.
#include <socketio/msgpack.hpp>

#include "memory/conversation.hpp"

#include <doctest/doctest.h>

TEST_CASE("whichever allocation fails, client and server with MessagePack work afterwards, and nothing leaks")
{
    memory::fail_each_allocation(
        [] { return std::make_unique<memory::conversation>(socketio::options{.parser = socketio::msgpack_parser}); });
}

TEST_CASE("whichever allocation fails, a client that polls and its server with MessagePack work afterwards")
{
    memory::fail_each_allocation([] {
        return std::make_unique<memory::conversation>(
            socketio::options{.transports = {"polling"}, .parser = socketio::msgpack_parser});
    });
}

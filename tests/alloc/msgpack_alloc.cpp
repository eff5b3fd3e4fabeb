// Once a conversation has its stride, a client with the parser of MessagePack allocates nothing for another event.
// (server_alloc.cpp looks at the server.)
#include <socketio/msgpack.hpp>

#include "other_side.hpp"

int main()
{
    other_side server{socketio::msgpack_parser, true};
    std::size_t const before = allocations;
    conversation both{server.url(), {.reconnection = false, .parser = socketio::msgpack_parser}, true};
    check(allocations != before, "connecting allocates, so counting works");
    converse_steadily(both);
    return failed ? 1 : 0;
}

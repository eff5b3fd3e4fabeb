// What a client keeps of a server's large events. This machine's Socket.IO server is this library's own.
#include <socketio/client.hpp>
#include <socketio/msgpack.hpp>

#include "support/heap.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace client_memory_tests {

namespace {

// Behind a program's other work, so that only the client's memory changes.
std::size_t used_after_large_event(std::shared_ptr<socketio::packet_parser const> const& parser, bool sends_large)
{
    support::server_fixture house{{.maxHttpBufferSize = 4'000'000, .parser = parser}};
    auto client = house.guest("", {.parser = parser});
    client.on("news", [&](socketio::args const& all) { house.heard.note("news " + std::to_string(all[0].size())); });
    std::size_t const count = sends_large ? 200'000 : 2;
    house.io.emit("news", std::vector<int>(count, 1));
    REQUIRE(house.until_heard("news " + std::to_string(count)));
    house.io.emit("news", std::vector<int>(1));
    REQUIRE(house.until_heard("news 1"));
    REQUIRE(house.in_step(client));
    return support::heap::used.load();
}

} // namespace

TEST_CASE("a client keeps little of the memory that a large event needed, whichever parser it has")
{
    for (std::shared_ptr<socketio::packet_parser const> const& parser :
         {std::shared_ptr<socketio::packet_parser const>{}, std::shared_ptr<socketio::packet_parser const>{socketio::msgpack_parser}}) {
        CAPTURE(static_cast<bool>(parser));
        std::size_t const before = used_after_large_event(parser, false);
        CHECK(used_after_large_event(parser, true) < before + 1'500'000); // the values took 3,200,000
    }
}

} // namespace client_memory_tests

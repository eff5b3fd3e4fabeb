// Client and server in one world, whose clock and chance the test holds: nothing is waited for.
#include <doctest/doctest.h>

#include <socketio/testing.hpp>
#include <socketio/testing/doctest.hpp>

#include "support/client.hpp"
#include "support/memory_stream.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

struct virtual_fixture {
    explicit virtual_fixture(socketio::server_options options = {}, std::uint64_t seed = 1)
        : world{seed}, io{world.server("server", std::move(options))}
    {
    }

    // When connects began.
    std::vector<std::chrono::nanoseconds> attempts() const
    {
        std::vector<std::chrono::nanoseconds> all;
        for (auto const& each : world.transcript().happenings())
            if (each.meaning.starts_with("connects to"))
                all.push_back(each.arrived);
        return all;
    }

    support::diary heard;
    socketio::testing::world world;
    socketio::server& io;
};

// A conversation with a mask in every frame, ids of sessions and sockets, a key and a delay with jitter.
std::string conversation(std::uint64_t seed)
{
    virtual_fixture house{{.connectionStateRecovery = socketio::connection_state_recovery{}}, seed};
    house.io.on("connection", [](socketio::server_socket socket) {
        socket.on("add", [](int a, int b, socketio::ack reply) { reply(a + b); });
        socket.emit("hello");
    });
    auto socket = house.world.client();
    int answers = 0;
    socket.on("connect", [&] {
        socket.emit("add", 1, 2, [&](int) {
            if (++answers == 1)
                house.world.links().reset();
        });
    });
    house.world.run_until([&] { return answers == 2; }, 1h);
    socket.disconnect();
    house.world.run();
    return house.world.transcript().text(socketio::testing::level::bytes);
}

} // namespace

TEST_CASE("a connection is made while time stands still")
{
    virtual_fixture house;
    auto socket = house.world.client();
    house.world.run();
    CHECK(socket.connected());
    CHECK(house.world.now() == 0s);
}

TEST_CASE("the server pings when its interval has passed, and misses the answer when pingTimeout has, too")
{
    virtual_fixture house{{.pingInterval = 25s, .pingTimeout = 20s}};
    std::vector<std::chrono::nanoseconds> pings;
    house.io.on("connection", [&](socketio::server_socket socket) {
        socket.on("disconnect", [&](std::string_view reason) { house.heard.note(std::string{reason}); });
    });
    auto socket = house.world.client("http://server", {.reconnection = false});
    socket.io().on("ping", [&] { pings.push_back(house.world.now()); });
    house.world.run_until([&] { return pings.size() == 3; }, 80s);
    CHECK(pings == std::vector<std::chrono::nanoseconds>{25s, 50s, 75s});
    CHECK(socket.connected());
}

TEST_CASE("a client that hears nothing for pingInterval and pingTimeout comes back after its delay")
{
    virtual_fixture house{{.pingInterval = 25s, .pingTimeout = 20s}};
    auto socket = house.world.client("http://server", {.reconnectionDelay = 3s, .randomizationFactor = 0});
    house.world.run();
    REQUIRE(socket.connected());
    house.world.links().drop_connects(10).half_open();
    SOCKETIO_CHECK(house.world.expect(socket).disconnected_with("ping timeout").within(1min));
    CHECK(house.world.now() == 45s);
    house.world.run_until([&] { return house.attempts().size() == 4; });
    CHECK(house.attempts() == std::vector<std::chrono::nanoseconds>{0s, 48s, 53s, 58s}); // at most 5 s each
}

TEST_CASE("an acknowledgement is given up when its time has passed, by either side")
{
    virtual_fixture house;
    house.io.on("connection", [&](socketio::server_socket socket) {
        socket.timeout(7s).emit("quiet", [&](std::error_code ec) {
            CHECK(ec == socketio::error::ack_timeout);
            house.heard.note("server after " + std::to_string(house.world.now() / 1s) + " s");
        });
        house.io.timeout(9s).emitWithAck("quiet", [&](std::error_code ec, std::vector<socketio::value>) {
            CHECK(ec == socketio::error::ack_timeout);
            house.heard.note("broadcast after " + std::to_string(house.world.now() / 1s) + " s");
        });
    });
    auto socket = house.world.client();
    std::vector<socketio::ack> kept;
    socket.on("quiet", [&](socketio::ack reply) { kept.push_back(std::move(reply)); });
    socket.timeout(5s).emit("quiet", [&](std::error_code ec) {
        CHECK(ec == socketio::error::ack_timeout);
        house.heard.note("client after " + std::to_string(house.world.now() / 1s) + " s");
    });
    house.world.run_until([&] { return house.heard.count_of("broadcast") == 1; }, 20s);
    CHECK(house.heard.text() == "client after 5 s | server after 7 s | broadcast after 9 s");
}

TEST_CASE("a client that does not join a namespace is closed after connectTimeout")
{
    virtual_fixture house{{.connectTimeout = 45s}};
    socketio::testing::scripted_client silent{house.world, "http://server"};
    silent.script().upgrade().expect_open().within(10min).lenient().expect_end();
    house.world.run();
    CHECK(house.io.engine().clientsCount() == 1);
    house.world.run_until([&] { return house.io.engine().clientsCount() == 0; });
    CHECK(house.world.now() == 45s);
    house.world.run_until([&] { return silent.done(); });
}

TEST_CASE("the time of day is the source's: of handshakes, and of HTTP's Date")
{
    virtual_fixture house;
    std::string issued;
    house.io.on("connection", [&](socketio::server_socket socket) { issued = socket.handshake().time; });
    house.world.advance(1h);
    auto socket = house.world.client();
    house.world.run();
    CHECK(issued == "Tue Jan 01 2030 01:00:00 GMT+0000");
    auto const ends = support::memory_stream::pair(house.world.context());
    house.io.accept(ends.second, "GET / HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n");
    std::string answer(4096, '\0');
    ends.first->async_read_some(asio::buffer(answer), [](std::error_code, std::size_t) {});
    house.world.run();
    CHECK(answer.find("Date: Tue, 01 Jan 2030 01:00:00 GMT") != std::string::npos);
}

TEST_CASE("two runs with one seed are equal byte for byte, and two with different ones are not")
{
    auto const first = conversation(3);
    CHECK(first == conversation(3));
    CHECK(first != conversation(4));
}

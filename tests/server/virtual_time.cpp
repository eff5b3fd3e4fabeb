// Client and server in one context whose clock and dice the test holds: nothing is waited for.
#include <socketio/client.hpp>
#include <socketio/server.hpp>

#include "support/client.hpp"
#include "support/hand_turned_sources.hpp"
#include "support/memory_stream.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

// A stream that writes down what passes, in both directions.
class tapped_stream final : public socketio::byte_stream {
public:
    tapped_stream(std::shared_ptr<socketio::byte_stream> below, std::shared_ptr<std::string> transcript)
        : below_{std::move(below)}, transcript_{std::move(transcript)}
    {
    }

    void async_read_some(asio::mutable_buffer into, handler done) override
    {
        below_->async_read_some(into, [into, done = std::move(done), to = transcript_](std::error_code ec, std::size_t count) mutable {
            to->append("<").append(static_cast<char const*>(into.data()), count);
            done(ec, count);
        });
    }
    void async_write(asio::const_buffer from, handler done) override
    {
        transcript_->append(">").append(static_cast<char const*>(from.data()), from.size());
        below_->async_write(from, std::move(done));
    }
    void shutdown_send() noexcept override { below_->shutdown_send(); }
    void close() noexcept override { below_->close(); }

private:
    std::shared_ptr<socketio::byte_stream> below_;
    std::shared_ptr<std::string> transcript_;
};

struct virtual_fixture {
    explicit virtual_fixture(socketio::server_options options = {}, std::uint64_t seed = 1)
        : world{seed}, io{world.context, std::move(options)}
    {
    }

    socketio::socket client(socketio::options options = {})
    {
        options.forceNew = true;
        options.network.stream_factory = [this](socketio::stream_request const&, socketio::stream_answer answer) {
            attempts.push_back(world.since_start());
            if (refusing) {
                answer(make_error_code(std::errc::connection_refused), nullptr);
                return;
            }
            auto const ends = support::memory_stream::pair(world.context);
            last = ends.first;
            io.accept(ends.second);
            answer({}, std::make_shared<tapped_stream>(ends.first, transcript));
        };
        return socketio::io(world.context, "http://server", std::move(options));
    }

    support::diary heard;
    support::hand_turned_context world;
    socketio::server io;
    std::shared_ptr<std::string> transcript = std::make_shared<std::string>();
    std::shared_ptr<support::memory_stream> last;
    std::vector<std::chrono::nanoseconds> attempts;
    bool refusing = false;
};

// A conversation with a mask in every frame, ids of sessions and sockets, a key and a delay with jitter.
std::string conversation(std::uint64_t seed)
{
    virtual_fixture house{{.connectionStateRecovery = socketio::connection_state_recovery{}}, seed};
    house.io.on("connection", [](socketio::server_socket socket) {
        socket.on("add", [](int a, int b, socketio::ack reply) { reply(a + b); });
        socket.emit("hello");
    });
    auto socket = house.client();
    int answers = 0;
    socket.on("connect", [&] {
        socket.emit("add", 1, 2, [&](int) {
            if (++answers == 1)
                house.last->close();
        });
    });
    CHECK(house.world.run_until([&] { return answers == 2; }, 1h));
    socket.disconnect();
    house.world.settle();
    return *house.transcript + std::to_string(house.attempts.at(1).count());
}

} // namespace

TEST_CASE("a connection is made while time stands still")
{
    virtual_fixture house;
    auto socket = house.client();
    house.world.settle();
    CHECK(socket.connected());
    CHECK(house.world.since_start() == 0s);
}

TEST_CASE("the server pings when its interval has passed, and misses the answer when pingTimeout has, too")
{
    virtual_fixture house{{.pingInterval = 25s, .pingTimeout = 20s}};
    std::vector<std::chrono::nanoseconds> pings;
    house.io.on("connection", [&](socketio::server_socket socket) {
        socket.on("disconnect", [&](std::string_view reason) { house.heard.note(std::string{reason}); });
    });
    auto socket = house.client({.reconnection = false});
    socket.io().on("ping", [&] { pings.push_back(house.world.since_start()); });
    CHECK(house.world.run_until([&] { return pings.size() == 3; }, 80s));
    CHECK(pings == std::vector<std::chrono::nanoseconds>{25s, 50s, 75s});
    CHECK(socket.connected());
}

TEST_CASE("a client that hears nothing for pingInterval and pingTimeout comes back after its delay")
{
    virtual_fixture house{{.pingInterval = 25s, .pingTimeout = 20s}};
    auto socket = house.client({.reconnectionDelay = 3s, .randomizationFactor = 0});
    socket.on("disconnect", [&](std::string_view reason) {
        house.heard.note(std::string{reason} + " after " + std::to_string(house.world.since_start() / 1s) + " s");
        house.refusing = true;
    });
    house.world.settle();
    REQUIRE(socket.connected());
    house.last->close();
    CHECK(house.world.run_until([&] { return house.attempts.size() == 4; }));
    CHECK(house.heard.text() == "transport close after 0 s");
    CHECK(house.attempts == std::vector<std::chrono::nanoseconds>{0s, 3s, 8s, 13s}); // at most 5 s each
}

TEST_CASE("an acknowledgement is given up when its time has passed, by either side")
{
    virtual_fixture house;
    house.io.on("connection", [&](socketio::server_socket socket) {
        socket.timeout(7s).emit("quiet", [&](std::error_code ec) {
            CHECK(ec == socketio::error::ack_timeout);
            house.heard.note("server after " + std::to_string(house.world.since_start() / 1s) + " s");
        });
        house.io.timeout(9s).emitWithAck("quiet", [&](std::error_code ec, std::vector<socketio::value>) {
            CHECK(ec == socketio::error::ack_timeout);
            house.heard.note("broadcast after " + std::to_string(house.world.since_start() / 1s) + " s");
        });
    });
    auto socket = house.client();
    std::vector<socketio::ack> kept;
    socket.on("quiet", [&](socketio::ack reply) { kept.push_back(std::move(reply)); });
    socket.timeout(5s).emit("quiet", [&](std::error_code ec) {
        CHECK(ec == socketio::error::ack_timeout);
        house.heard.note("client after " + std::to_string(house.world.since_start() / 1s) + " s");
    });
    CHECK(house.world.run_until([&] { return house.heard.count_of("broadcast") == 1; }, 20s));
    CHECK(house.heard.text() == "client after 5 s | server after 7 s | broadcast after 9 s");
}

TEST_CASE("a client that does not join a namespace is closed after connectTimeout")
{
    virtual_fixture house{{.connectTimeout = 45s}};
    auto const ends = support::memory_stream::pair(house.world.context);
    house.io.accept(ends.second, "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: server\r\nUpgrade: websocket\r\n"
                                 "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    house.world.settle();
    CHECK(house.io.engine().clientsCount() == 1);
    CHECK(house.world.run_until([&] { return house.io.engine().clientsCount() == 0; }, 10min));
    CHECK(house.world.since_start() == 45s);
}

TEST_CASE("the time of day is the source's: of handshakes, and of HTTP's Date")
{
    virtual_fixture house;
    std::string issued;
    house.io.on("connection", [&](socketio::server_socket socket) { issued = socket.handshake().time; });
    house.world.time->turn_to(house.world.time->now() + 1h);
    auto socket = house.client();
    house.world.settle();
    CHECK(issued == "Tue Jan 01 2030 01:00:00 GMT+0000");
    auto const ends = support::memory_stream::pair(house.world.context);
    auto const tapped = std::make_shared<tapped_stream>(ends.second, house.transcript);
    house.io.accept(tapped, "GET / HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n");
    house.world.settle();
    CHECK(house.transcript->find("Date: Tue, 01 Jan 2030 01:00:00 GMT") != std::string::npos);
}

TEST_CASE("two runs with one seed are equal byte for byte, and two with different ones are not")
{
    auto const first = conversation(3);
    CHECK(first == conversation(3));
    CHECK(first != conversation(4));
}

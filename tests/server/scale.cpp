// A thousand clients at once: they come, share a room, answer, leave, are lost and come back, and leave nothing behind.
#include <socketio/server/server.hpp>

#include "support/sanitizer.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

using socketio::ack;
using socketio::server_socket;
using socketio::value;

namespace {

// Sanitizers are slow, and one of them is there for the threads.
constexpr int crowd_size = support::under_thread_sanitizer ? 100 : support::under_address_sanitizer ? 300 : 1000;
constexpr unsigned helping_threads = support::under_thread_sanitizer ? 3 : 0; // beside the test's own

// Both ends of each connection are files of this process.
void allow_files(rlim_t wanted)
{
    rlimit files{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &files) == 0);
    if (files.rlim_cur >= wanted)
        return;
    files.rlim_cur = std::min(wanted, files.rlim_max);
    REQUIRE(setrlimit(RLIMIT_NOFILE, &files) == 0);
    REQUIRE(files.rlim_cur == wanted);
}

// A server whose sockets join the room that their client names, and a crowd of clients that count what they hear.
struct arena {
    std::atomic<int> here{0}, gone{0};                                  // on the server
    std::atomic<int> connected{0}, disconnected{0}, joined{0}, news{0}; // of the clients
    support::server_fixture house;
    std::vector<socketio::socket> clients;
    std::optional<support::client_group> helpers;

    arena()
    {
        allow_files(2 * crowd_size + 100);
        house.io.on("connection", [this](server_socket socket) {
            ++here;
            socket.on("join", [socket](std::string const& room, ack done) {
                socket.join(room);
                done();
            });
            socket.on("disconnect", [this] { ++gone; });
        });
        for (int i = 0; i != crowd_size; ++i)
            clients.push_back(newcomer(i));
        if (helping_threads)
            helpers.emplace(house.context, helping_threads);
        REQUIRE(until(connected, crowd_size));
    }

    socketio::socket newcomer(int number)
    {
        auto made = house.client();
        made.on("connect", [this] { ++connected; });
        made.on("disconnect", [this] { ++disconnected; });
        made.on("news", [this] { ++news; });
        made.on("ask", [number](ack reply) { reply(number); });
        return made;
    }
    bool until(std::atomic<int> const& count, int wanted)
    {
        return house.until([&] { return count >= wanted; });
    }
    bool until_nobody_is_left()
    {
        return house.until([this] {
            auto const seen = house.io.snapshot();
            return seen.connections == 0 && seen.sessions == 0 && seen.sockets == 0;
        });
    }
    void all_join(std::string const& room)
    {
        joined = 0;
        for (auto& each : clients)
            each.emit("join", room, [this] { ++joined; });
        REQUIRE(until(joined, crowd_size));
    }
    // Who has answered, in order.
    std::vector<int> ask(socketio::broadcast_operator const& whom)
    {
        std::mutex mutex;
        std::vector<int> who;
        std::optional<std::error_code> ended;
        whom.timeout(support::patience).emit("ask", [&](std::error_code ec, std::vector<value> answers) {
            std::lock_guard const lock{mutex};
            for (auto const& each : answers)
                who.push_back(each.get<int>().value_or(-1));
            ended = ec;
        });
        REQUIRE(house.until([&] {
            std::lock_guard const lock{mutex};
            return ended.has_value();
        }));
        CHECK_FALSE(*ended);
        std::sort(who.begin(), who.end());
        return who;
    }
};

std::vector<int> everybody()
{
    std::vector<int> all;
    for (int i = 0; i != crowd_size; ++i)
        all.push_back(i);
    return all;
}

} // namespace

TEST_CASE_FIXTURE(arena, "a crowd connects, joins a room, hears one broadcast, answers one question, and leaves nobody behind")
{
    all_join("hall");
    CHECK(here == crowd_size);
    CHECK(house.io.sockets().adapter().rooms().at("hall").size() == crowd_size);
    house.io.to("hall").emit("news");
    CHECK(ask(house.io.to("hall")) == everybody());
    CHECK(news == crowd_size); // each once, and before the question
    auto const full = house.io.snapshot();
    CHECK(full.connections == crowd_size);
    CHECK(full.sessions == crowd_size);
    CHECK(full.sockets == crowd_size);

    // A third says goodbye, a third just goes, a third is put out.
    std::size_t const third = clients.size() / 3;
    for (std::size_t i = 0; i != third; ++i)
        clients[i].disconnect();
    for (std::size_t i = third; i != 2 * third; ++i)
        clients[i] = {};
    for (std::size_t i = 2 * third; i != clients.size(); ++i)
        house.io.in(clients[i].id()).disconnectSockets(true);
    REQUIRE(until(gone, crowd_size));
    CHECK(until_nobody_is_left());
    CHECK(gone == crowd_size);
    CHECK(until(disconnected, crowd_size - int(third)));
    CHECK(house.io.sockets().sockets().size() == 0);
    CHECK(house.io.sockets().adapter().rooms().empty());
    CHECK(house.io.snapshot().sessions_opened == crowd_size);
    CHECK(house.io.snapshot().cut_off == 0);
}

TEST_CASE_FIXTURE(arena, "a crowd in rooms of ten: each room hears its own, and who is left out does not")
{
    for (std::size_t i = 0; i != clients.size(); ++i)
        house.socket_of(clients[i]).join("room " + std::to_string(i / 10));
    CHECK(house.io.sockets().adapter().rooms().size() == std::size_t(crowd_size + crowd_size / 10));
    for (int room = 0; room != crowd_size / 10; ++room)
        house.io.to("room " + std::to_string(room)).except(clients[std::size_t(room) * 10].id()).emit("news");
    CHECK(ask(house.io.sockets().to({"room 0", "room 1", "room 9"})).size() == 30);
    CHECK(ask(house.io.sockets().except("nowhere")) == everybody());
    CHECK(news == crowd_size - crowd_size / 10);
}

TEST_CASE_FIXTURE(arena, "a crowd that loses its server hears so, and all come back when there is one again")
{
    auto const port = house.io.port();
    std::atomic<int> told_at{-1};
    house.io.close([&](std::error_code) { told_at = gone.load(); });
    REQUIRE(house.until([&] { return told_at != -1; }));
    CHECK(told_at == crowd_size); // not before the last of them
    REQUIRE(until(disconnected, crowd_size));
    CHECK(until_nobody_is_left());
    house.io = socketio::server{house.context, support::on_loopback()};
    house.io.on("connection", [this](server_socket) { ++here; });
    house.io.listen(port);
    REQUIRE(until(connected, 2 * crowd_size));
    CHECK(ask(house.io.local()) == everybody());
    CHECK(here == 2 * crowd_size);
    clients.clear();
    CHECK(until_nobody_is_left());
}

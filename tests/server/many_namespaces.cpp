// A client in very many namespaces: the others are not looked at for a packet of one of them.
#include <socketio/server/client_core.hpp>

#include "support/processor_time.hpp"
#include "support/server_house.hpp"

#include <doctest/doctest.h>

#include <asio/post.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using namespace std::chrono_literals;
using socketio::server_socket;

namespace {

// A client of "/" that may join others over the same connection.
struct hotel : support::server_house {
    static constexpr int most = 900;
    int arrived = 0;
    std::vector<socketio::socket> guests;

    hotel()
    {
        io.on("connection", [this](server_socket socket) {
            socket.on("event", [this] { ++arrived; });
        });
        for (int i = 0; i != most; ++i)
            static_cast<void>(io.of(name(i)));
        guests.push_back(guest());
    }
    static std::string name(int i) { return "/rooms/" + std::to_string(i); }
    void join_all()
    {
        for (int i = 0; i != most; ++i)
            guests.push_back(guests.front().io().socket(name(i)));
        REQUIRE(until([this] { return guests.back().connected(); }));
    }
    void note_end(std::string_view of, std::error_code ec) { heard.note(std::string{of} + ": " + (ec ? ec.message() : "answered")); }
    // Of both sides: many events at once, each of which is a turn of the server's.
    std::chrono::nanoseconds cost_of_events()
    {
        constexpr int count = 5000;
        arrived = 0;
        for (int i = 0; i != count; ++i)
            guests.front().emit("event");
        return support::processor_time([&] { REQUIRE(until([this] { return arrived == count; })); });
    }
    // Of turns of the client's that send nothing.
    std::chrono::nanoseconds cost_of_turns()
    {
        int left = 5000;
        std::function<void()> next = [&] {
            guests.front().clear_send_buffer();
            if (--left != 0)
                asio::post(context, [&] { next(); });
        };
        asio::post(context, [&] { next(); });
        return support::processor_time([&] { REQUIRE(until([&] { return left == 0; })); });
    }
};

} // namespace

TEST_CASE_FIXTURE(hotel, "an event costs no more when its client is in nine hundred namespaces")
{
    // Were all of them looked at for each, it would be more than ten times as much.
    auto const events = cost_of_events(), turns = cost_of_turns();
    join_all();
    CHECK(cost_of_events() < 4 * events);
    CHECK(cost_of_turns() < 4 * turns);
}

TEST_CASE_FIXTURE(hotel, "a client's time limits of several namespaces come in their order, whichever was set first")
{
    guests.push_back(guests.front().io().socket(name(0)));
    guests.push_back(guests.front().io().socket(name(1)));
    REQUIRE(until([this] { return guests.back().connected(); }));
    auto const ask = [this](std::size_t which, std::chrono::milliseconds limit) {
        guests[which].timeout(limit).emit("silence", [this, which, limit](std::error_code ec) {
            note_end(std::to_string(which) + ' ' + std::to_string(limit.count()), ec);
        });
    };
    ask(0, 60s);
    ask(1, 40ms);
    ask(2, 20ms);
    ask(1, 1ms);
    REQUIRE(until_heard("1 40: operation has timed out"));
    CHECK(heard.text() == "1 1: operation has timed out | 2 20: operation has timed out | 1 40: operation has timed out");
    ask(2, 1ms); // sooner than what is waited for
    CHECK(until_heard("2 1: operation has timed out"));
}

TEST_CASE_FIXTURE(hotel, "a server's time limits of several namespaces of a client come in their order, whichever was set first")
{
    guests.push_back(guests.front().io().socket(name(0)));
    guests.push_back(guests.front().io().socket(name(1)));
    REQUIRE(until([this] { return guests.back().connected(); }));
    auto const ask = [this](std::size_t which, std::chrono::milliseconds limit) {
        socket_of(guests[which]).timeout(limit).emit("silence", [this, which, limit](std::error_code ec) {
            note_end(std::to_string(which) + ' ' + std::to_string(limit.count()), ec);
        });
    };
    ask(0, 60s);
    ask(1, 40ms);
    ask(2, 20ms);
    ask(1, 1ms);
    REQUIRE(until_heard("1 40: operation has timed out"));
    CHECK(heard.text() == "1 1: operation has timed out | 2 20: operation has timed out | 1 40: operation has timed out");
    ask(2, 1ms);
    CHECK(until_heard("2 1: operation has timed out"));
    // Of a socket that leaves, nothing remains.
    ask(2, 50ms);
    guests[2].disconnect();
    REQUIRE(until_heard("2 50: socket has been disconnected"));
}

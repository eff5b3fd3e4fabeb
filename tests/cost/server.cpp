// What grows with the number of rooms or namespaces, and what does not.
#include <socketio/client.hpp>
#include <socketio/server.hpp>

#include "counted_calls.hpp"
#include "support/colliding_names.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <asio/post.hpp>

#include <cstddef>
#include <functional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

using socketio::server_socket;

namespace {

std::size_t cost_of_joining(std::vector<std::string> const& names)
{
    socketio::detail::rooms<int> all;
    all.enter("id");
    return cost::calls_of([&] {
        for (auto const& each : names)
            all.join("id", each);
    });
}

std::size_t cost_of_entering(std::vector<std::string> const& names)
{
    socketio::detail::rooms<int> all;
    return cost::calls_of([&] {
        for (auto const& each : names)
            all.enter(each);
    });
}

std::vector<std::string> names(std::string const& prefix, int count)
{
    std::vector<std::string> made;
    for (int i = 0; i != count; ++i)
        made.push_back(prefix + std::to_string(i));
    return made;
}

socketio::shared_packet event(std::string_view text)
{
    return socketio::detail::share_packet(text, {});
}

// Of one that comes back when there are many events of other rooms than the `count` that it was in.
std::size_t cost_of_coming_back(int count)
{
    socketio::adapter kept{{"/", socketio::connection_state_recovery{}}};
    kept.broadcast(event(R"(2["first"])"), {});
    kept.persist_session({.sid = "id", .pid = "pid", .rooms = names("mine", count), .data = {}});
    for (int i = 0; i != 5000; ++i)
        kept.broadcast(event(R"(2["news"])"), {.rooms = names("others", 3), .except = {"nobody"}});
    kept.broadcast(event(R"(2["last"])"), {.rooms = {"mine0"}});
    std::vector<socketio::shared_packet> missed;
    socketio::adapter_session const session{.sid = "id", .pid = "pid", .rooms = names("mine", count), .data = {}, .resume_from = 0};
    auto const spent = cost::calls_of([&] { REQUIRE(kept.show_again(session, nullptr, missed)); });
    REQUIRE(missed.size() == 1);
    return spent;
}

// A client of "/" that may join others over the same connection.
struct hotel : support::server_fixture {
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
    // Of both sides: many events at once, each of which is a turn of the server's.
    std::size_t cost_of_events()
    {
        constexpr int count = 1000;
        arrived = 0;
        for (int i = 0; i != count; ++i)
            guests.front().emit("event");
        return cost::calls_of([&] { REQUIRE(until([this] { return arrived == count; })); });
    }
    // Of turns of the client's that send nothing.
    std::size_t cost_of_turns()
    {
        int left = 1000;
        std::function<void()> next = [&] {
            guests.front().clear_send_buffer();
            if (--left != 0)
                asio::post(context, [&] { next(); });
        };
        asio::post(context, [&] { next(); });
        return cost::calls_of([&] { REQUIRE(until([&] { return left == 0; })); });
    }
};

} // namespace

TEST_CASE("rooms whose names were made to collide cost no more than others")
{
    // Were each compared with all before it, they would cost more than a hundred times as much.
    auto const bad = support::colliding_names(8192), good = names("a room number ", 8192);
    CHECK(cost_of_joining(bad) < 4 * cost_of_joining(good));
    CHECK(cost_of_entering(bad) < 4 * cost_of_entering(good));
}

TEST_CASE("one that was in a thousand rooms comes back at a cost that is not a thousand times that of one room")
{
    CHECK(cost_of_coming_back(1000) < 8 * cost_of_coming_back(1));
}

TEST_CASE_FIXTURE(hotel, "an event costs no more when its client is in nine hundred namespaces")
{
    // Were all of them looked at for each, it would be more than ten times as much.
    auto const events = cost_of_events(), turns = cost_of_turns();
    join_all();
    CHECK(cost_of_events() < 3 * events);
    CHECK(cost_of_turns() < 3 * turns);
}

TEST_CASE_FIXTURE(support::server_fixture, "a pattern takes a namespace at a cost that does not depend on how many it has")
{
    auto const workspaces = io.of(std::regex{"^/w-"});
    int made = 0;
    auto const make = [&](int count) {
        return cost::calls_of([&] {
            for (int i = 0; i != count; ++i)
                static_cast<void>(io.of("/w-" + std::to_string(++made)));
        });
    };
    auto const first = make(300);
    make(20000);
    CHECK(make(300) < 3 * first);
}

// Who is recovered, and who is not any more.
#include <socketio/server/adapter.hpp>

#include "support/lossy_fixture.hpp"

#include <doctest/doctest.h>

#include <asio/steady_timer.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <system_error>

using namespace std::chrono_literals;
using socketio::server_socket;
using support::lossy_fixture;

namespace {

struct strict_fixture : lossy_fixture {
    strict_fixture() : lossy_fixture{{.skipMiddlewares = false}} {}
};
struct hasty_fixture : lossy_fixture {
    hasty_fixture() : lossy_fixture{{.maxDisconnectionDuration = 20ms}} {}
};
struct narrow_fixture : lossy_fixture {
    narrow_fixture() : lossy_fixture{{.kept_events = 1000}} {}
};
struct slow_fixture : lossy_fixture {
    slow_fixture() : lossy_fixture{{.skipMiddlewares = false, .kept_events = 1000}} {}
    socketio::socket traveller()
    {
        auto made = lossy_fixture::traveller();
        made.on("connect_error", [this] { heard.note("interrupted"); });
        return made;
    }
};
struct thrifty_fixture : lossy_fixture {
    thrifty_fixture() : lossy_fixture{{}, {.send_limit = 10000}} {}
};
struct crowded_fixture : lossy_fixture {
    crowded_fixture() : lossy_fixture{{.kept_sessions = 1}} {}
};

} // namespace

TEST_CASE_FIXTURE(strict_fixture, "without skipMiddlewares who comes back is asked, and may try again after a refusal")
{
    bool open = true;
    io.use([&](server_socket socket, socketio::next go_on) {
        heard.note(socket.recovered() ? "asked again" : "asked");
        if (open)
            go_on();
        else
            go_on({"closed", {}});
    });
    auto client = traveller();
    auto const id = client.id();
    client.on("connect_error", [this](socketio::connect_error const& why) { heard.note(why.message()); });
    lose(client);
    io.emit("news", "1");
    open = false;
    client.connect();
    REQUIRE(until_heard("closed"));
    open = true;
    come_back(client);
    CHECK(heard.text() == "asked again | closed | asked again | recovered | news: 1 | connect");
    CHECK(client.id() == id);
}

TEST_CASE_FIXTURE(hasty_fixture, "after maxDisconnectionDuration the session is forgotten")
{
    auto client = traveller();
    auto const id = client.id();
    lose(client);
    io.emit("news", "1");
    asio::steady_timer later{context, 30ms};
    bool over = false;
    later.async_wait([&](std::error_code) { over = true; });
    REQUIRE(until([&] { return over; }));
    come_back(client);
    CHECK(heard.text() == "new | connect");
    CHECK(client.id() != id);
}

TEST_CASE_FIXTURE(narrow_fixture, "who has missed more than kept_events bytes comes back as a stranger")
{
    auto client = traveller();
    lose(client);
    io.emit("news", "1");
    come_back(client);
    CHECK(heard.text() == "recovered | news: 1 | connect");
    lose(client);
    for (int i = 0; i != 20; ++i)
        io.emit("news", std::to_string(i));
    come_back(client);
    CHECK(heard.text() == "new | connect");
}

TEST_CASE_FIXTURE(slow_fixture, "who has missed more than kept_events bytes while its middleware decides comes back as a stranger")
{
    std::optional<socketio::next> waiting;
    bool asking = false;
    io.use([&](server_socket socket, socketio::next go_on) {
        if (asking && socket.recovered())
            waiting = go_on;
        else
            go_on();
    });
    auto client = traveller();
    auto const id = client.id();
    lose(client);
    io.emit("news", "1");
    asking = true;
    client.connect();
    REQUIRE(until([&] { return waiting.has_value(); }));
    SUBCASE("which is seen")
    {
        for (int i = 2; i != 20; ++i)
            io.emit("news", std::to_string(i));
        (*waiting)();
        REQUIRE(until([this] { return heard.has("interrupted") && io.engine().clientsCount() == 0; }));
        CHECK_FALSE(heard.has("recovered"));
        come_back(client);
        CHECK(heard.text() == "interrupted | new | connect");
        CHECK(client.id() != id);
    }
    SUBCASE("and otherwise not")
    {
        io.emit("news", "2");
        (*waiting)();
        REQUIRE(until([&] { return client.connected(); }));
        CHECK(heard.text() == "recovered | news: 1 | news: 2 | connect");
    }
}

TEST_CASE_FIXTURE(crowded_fixture, "of more than kept_sessions sessions the oldest is forgotten")
{
    auto a = traveller();
    lose(a);
    auto b = traveller(), c = traveller();
    lose(c); // and b
    REQUIRE(until([&] { return b.disconnected() && io.engine().clientsCount() == 0; }));
    come_back(a);
    CHECK_FALSE(a.recovered());
    come_back(b);
    come_back(c);
    CHECK(int{b.recovered()} + int{c.recovered()} == 1);
}

TEST_CASE_FIXTURE(thrifty_fixture, "who has missed more than send_limit gets all of it, with what is said behind it")
{
    auto client = traveller();
    lose(client);
    io.on("connection", [](server_socket socket) { socket.emit("news", "behind"); });
    for (int i = 0; i != 10; ++i)
        io.emit("news", std::string(2000, static_cast<char>('a' + i)));
    come_back(client);
    CHECK(client.recovered());
    CHECK(heard.count_of("news") == 11);
    CHECK(heard.has("news: behind"));
    CHECK(heard.count("lost") == 0);
}

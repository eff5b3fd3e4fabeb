// What is expected of both sides, and what a failure says.
#include <doctest/doctest.h>

#include <socketio/testing.hpp>
#include <socketio/testing/doctest.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;

namespace expectations_tests {
namespace {

using socketio::testing::any;
using socketio::testing::world;

struct sides {
    world here;
    socketio::server& io = here.server();
    socketio::socket client = here.client();

    sides()
    {
        io.on("connection", [](socketio::server_socket socket) {
            socket.on("ask", [](std::string what, socketio::ack reply) { reply(what); });
            socket.on("shout", [socket](std::string what) { socket.emit("heard", what, what.size()); });
            socket.on("later", [socket] { socket.timeout(1s).emit("done"); });
        });
    }
};

std::string said(socketio::testing::result const& of)
{
    CHECK_FALSE(static_cast<bool>(of));
    return of.message();
}
bool has(std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE_FIXTURE(sides, "a server receives what a client sends, and the other way round")
{
    here.links().latency(10ms);
    client.emit("shout", "hello");
    SOCKETIO_CHECK(here.expect(io).connects().within(1s));
    SOCKETIO_CHECK(here.expect(client).connects().within(1s));
    SOCKETIO_CHECK(here.expect(client).sends("shout", "hello").now());
    SOCKETIO_CHECK(here.expect(io).receives("shout", "hello").within(1s));
    SOCKETIO_CHECK(here.expect(io).sends("heard").now());
    SOCKETIO_CHECK(here.expect(client).receives("heard", "hello", 5).within(1s));
    SOCKETIO_CHECK(here.expect(client).no_events_for(1min));
    CHECK(here.now() > 1min);
    SOCKETIO_CHECK(here.expect("client").sends("shout", any).now());
    SOCKETIO_CHECK(here.expect("server").sends("heard", any, 5).now());
}

TEST_CASE_FIXTURE(sides, "arguments are values, anything, or what a predicate accepts")
{
    client.emit("reading", 21.5, socketio::object{{"unit", "C"}, {"raw", socketio::array{1, 2}}}, true);
    auto const of_io = [&] { return here.expect(io); };
    CHECK(has(said(of_io().receives("reading", 21.5).now()), "1 argument was expected, 3 arguments came"));
    CHECK(has(said(of_io().receives("reading", 20, any, any).now()), "argument 1: 20 was expected, 21.5 came"));
    CHECK(has(said(of_io().receives("reading", any, socketio::object{{"unit", "F"}, {"raw", socketio::array{1, 2}}}, any).now()),
        "argument 2: .unit: \"F\" was expected, \"C\" came"));
    CHECK(has(said(of_io().receives("reading", any, socketio::object{{"raw", socketio::array{1, 3}}, {"unit", "C"}}, any).now()),
        "argument 2: .raw[1]: 3 was expected, 2 came"));
    CHECK(has(said(of_io().receives("reading", any, socketio::object{{"unit", "C"}}, any).now()),
        ".raw: nothing was expected, [1, 2] came"));
    CHECK(has(said(of_io().receives("reading", [](double v) { return v > 30; }, any, any).now()),
        "argument 1: the predicate is not true of 21.5"));
    CHECK(has(said(of_io().receives("reading", any, [](int) { return true; }, any).now()), "does not convert"));
    SOCKETIO_CHECK(of_io()
                       .receives(
                           "reading", [](double v) { return v > 20; },
                           [](socketio::value const& v) { return v["unit"] == "C"; }, true)
                       .now());
    CHECK(has(said(of_io().receives("reading").now()), "(satisfies another expectation)"));
}

TEST_CASE_FIXTURE(sides, "a failure says what was awaited, what came instead, and what had happened")
{
    client.emit("shout", "a");
    auto const why = said(here.expect(io).receives("whisper", "a").within(90s));
    CAPTURE(why);
    CHECK(has(why, "the server does not receive \"whisper\" \"a\" within 90 s"));
    CHECK(has(why, "what happened instead:\n  0.000000  \"shout\" \"a\"\n"));
    CHECK(has(why, "client -> server  event \"shout\" \"a\""));
    CHECK(has(why, "of seed 1"));
    CHECK(here.now() == 90s);
    CHECK(has(said(here.expect(client).receives("x").now()), "what happened instead"));
    CHECK(has(said(here.expect(client).disconnected_with("ping timeout").now()), "nothing of this kind has happened"));
    auto const quiet = said((client.emit("shout", "b"), here.expect(client).no_events_for(1s)));
    CHECK(has(quiet, "the client receives \"heard\" \"b\", 1 at 90.000000, where no event was expected for 1 s"));
    client.emit("shout", "c");
    SOCKETIO_CHECK(here.expect(client).no_events_for(1s, "else"));
}

TEST_CASE_FIXTURE(sides, "each note satisfies one expectation, and older ones may be left out")
{
    client.emit("shout", "a");
    client.emit("shout", "b");
    SOCKETIO_CHECK(here.expect(io).receives("shout", "b").within(1s));
    SOCKETIO_CHECK(here.expect(io).receives("shout", "a").within(1s));
    CHECK_FALSE(static_cast<bool>(here.expect(io).receives("shout").within(1s)));
    client.emit("shout", "c");
    here.run();
    CHECK_FALSE(static_cast<bool>(here.expect(io).from_now_on().receives("shout").within(1s)));
    SOCKETIO_CHECK(here.expect(io).receives("shout", "c").now());
}

TEST_CASE_FIXTURE(sides, "the reason of a disconnect, on both sides")
{
    here.run();
    here.links().partition();
    SOCKETIO_CHECK(here.expect(client).disconnected_with("ping timeout").within(1min));
    SOCKETIO_CHECK(here.expect(io).disconnected_with("ping timeout").within(1min));
    here.links().repair();
    SOCKETIO_CHECK(here.expect(client).connects().within(1s)); // the first time
    SOCKETIO_CHECK(here.expect(client).connects().within(1min));
    client.disconnect();
    SOCKETIO_CHECK(here.expect(client).disconnected_with("io client disconnect").now());
    SOCKETIO_CHECK(here.expect(io).disconnects().now());
}

TEST_CASE_FIXTURE(sides, "one socket of the server, a namespace, and a server that starts again")
{
    auto chat = here.watch(io.of("/chat"));
    auto guest = here.client("http://server/chat", {}, "guest");
    std::vector<socketio::server_socket> joined;
    io.on("connection", [&](socketio::server_socket socket) { joined.push_back(socket); });
    guest.emit("say", 1);
    SOCKETIO_CHECK(here.expect(chat).receives("say", 1).within(1s));
    here.run_until([&] { return joined.size() == 1; });
    SOCKETIO_CHECK(here.expect(joined[0]).no_events_for(1s));
    client.emit("shout", "x");
    SOCKETIO_CHECK(here.expect(joined[0]).receives("shout", "x").within(1s));
    SOCKETIO_CHECK(here.expect(io).receives("shout", "x").within(1s));
    CHECK_FALSE(static_cast<bool>(here.expect(io).receives("say").now()));

    guest.disconnect();
    here.restart();
    here.run(); // what the client emits before it hears of the end is lost with the connection
    client.emit("shout", "y");
    SOCKETIO_CHECK(here.expect(io).receives("shout", "y").within(1min));
}

TEST_CASE_FIXTURE(sides, "all of a room, and each of several clients")
{
    io.on("connection", [](socketio::server_socket socket) {
        if (!socket.handshake().query_value("host").empty())
            socket.join("guests");
    });
    std::vector<socketio::socket> guests;
    for (std::string const name : {"a", "b", "c"})
        guests.push_back(here.client("http://server", {.query = {{"host", "yes"}}}, name));
    SOCKETIO_REQUIRE(here.expect_each(guests).connects().within(1s));
    auto const room = here.expect(io, "guests");
    io.to("guests").emit("news", 1);
    SOCKETIO_CHECK(room.sends("news", 1).within(1s));
    SOCKETIO_CHECK(here.expect_each(guests).receives("news", 1).within(1s));
    SOCKETIO_CHECK(here.expect(client).no_events_for(1s));

    here.links("b", "server").partition();
    io.to("guests").emit("news", 2);
    CHECK(has(said(here.expect_each(guests).receives("news", 2).within(1s)), "the b does not receive \"news\" 2 within 1 s"));
    guests[0].emit("shout", "x");
    CHECK(has(said(here.expect_each(guests).no_events_for(1s)), "the a receives \"heard\" \"x\", 1"));
    CHECK_THROWS_AS(here.expect(io, "nowhere"), socketio::testing::failure);
}

TEST_CASE("every operation fails in turn, and a scenario that survives it all")
{
    auto const outcome = socketio::testing::fail_each([](world& in) {
        in.server().on("connection", [](socketio::server_socket socket) {
            socket.on("order", [](int, socketio::ack taken) { taken(); });
        });
        auto device = in.client("http://server", {.ackTimeout = 2s, .retries = 5});
        int done = 0;
        device.emit("order", 7, [&](std::error_code ec) { done += ec ? 0 : 1; });
        in.run_until([&] { return done == 1; }, 5min);
    });
    SOCKETIO_CHECK(outcome);
    CHECK(outcome.runs() > 20);
}

TEST_CASE("a scenario that cannot lose an event is told which operation loses it")
{
    auto const outcome = socketio::testing::fail_each([](world& in) {
        in.server().on("connection", [](socketio::server_socket) {});
        auto device = in.client();
        device.emit("order", 7); // is lost with its connection
        return in.expect(in.server()).receives("order", 7).within(1min);
    });
    auto const why = said(outcome);
    CAPTURE(why);
    CHECK(why.starts_with("when operation "));
    CHECK(has(why, "the server does not receive \"order\" 7 within 60 s"));
}

TEST_CASE("faults by chance: the first seed that fails is told with as few faults as are enough")
{
    auto const survives = socketio::testing::explore(
        60,
        [](world& in) {
            in.server().on("connection", [](socketio::server_socket socket) {
                socket.on("order", [](int, socketio::ack taken) { taken(); });
            });
            auto device = in.client("http://server", {.ackTimeout = 2s, .retries = 1000});
            int done = 0;
            for (int i = 0; i != 20; ++i)
                in.at(std::chrono::seconds{3 * i}, [&device, &done] {
                    device.emit("order", 7, [&](std::error_code ec) { done += ec ? 0 : 1; });
                });
            in.run_until([&] { return done == 20; }, 10min);
        },
        {.twice = true});
    SOCKETIO_CHECK(survives);
    CHECK(survives.runs() == 60);

    auto const fails = socketio::testing::explore(200, [](world& in) {
        in.server();
        auto device = in.client();
        bool lost = false;
        device.on("disconnect", [&](std::string_view) { lost = true; });
        in.advance(2min);
        return !lost;
    });
    auto const why = said(fails);
    CAPTURE(why);
    CHECK(why.starts_with("seed "));
    CHECK(has(why, "SOCKETIO_TEST_SEED="));
    CHECK(has(why, "with these faults:\n  at "));
    auto const list = why.substr(0, why.find("it returns false"));
    CHECK(std::count(list.begin(), list.end(), '\n') == 2); // one fault is enough
}

} // namespace
} // namespace expectations_tests

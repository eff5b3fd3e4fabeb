// What links do to connections, as both sides see it.
#include <socketio/testing.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;

namespace links_tests {
namespace {

using socketio::testing::world;

// One client that is connected, and all that both sides say of it.
struct pair_of_ends {
    world here;
    socketio::socket client;
    std::vector<std::string> heard;

    explicit pair_of_ends(socketio::options settings = {}, socketio::server_options server = {})
        : client{(here.server("server", std::move(server)), here.client("http://server", std::move(settings)))}
    {
        here.server().on("connection", [this](socketio::server_socket socket) {
            socket.on("echo", [](socketio::value what, socketio::ack reply) { reply(what); });
            socket.on("disconnect", [this](std::string_view why) { heard.push_back("server: " + std::string{why}); });
        });
        client.on("disconnect", [this](std::string_view why) { heard.push_back("client: " + std::string{why}); });
        client.on("connect_error",
            [this](socketio::connect_error const& why) { heard.push_back("client: " + std::string{why.message()}); });
        here.run_until([this] { return client.connected(); });
    }
    // The time until an echo has come back; nothing, if it does not.
    std::optional<std::chrono::nanoseconds> echo(std::string text = "x", std::chrono::nanoseconds within = 1h)
    {
        auto const before = here.now();
        auto const back = std::make_shared<bool>(false); // the answer may come later
        client.emit("echo", text, [back, text](std::string const& same) { *back = same == text; });
        if (!here.eventually([&] { return *back; }, within))
            return std::nullopt;
        return here.now() - before;
    }
    bool has(std::string_view line) const { return std::find(heard.begin(), heard.end(), line) != heard.end(); }
    bool until(std::string_view line, std::chrono::nanoseconds within = 1h)
    {
        return here.eventually([&] { return has(line); }, within);
    }
};

TEST_CASE("latency is the time of each direction")
{
    pair_of_ends both;
    both.here.links("client", "server").upstream().latency(70ms);
    both.here.links("server", "client").downstream().latency(30ms);
    CHECK(both.echo() == 100ms);
    both.here.links("client", "elsewhere").latency(1h);
    CHECK(both.echo() == 100ms);
    both.here.links().clear();
    CHECK(both.echo() == 0ns);
}

TEST_CASE("jitter changes latency within its bounds, and overtakes nothing")
{
    pair_of_ends both;
    both.here.links().latency(50ms, 20ms);
    bool differ = false;
    for (int i = 0; i != 20; ++i) {
        auto const took = both.echo();
        REQUIRE(took);
        CHECK(*took >= 60ms);
        CHECK(*took <= 140ms);
        differ = differ || *took != both.echo();
    }
    CHECK(differ);
}

TEST_CASE("bandwidth makes large messages slow")
{
    pair_of_ends both;
    both.here.links().upstream().bandwidth(10'000);
    auto const took = both.echo(std::string(50'000, 'x'));
    REQUIRE(took);
    CHECK(*took > 5s);
    CHECK(*took < 6s);
}

TEST_CASE("slices split what was written")
{
    pair_of_ends both;
    both.here.links().slice(1, 1ms);
    auto const took = both.echo(std::string(100, 'x'));
    REQUIRE(took);
    CHECK(*took > 200ms);
    CHECK(both.client.connected());
}

TEST_CASE("what is held arrives when it is released, in order")
{
    pair_of_ends both;
    both.here.links().hold();
    CHECK_FALSE(both.echo("held", 5s));
    both.here.links().release();
    CHECK(both.echo() == 0ns);
    CHECK(both.heard.empty());
}

TEST_CASE("a partition ends connections by their heartbeat, and clients come back")
{
    pair_of_ends both;
    both.here.links().partition();
    CHECK(both.until("client: ping timeout", 2min));
    CHECK(both.until("server: ping timeout", 2min));
    both.here.advance(1h);
    CHECK_FALSE(both.client.connected());
    both.here.links().repair();
    CHECK(both.here.eventually([&] { return both.client.connected(); }, 1min));
}

TEST_CASE("behind a partition TCP gives up")
{
    pair_of_ends both{{}, {.pingInterval = 24h, .pingTimeout = 24h}};
    both.here.links().partition();
    CHECK_FALSE(both.echo("x", 15min - 1s));
    CHECK(both.heard.empty());
    CHECK(both.until("client: transport close", 2s));
}

TEST_CASE("a reset ends both sides at once")
{
    pair_of_ends both;
    both.here.links().reset();
    both.here.run();
    CHECK(both.has("client: transport close"));
    CHECK(both.has("server: transport close"));
    CHECK(both.here.eventually([&] { return both.client.connected(); }, 10s));
}

TEST_CASE("of a connection that is half open nobody is told")
{
    pair_of_ends both;
    both.here.links().half_open();
    CHECK_FALSE(both.echo("x", 20s));
    CHECK(both.heard.empty());
    CHECK(both.until("client: ping timeout", 1min));
    CHECK(both.here.eventually([&] { return both.client.connected(); }, 10s));
    CHECK(both.until("server: ping timeout", 1min));
}

TEST_CASE("whoever writes to a connection that is half open is told by TCP in the end")
{
    pair_of_ends both{{}, {.pingInterval = 24h, .pingTimeout = 24h}};
    both.here.links().half_open();
    CHECK_FALSE(both.echo("x", 15min - 1s));
    CHECK(both.heard.empty());
    CHECK(both.until("client: transport close", 2s));
    CHECK(both.here.eventually([&] { return both.client.connected(); }, 10s));
}

TEST_CASE("a limit of data ends the connection")
{
    pair_of_ends both;
    both.here.links().upstream().limit_data(1000);
    CHECK_FALSE(both.echo(std::string(2000, 'x'), 10ms));
    CHECK(both.until("client: transport close", 1s));
}

TEST_CASE("a close that is slow is heard late")
{
    pair_of_ends both;
    both.here.links().slow_close(10s);
    both.here.server().close();
    both.here.advance(9s);
    both.here.links().clear();
    CHECK(both.until("client: transport close", 2s));
}

TEST_CASE("a corrupted frame ends the connection, and nothing else")
{
    pair_of_ends both;
    both.here.links().upstream().corrupt(1);
    for (int i = 0; i != 20 && both.client.connected(); ++i)
        static_cast<void>(both.echo("some text", 1s));
    both.here.links().clear();
    CHECK(both.here.eventually([&] { return both.client.connected(); }, 2min));
    CHECK(both.echo() == 0ns);
}

TEST_CASE("a limit of data that a connection has passed already ends it with its next byte")
{
    pair_of_ends both;
    CHECK(both.echo(std::string(1000, 'x')) == 0ns);
    both.here.links().limit_data(100);
    CHECK_FALSE(both.echo("x", 10ms));
    both.here.links().clear();
    CHECK(both.here.eventually([&] { return both.client.connected(); }, 2min));
}

TEST_CASE("connects are refused, by TCP or by HTTP")
{
    pair_of_ends both;
    both.here.links().drop_connects(2).reset();
    both.here.run();
    CHECK(both.here.eventually([&] { return both.client.connected(); }, 1min));
    auto const refused = [&] {
        return std::count_if(both.heard.begin(), both.heard.end(),
            [](auto const& line) { return line.find("refused") != std::string::npos; });
    };
    CHECK(refused() == 2);
    both.heard.clear();
    both.here.links().refuse(503, 2, {{"Retry-After", "30"}}).reset();
    both.here.run();
    auto const before = both.here.now();
    CHECK(both.here.eventually([&] { return both.client.connected(); }, 2min));
    CHECK(both.here.now() - before >= 30s);
    CHECK(std::any_of(both.heard.begin(), both.heard.end(),
        [](auto const& line) { return line.find("503") != std::string::npos; }));
}

TEST_CASE("something happens at a byte, at an operation, when an event leaves")
{
    pair_of_ends both;
    bool at_byte = false;
    both.here.links("client", "server").upstream().at_byte(10, [&] {
        at_byte = true;
        both.here.links().reset();
    });
    CHECK_FALSE(both.echo("x", 10ms));
    CHECK(at_byte);
    both.here.run_until([&] { return both.client.connected(); });
    both.heard.clear();

    both.here.when("echo", [&] { both.here.links().reset(); });
    CHECK_FALSE(both.echo("x", 10ms));
    CHECK(both.has("server: transport close"));
    both.here.run_until([&] { return both.client.connected(); });
    CHECK(both.echo() == 0ns);

    bool at_operation = false;
    both.here.at_operation(both.here.operations() + 1, [&] { at_operation = true; });
    CHECK(both.echo() == 0ns);
    CHECK(at_operation);
}

TEST_CASE("what happens at a byte may hold the links, and is released with the world")
{
    auto const held = std::make_shared<int>(0);
    {
        pair_of_ends both;
        auto links = both.here.links();
        links.at_byte(1'000'000, [held, links]() mutable { links.reset(); });
        both.here.when("never", [held, links]() mutable { links.reset(); });
        both.here.at(24h, [held, links]() mutable { links.reset(); });
        both.here.at_operation(1'000'000, [held, links]() mutable { links.reset(); });
        CHECK(held.use_count() > 4);
    }
    CHECK(held.use_count() == 1);
}

TEST_CASE("a reader that is slow stops its writer")
{
    pair_of_ends both;
    both.here.links().hold();
    for (int i = 0; i != 20; ++i)
        both.client.emit("echo", std::string(100'000, 'x'));
    both.here.run();
    CHECK(both.client.io().snapshot().unsent_bytes > 1'000'000);
    both.here.links().release();
    both.here.run();
    CHECK(both.client.io().snapshot().unsent_bytes == 0);
}

} // namespace
} // namespace links_tests

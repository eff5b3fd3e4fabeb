// Time, chance and the names of a world.
#include <socketio/testing.hpp>
#include <socketio/websocket.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;

namespace world_tests {
namespace {

using socketio::testing::world;

void echoes(socketio::server& io)
{
    io.on("connection", [](socketio::server_socket socket) {
        socket.on("echo", [](socketio::value what, socketio::ack reply) { reply(what); });
    });
}

// Many clients, rooms, faults: all that could depend on addresses or on a real clock.
std::string busy_day(std::uint64_t seed)
{
    world here{seed};
    auto& io = here.server();
    int left = 0;
    io.on("connection", [&](socketio::server_socket socket) {
        socket.join("room " + std::to_string(socket.id().size() + static_cast<std::size_t>(socket.id().front() % 3)));
        socket.on("say", [&io, socket](std::string text) { io.to(std::string{*socket.rooms().begin()}).emit("said", text); });
        socket.on("disconnect", [&left] { ++left; });
    });
    here.links().latency(30ms, 20ms).slice(50);
    std::vector<socketio::socket> clients;
    for (int i = 0; i != 12; ++i)
        clients.push_back(here.client("http://server", {}, "client " + std::to_string(i)));
    for (int round = 0; round != 5; ++round) {
        here.advance(1s);
        for (auto& each : clients)
            each.emit("say", "round " + std::to_string(round));
        here.links("client " + std::to_string(round), "server").reset();
    }
    here.links().partition();
    here.advance(2min);
    here.links().repair();
    here.advance(30s);
    io.close();
    here.advance(1s);
    for (auto& each : clients)
        each.disconnect();
    here.run();
    return here.transcript().text(socketio::testing::level::bytes) + std::to_string(left);
}

TEST_CASE("a server and a client meet without a port, and time moves only when nothing is ready")
{
    world here;
    echoes(here.server());
    auto socket = here.client();
    std::optional<int> answer;
    socket.emit("echo", 42, [&](int what) { answer = what; });
    here.run_until([&] { return answer.has_value(); });
    CHECK(answer == 42);
    CHECK(here.now() == 0ns);
    here.advance(1h);
    CHECK(here.now() == 1h);
    CHECK(socket.connected());
}

TEST_CASE("two worlds with a seed are equal byte for byte, and others are not")
{
    auto const first = busy_day(7);
    REQUIRE(first.size() > 10000);
    for (int i = 0; i != 3; ++i) {
        std::string const moved(static_cast<std::size_t>(i) * 10000, 'x'); // addresses are others
        CHECK(busy_day(7) == first);
    }
    CHECK(busy_day(8) != first);
}

TEST_CASE("a wait that cannot end fails, and says what has happened")
{
    world here{5};
    echoes(here.server());
    auto socket = here.client();
    socket.emit("echo", socketio::object{{"password", "geheim"}, {"n", 1}});
    std::string why;
    try {
        here.run_until([] { return false; }, 90s);
    } catch (socketio::testing::failure const& failed) {
        why = failed.what();
    }
    CAPTURE(why);
    CHECK(why.find("did not happen within 90 s") != std::string::npos);
    CHECK(why.find("of seed 5") != std::string::npos);
    CHECK(why.find("client -> server  event \"echo\" {\"password\": ***, \"n\": 1}") != std::string::npos);
    CHECK(why.find("geheim") == std::string::npos);
}

TEST_CASE("a world in which nothing can happen says so, and does not hang")
{
    world here;
    CHECK(here.idle());
    CHECK_FALSE(here.run_for(1h));
    CHECK(here.now() == 0ns);
    CHECK_THROWS_AS(here.run_until([] { return false; }), socketio::testing::failure);
    int calls = 0;
    here.at(10s, [&] { ++calls; });
    here.after(20s, [&] { ++calls; });
    CHECK_FALSE(here.idle());
    CHECK(here.run_for(15s));
    CHECK(calls == 1);
    CHECK(here.now() == 15s);
    CHECK_FALSE(here.run_for(1h));
    CHECK(calls == 2);
}

TEST_CASE("an exception of a listener leaves the function that runs the world, which goes on afterwards")
{
    world here;
    here.server().on("connection", [](socketio::server_socket) { throw std::runtime_error{"a listener's"}; });
    auto socket = here.client();
    CHECK_THROWS_WITH(here.run_until([&] { return socket.connected(); }), "a listener's");
    here.run_until([&] { return socket.connected(); });
}

TEST_CASE("an endless loop in one moment is noticed")
{
    world here;
    std::function<void()> again = [&] { asio::post(here.context(), again); };
    again();
    CHECK_THROWS_AS(here.advance(1s), socketio::testing::failure);
    again = [] {};
}

TEST_CASE("a client of the world ends with its last handle, and its handlers are told")
{
    world here;
    auto& io = here.server();
    std::string reason;
    io.on("connection", [&](socketio::server_socket socket) {
        socket.on("disconnect", [&](std::string_view why) { reason = why; });
    });
    std::optional<socketio::socket> socket{here.client()};
    here.run_until([&] { return socket->connected(); });
    std::error_code ec;
    socket->emit("unanswered", [&](std::error_code why) { ec = why; });
    here.run();
    socket.reset();
    here.run();
    CHECK(reason == "client namespace disconnect");
    CHECK(ec == socketio::error::stopped);
    CHECK(io.snapshot().connections == 0);
}

TEST_CASE("servers have names and ports, and a name that nobody has is refused")
{
    world here;
    echoes(here.server());
    auto& other = here.server("other:8080", {.path = "/ws"});
    other.on("connection", [](socketio::server_socket socket) { socket.emit("hello", socket.handshake().address); });
    auto a = here.client("http://server");
    auto b = here.client("http://other:8080", {.path = "/ws"}, "b");
    auto c = here.client("http://other");
    auto d = here.client("https://server");
    std::string greeting, refusal, no_tls;
    b.on("hello", [&](std::string text) { greeting = text; });
    c.on("connect_error", [&](socketio::connect_error const& why) { refusal = why.message(); });
    d.on("connect_error", [&](socketio::connect_error const& why) { no_tls = why.message(); });
    here.run_until([&] { return a.connected() && !greeting.empty() && !refusal.empty() && !no_tls.empty(); });
    CHECK(greeting == "10.0.0.2"); // of the second host that a server was told of
    CHECK(refusal.find("refused") != std::string::npos);
    CHECK_THROWS_AS(here.server("other:8080", {.path = "/else"}), std::invalid_argument);
    CHECK(&here.server("other:8080") == &other);
}

TEST_CASE("a server that is killed and started again is found again")
{
    world here;
    echoes(here.server());
    auto socket = here.client();
    here.run_until([&] { return socket.connected(); });
    std::string reason;
    socket.on("disconnect", [&](std::string_view why) { reason = why; });
    here.kill("server");
    here.run();
    CHECK(reason == "transport close");
    here.advance(10s);
    CHECK_FALSE(socket.connected());
    echoes(here.restart());
    std::optional<int> answer;
    socket.emit("echo", 1, [&](int what) { answer = what; });
    here.run_until([&] { return answer == 1; });
}

TEST_CASE("whatever accepts streams can be served, and plain WebSockets, too")
{
    world here;
    socketio::server own{here.context()};
    echoes(own);
    here.serve("own", own);
    auto socket = here.client("http://own");
    here.run_until([&] { return socket.connected(); });
    here.unserve("own");
    auto late = here.client("http://own", {.reconnection = false});
    bool refused = false;
    late.on("connect_error", [&](socketio::connect_error const&) { refused = true; });
    here.run_until([&] { return refused; });
    CHECK(socket.connected());
}

TEST_CASE("the time of day is virtual, too, and may be set")
{
    world here;
    auto& io = here.server();
    std::vector<std::string> issued;
    io.on("connection", [&](socketio::server_socket socket) { issued.push_back(socket.handshake().time); });
    auto a = here.client();
    here.run_until([&] { return a.connected(); });
    here.set_wall_clock(std::chrono::sys_days{std::chrono::year{2000} / 1 / 1});
    auto b = here.client();
    here.run_until([&] { return b.connected(); });
    REQUIRE(issued.size() == 2);
    CHECK(issued[0].find("Jan 01 2030") != std::string::npos);
    CHECK(issued[1].find("Jan 01 2000") != std::string::npos);
}

TEST_CASE("real peers on real ports, beside the virtual network")
{
    world here;
    here.wait_for_real_io(50ms);
    socketio::server real{here.context(), 0, {.address = "127.0.0.1"}};
    echoes(real);
    echoes(here.server());
    auto outside = socketio::io(here.context(), "http://127.0.0.1:" + std::to_string(real.port()));
    auto inside = here.client();
    int answers = 0;
    for (auto* const each : {&outside, &inside})
        each->emit("echo", 1, [&](int) { ++answers; });
    here.run_until([&] { return answers == 2; }, 1min);
}

TEST_CASE("an hour of a hundred clients with their pings")
{
    world here;
    echoes(here.server());
    here.links().latency(20ms, 5ms);
    std::vector<socketio::socket> clients;
    for (int i = 0; i != 100; ++i)
        clients.push_back(here.client());
    here.advance(1h);
    int connected = 0;
    for (auto& each : clients)
        connected += each.connected() ? 1 : 0;
    CHECK(connected == 100);
    auto const lines = here.transcript().happenings();
    CHECK(std::count_if(lines.begin(), lines.end(), [](auto const& each) { return each.meaning == "pong"; }) > 14000);
}

TEST_CASE("a world may end at any time, and what outlives it has no effect")
{
    std::optional<socketio::socket> kept;
    {
        world here;
        echoes(here.server());
        kept = here.client();
        here.run_until([&] { return kept->connected(); });
        kept->emit("echo", 1, [](int) { FAIL("called"); });
    }
    kept->emit("late");
    kept.reset();
    for (int operations = 1; operations != 40; ++operations) {
        world here;
        echoes(here.server());
        auto socket = here.client();
        bool ends = false;
        here.at_operation(static_cast<std::uint64_t>(operations), [&] { ends = true; });
        if (!here.eventually([&] { return ends; }, 1min))
            break;
    }
}

} // namespace
} // namespace world_tests

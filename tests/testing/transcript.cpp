// The lines of a transcript.
#include <doctest/doctest.h>

#include <socketio/msgpack.hpp>
#include <socketio/testing.hpp>
#include <socketio/testing/doctest.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
using socketio::testing::level;
using socketio::testing::world;

namespace transcript_tests {
namespace {

bool has(std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; }

// What a seed says does not depend on the compiler, on the sanitizer or on the day.
TEST_CASE("the text is the same everywhere")
{
    world here{42};
    auto& io = here.server();
    io.on("connection", [](socketio::server_socket socket) {
        socket.on("reading", [](double, socketio::ack taken) { taken("ok"); });
    });
    here.links().latency(20ms, 5ms);
    auto device = here.client("http://server", {.auth = socketio::object{{"token", "geheim"}, {"name", "a"}}}, "device");
    device.emit("reading", 21.5, [](std::string) {});
    here.advance(30s);
    here.links("device", "server").reset();
    here.advance(5s);
    CHECK("\n" + here.transcript().text() == R"(
    0.000000  device -> server  connects to server:80
    0.085143  server -> device  open {"sid": "UjKO_hcYyjIkaY8JGbA8", "upgrades": [], "pingInterval": 25000, "pingTimeout": 20000, "maxPayload": 1000000} (sent 0.064623)
    0.102114  device -> server  connect {"token": ***, "name": "a"} (sent 0.085143)
    0.123303  server -> device  connect {"sid": "kveeu12MV99L34FXu3_p"} (sent 0.102114)
    0.147966  device -> server  event "reading" 21.5 wants ack 0 (sent 0.123303)
    0.167388  server -> device  ack "ok" of 0 (sent 0.147966)
   25.084289  server -> device  ping (sent 25.064623)
   25.102833  device -> server  pong (sent 25.084289)
   30.000000  server -> device  connection reset
   30.000000  device -> server  connection reset
   30.843291  device -> server  connects to server:80
   30.923895  server -> device  open {"sid": "mG-_JttD3ttHzXfFcOnC", "upgrades": [], "pingInterval": 25000, "pingTimeout": 20000, "maxPayload": 1000000} (sent 30.900022)
   30.946436  device -> server  connect {"token": ***, "name": "a"} (sent 30.923895)
   30.961590  server -> device  connect {"sid": "16ezSXDade_2DAZ-HqoI"} (sent 30.946436)
)");
}

TEST_CASE("each level shows those above it, too")
{
    world here;
    here.server();
    auto socket = here.client();
    socket.emit("a", 1);
    here.run();
    auto const& lines = here.transcript();
    auto const count = [&](level most) {
        auto const text = lines.text(most);
        return std::count(text.begin(), text.end(), '\n');
    };
    CHECK(count(level::events) < count(level::packets));
    CHECK(count(level::packets) < count(level::frames));
    CHECK(count(level::frames) < count(level::bytes));
    CHECK(lines.last(1, level::events) == "    0.000000  client -> server  event \"a\" 1\n");
    CHECK(static_cast<std::ptrdiff_t>(lines.happenings().size()) == count(level::bytes));
}

TEST_CASE("secrets are hidden by their names, and names can be added")
{
    world here;
    here.transcript().hide("pin");
    here.server();
    auto socket = here.client("http://server", {.query = {{"access_token", "q1"}, {"room", "r"}}});
    socket.emit("login", socketio::object{{"Password", "p1"}, {"pinCode", 4711}, {"deep", socketio::object{{"sessionId", "s1"}}}});
    here.run();
    auto const text = here.transcript().text(level::bytes);
    for (std::string_view const secret : {"q1", "p1", "4711", "s1"})
        CHECK_FALSE(has(text, secret));
    CHECK(has(text, "room=r"));
    CHECK(has(text, "access_token=***"));
    CHECK(has(text, "{\"Password\": ***, \"pinCode\": ***, \"deep\": {\"sessionId\": ***}}"));
}

TEST_CASE("long-polling, an upgrade, binary data and other parsers are read")
{
    world here;
    auto& io = here.server();
    io.on("connection", [](socketio::server_socket socket) {
        socket.on("data", [](socketio::bytes what, socketio::ack reply) { reply(what); });
    });
    auto polling = here.client("http://server", {.transports = {"polling"}}, "polling");
    auto upgraded = here.client("http://server", {.transports = {"polling", "websocket"}}, "upgraded");
    int answers = 0;
    for (auto* const each : {&polling, &upgraded})
        each->emit("data", socketio::bytes(3), [&](socketio::bytes what) { answers += static_cast<int>(what.size()); });
    here.run_until([&] { return answers == 6; });
    here.run();
    auto const text = here.transcript().text(level::frames);
    for (std::string_view const host : {"polling", "upgraded"})
        CHECK(has(text, std::string{host} + " -> server  event \"data\" <3 bytes> wants ack 0"));
    CHECK(has(text, "server -> polling  ack <3 bytes> of 0"));
    CHECK(has(text, "upgraded -> server  upgrade"));
    CHECK(has(text, "polling -> server  POST /socket.io/?EIO=4&transport=polling"));

    world packed;
    packed.transcript().set_parser(socketio::msgpack_parser);
    packed.server("server", {.parser = socketio::msgpack_parser});
    auto socket = packed.client("http://server", {.parser = socketio::msgpack_parser});
    socket.emit("packed", 1.5, nullptr);
    packed.run();
    CHECK(has(packed.transcript().text(), "client -> server  event \"packed\" 1.5, null"));
}

TEST_CASE("what is on the way, and what gets lost")
{
    world here;
    here.server();
    auto socket = here.client();
    here.run_until([&] { return socket.connected(); });
    here.links().hold();
    socket.emit("held", 1);
    here.run();
    REQUIRE(here.transcript().in_flight().size() >= 1);
    CHECK(here.transcript().in_flight().back().meaning == "event \"held\" 1");
    CHECK(has(here.circumstances(), "and on the way\n           client -> server  event \"held\" 1\n"));
    CHECK_FALSE(has(here.transcript().text(), "held"));
    here.advance(2s);
    here.links().release();
    here.run();
    CHECK(has(here.transcript().text(), "2.000000  client -> server  event \"held\" 1 (sent 0.000000)"));
    here.transcript().note("that was all");
    CHECK(here.transcript().last(1) == "    2.000000  that was all\n");
}

TEST_CASE("what cannot be read is named, and nothing fails")
{
    world here;
    here.links().upstream().corrupt(1);
    here.server();
    std::vector<socketio::socket> clients;
    for (int i = 0; i != 50; ++i)
        clients.push_back(here.client("http://server", {.reconnection = false}));
    here.advance(1min);
    CHECK(here.transcript().happenings().size() > 50);
}

} // namespace
} // namespace transcript_tests

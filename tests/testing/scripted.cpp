// Peers that misbehave, in front of the library's own client and server.
#include <socketio/testing.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
using namespace std::string_view_literals;

namespace scripted_tests {
namespace {

using socketio::testing::scripted_client;
using socketio::testing::scripted_server;
using socketio::testing::world;

// A client of the library, and how it fares.
struct watched_client {
    explicit watched_client(world& in, socketio::options settings = {})
        : socket{in.client("http://server", std::move(settings))}
    {
        socket.on("disconnect", [this](std::string_view why) { reasons.emplace_back(why); });
        socket.on("connect_error", [this](socketio::connect_error const& why) { errors.push_back(why.message()); });
        socket.onAny([this](std::string_view) { ++events; });
    }

    socketio::socket socket;
    std::vector<std::string> reasons, errors;
    std::size_t events = 0;
};

socketio::options websocket_only(bool reconnects = false)
{
    return {.transports = {"websocket"}, .reconnection = reconnects};
}

TEST_CASE("a scripted server talks to a client, and the script is checked to its end")
{
    world here;
    scripted_server server{here, "server"};
    server.script()
        .upgrade()
        .open({.pingInterval = 25s})
        .expect_connect("/")
        .reply_connect()
        .expect("reading", 21.5)
        .reply("ok")
        .after(5ms)
        .emit("hello", 1, "two", socketio::bytes(3))
        .emit_with_ack("question")
        .expect_ack(42)
        .ping()
        .expect_pong()
        .silence(3s)
        .disconnect();
    watched_client client{here, websocket_only()};
    std::string reply, hello;
    client.socket.on("hello", [&](int one, std::string two, socketio::bytes data) {
        hello = std::to_string(one) + two + std::to_string(data.size());
    });
    client.socket.on("question", [](socketio::ack answer) { answer(42); });
    client.socket.emit("reading", 21.5, [&](std::string what) { reply = what; });
    here.run_until([&] { return server.done(); });
    here.run();
    CHECK(reply == "ok");
    CHECK(hello == "1two3");
    CHECK(here.now() == 3005ms);
    CHECK(client.reasons == std::vector<std::string>{"io server disconnect"});
    CHECK(server.failure() == "");
}

TEST_CASE("an acknowledgement that never comes")
{
    world here;
    scripted_server server{here};
    server.script().upgrade().open().expect_connect().reply_connect().expect("slow");
    auto socket = here.client("http://server", websocket_only());
    std::optional<std::error_code> why;
    socket.timeout(3s).emit("slow", 1, [&](std::error_code ec) { why = ec; });
    here.run_until([&] { return server.done() && why; });
    CHECK(why == make_error_code(socketio::error::ack_timeout));
    CHECK(here.now() == 3s);
}

TEST_CASE("a CONNECT that is refused, with data")
{
    world here;
    scripted_server server{here};
    server.script().upgrade().open().expect_connect().refuse_connect("not today", socketio::object{{"code", 7}});
    watched_client client{here, websocket_only()};
    here.run_until([&] { return server.done() && !client.errors.empty(); });
    CHECK(client.errors == std::vector<std::string>{"not today"});
}

TEST_CASE("a close in the middle of a frame, and a reset")
{
    for (bool const resets : {false, true}) {
        CAPTURE(resets);
        world here;
        scripted_server server{here};
        auto& script = server.script().upgrade().open().expect_connect().reply_connect().raw("\x81\x7e\x01"sv);
        resets ? script.reset() : script.close();
        watched_client client{here, websocket_only()};
        here.run_until([&] { return server.done() && !client.reasons.empty(); });
        CHECK(client.reasons == std::vector<std::string>{"transport close"});
        CHECK(client.events == 0);
    }
}

TEST_CASE("an event of a namespace that the client is not in has no effect")
{
    world here;
    scripted_server server{here};
    server.script().upgrade().open().expect_connect().reply_connect().in("/other").emit("x").in("/").emit("y");
    watched_client client{here, websocket_only()};
    here.run_until([&] { return server.done(); });
    here.run();
    CHECK(client.events == 1);
    CHECK(client.socket.connected());
}

TEST_CASE("a server that does not ping, and one whose frames are masked, lose their client")
{
    world here;
    scripted_server server{here};
    server.script().upgrade().open({.pingInterval = 1s, .pingTimeout = 2s}).expect_connect().reply_connect();
    watched_client client{here, websocket_only()};
    here.run_until([&] { return !client.reasons.empty(); });
    CHECK(client.reasons == std::vector<std::string>{"ping timeout"});
    CHECK(here.now() == 3s);

    world other;
    scripted_server masking{other};
    masking.script().upgrade().open().expect_connect().reply_connect().masks(true).emit("x").lenient().expect_end();
    watched_client second{other, websocket_only()};
    other.run_until([&] { return masking.done(); });
    CHECK(second.events == 0);
    CHECK(second.reasons.size() == 1);
}

TEST_CASE("refusals by HTTP, then a server that answers: each connection has a script of its own")
{
    world here;
    scripted_server server{here};
    server.script().answer(503, {{"Retry-After", "7"}}, "busy").close();
    server.script(2)
        .expect_request("GET", "/socket.io/")
        .raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
             "Connection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n"sv)
        .expect_end();
    server.script(3)
        .expect_request()
        .raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
             "Connection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"sv)
        .open()
        .expect_connect()
        .reply_connect();
    watched_client client{here, websocket_only(true)};
    here.run_until([&] { return server.done() && client.socket.connected(); });
    CHECK(client.errors.size() == 2);
    CHECK(server.connections() == 3);
    CHECK(here.now() >= 7s);
}

TEST_CASE("long-polling by hand")
{
    world here;
    scripted_server server{here};
    server.script()
        .expect_request("GET", "/socket.io/?EIO=4&transport=polling")
        .answer(200, {{"Content-Type", "text/plain; charset=UTF-8"}},
            R"(0{"sid":"S","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000})")
        .lenient()
        .expect_request("POST")
        .answer(400);
    server.script(2).lenient().expect_request("GET");
    watched_client client{here, {.transports = {"polling"}, .reconnection = false}};
    here.run_until([&] { return !client.errors.empty(); });
    CHECK(server.connections() >= 1);
}

TEST_CASE("a packet that is none, and a frame that is none")
{
    for (std::string_view const bytes : {"\x81\x03"
                                         "42{"sv,
             "\x81\x02"
             "9x"sv,
             "\x8f\x00"sv, "\x81\x02\xff\xff"sv}) {
        world here;
        scripted_server server{here};
        server.script().upgrade().open().expect_connect().reply_connect().raw(bytes).lenient().expect_end();
        watched_client client{here, websocket_only()};
        here.run_until([&] { return server.done(); });
        CHECK(client.reasons.size() == 1);
    }
}

TEST_CASE("a half closed connection, and a close frame with a code")
{
    world here;
    scripted_server server{here};
    server.script().upgrade().open().expect_connect().reply_connect().half_close().lenient().expect_end();
    server.script(2).upgrade().open().expect_connect().reply_connect().close_frame(1008, "no").expect_close_frame(1008);
    watched_client client{here, websocket_only()};
    here.run_until([&] { return client.reasons.size() == 1; });
    client.socket.connect();
    here.run_until([&] { return server.done(); });
    here.run();
    CHECK(client.reasons.size() == 2);
}

TEST_CASE("a step that is not met names itself, and what came")
{
    auto const fails = [](auto write, std::chrono::nanoseconds takes) {
        world here;
        scripted_server server{here};
        write(server.script().upgrade().open().expect_connect().reply_connect());
        auto socket = here.client("http://server", websocket_only());
        socket.emit("reading", 22, socketio::object{{"token", "geheim"}});
        std::string thrown;
        try {
            here.run_until([&] { return server.done(); });
        } catch (socketio::testing::failure const& failed) {
            thrown = failed.what();
        }
        auto const why = server.failure();
        CHECK(here.now() == takes);
        CHECK(thrown.starts_with(why + "\n"));
        return why;
    };
    using script = socketio::testing::server_script;
    CHECK(fails([](script& of) { of.expect("reading", 21.5); }, 0s) ==
          R"(server, connection 1, step 5 (expect event "reading" 21.5): came event "reading" 22, {"token": ***})");
    CHECK(fails([](script& of) { of.lenient().in("/a").expect("other"); }, 20s) ==
          R"(server, connection 1, step 5 (expect event "other" in /a): nothing came)");
    CHECK(fails([](script& of) { of.expect("reading").reply(1); }, 0s) ==
          "server, connection 1, step 6 (reply): the event wants no acknowledgement");
    CHECK(fails([](script& of) { of.within(3s).expect("reading").expect_close_frame(); }, 3s) ==
          "server, connection 1, step 6 (expect close frame): nothing came");
}

// ---- Clients

struct watched_server {
    explicit watched_server(world& in, socketio::server_options settings = {})
        : io{in.server("server", std::move(settings))}
    {
        io.on("connection", [this](socketio::server_socket socket) {
            sockets.push_back(socket);
            socket.on("disconnect", [this](std::string_view why) { reasons.emplace_back(why); });
            socket.on("echo", [](socketio::value what, socketio::ack reply) { reply(what); });
        });
    }

    socketio::server& io;
    std::vector<socketio::server_socket> sockets;
    std::vector<std::string> reasons;
};

TEST_CASE("a scripted client talks to a server")
{
    world here;
    watched_server server{here};
    scripted_client client{here, "http://server"};
    client.script()
        .upgrade()
        .expect_open()
        .connect("/", socketio::object{{"token", "x"}})
        .expect_connected()
        .emit_with_ack("echo", socketio::bytes(4))
        .expect_ack(socketio::bytes(4))
        .expect("question", "how?")
        .reply("fine")
        .within(30s)
        .expect_ping()
        .disconnect()
        .close();
    std::string answer;
    here.when([](auto const& what) { return what.type == socketio::packet_type::binary_event; },
        [&] {
            here.after(1s,
                [&] { server.sockets.at(0).emit("question", "how?", [&](std::string what) { answer = what; }); });
        });
    here.run_until([&] { return client.done(); });
    here.run();
    CHECK(answer == "fine");
    CHECK(here.now() == 25s);
    CHECK(server.reasons == std::vector<std::string>{"client namespace disconnect"});
}

TEST_CASE("an unmasked frame ends the connection")
{
    world here;
    watched_server server{here};
    scripted_client client{here};
    client.script()
        .upgrade()
        .expect_open()
        .connect()
        .expect_connected()
        .masks(false)
        .emit("echo")
        .lenient()
        .expect_end();
    here.run_until([&] { return client.done(); });
    here.run();
    CHECK(server.reasons.size() == 1);
}

TEST_CASE("a client that answers no ping, for good or for a while")
{
    for (bool const silent : {false, true}) {
        world here;
        watched_server server{here, {.pingInterval = 1s, .pingTimeout = 2s}};
        scripted_client client{here};
        auto& script = client.script().upgrade().expect_open().connect().expect_connected();
        silent ? script.silence(5s) : script.answer_pings(false);
        script.lenient().expect_close_frame();
        here.run_until([&] { return client.done(); });
        CHECK(server.reasons == std::vector<std::string>{"ping timeout"});
        CHECK(here.now() == (silent ? 5s : 3s));
    }
}

TEST_CASE("a client that sends what is no packet, an event before CONNECT, or a CONNECT to nowhere")
{
    world here;
    watched_server server{here};
    scripted_client nonsense{here, "http://server", "nonsense"}, early{here, "http://server", "early"},
        nowhere{here, "http://server", "nowhere"}, gone{here, "http://server", "gone"};
    nonsense.script().upgrade().expect_open().connect().expect_connected().text("4{").lenient().expect_end();
    early.script().upgrade().expect_open().emit("echo", 1).lenient().expect_end();
    nowhere.script().upgrade().expect_open().connect("/nowhere").expect_refused().connect().expect_connected();
    gone.script().upgrade().expect_open().connect().raw("\x81\xff"sv).reset();
    here.run_until([&] { return nonsense.done() && early.done() && nowhere.done() && gone.done(); });
    here.run();
    std::string reasons;
    for (auto const& each : server.reasons)
        reasons += each + ", ";
    CHECK(reasons == "transport close, forced close, ");
}

TEST_CASE("requests by hand, and a client that cannot connect")
{
    world here;
    watched_server server{here};
    scripted_client client{here}, bad{here, "http://server", "bad"}, lost{here, "http://nobody", "lost"};
    client.script()
        .request("GET", "/socket.io/?EIO=4&transport=polling")
        .expect_answer(200)
        .request("GET", "/socket.io/?EIO=4&transport=polling&sid=wrong")
        .expect_answer(400);
    bad.script().raw("no HTTP at all\r\n\r\n"sv).lenient().expect_end();
    lost.script().upgrade();
    here.run_until([&] { return client.done() && bad.done() && !lost.failure().empty(); });
    CHECK(lost.failure().starts_with("lost, step 1 (upgrade): no connection: "));
    CHECK_THROWS_AS((scripted_client{here, "ftp://server"}), std::invalid_argument);
}

TEST_CASE("scripted peers may end while they play, and so may their world")
{
    for (int steps = 0; steps != 30; ++steps) {
        world here;
        watched_server server{here};
        std::optional<scripted_server> theirs;
        theirs.emplace(here, "other");
        theirs->script().upgrade().open().after(1s).expect("x");
        std::optional<scripted_client> client;
        client.emplace(here);
        client->script().upgrade().expect_open().connect().expect_connected().after(1s).expect("x");
        auto socket = here.client("http://other", websocket_only());
        bool now = false;
        here.at_operation(static_cast<std::uint64_t>(steps), [&] { now = true; });
        here.eventually([&] { return now; }, 2s);
        theirs.reset();
        if (steps % 2 == 0)
            client.reset();
        here.run();
    }
}

} // namespace
} // namespace scripted_tests

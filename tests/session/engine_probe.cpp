// A session that moves from another transport to WebSocket: the probe, by the server and by the client.
#include <socketio/session/engine.hpp>

#include <doctest/doctest.h>

#include "support/engine_side.hpp"

namespace engine_probe_tests {

using namespace support;
using reason = disconnect_reason;

namespace {

// A server that probes, and a client below Engine.IO.
struct probing {
    probing() { server.session.probe(); }
    lines says(std::string_view text, opcode code = opcode::text)
    {
        socket.send(code, text);
        std::string const bytes{socket.output().view()};
        socket.output().clear();
        return server.receive(bytes);
    }
    lines hears()
    {
        std::string bytes = server.take_output();
        std::span<char> input{bytes};
        lines result;
        for (auto event = socket.next(input); event.type != websocket_event::kind::none; event = socket.next(input))
            result.push_back(event.type == websocket_event::kind::close ? "close" : std::string(event.payload.begin(), event.payload.end()));
        return result;
    }

    side server{role::server, usual()};
    websocket_endpoint socket{role::client, {}, 1};
};

} // namespace

TEST_CASE("a probe is answered, and nothing else is said before the upgrade")
{
    probing pair;
    CHECK(pair.hears() == lines{});
    CHECK(pair.server.session.deadline() == clock::never());
    CHECK(pair.says("2probe") == lines{"probed"});
    CHECK(pair.hears() == lines{"3probe"});
    CHECK_FALSE(pair.server.session.is_open());
    CHECK(pair.says("5") == lines{"upgraded"});
    CHECK(pair.server.session.is_open());
    CHECK(pair.hears() == lines{});
}

TEST_CASE("after the upgrade the session goes on as any other, with a heartbeat of its own")
{
    probing pair;
    pair.says("2probe");
    pair.hears();
    pair.server.now = start + 5s;
    pair.says("5");
    CHECK(pair.says("4hello") == lines{"text hello"});
    pair.server.session.send_text("there");
    CHECK(pair.hears() == lines{"4there"});
    CHECK(pair.server.session.deadline() == start + 30s);
    pair.server.now = start + 30s;
    CHECK(pair.server.tick() == "none");
    CHECK(pair.hears() == lines{"2"});
}

TEST_CASE("whatever else comes before the upgrade ends the probe")
{
    for (char const* text : {"4message", "2", "2prob", "3probe", "0{}", "6", "1"}) {
        probing pair;
        CHECK_MESSAGE(pair.says(text) == lines{closed(reason::transport_error, error::engine_unexpected)}, text);
        CHECK(pair.hears() == lines{"close"});
    }
    probing nonsense;
    CHECK(nonsense.says("x") == lines{closed(reason::transport_error, error::engine_packet_invalid)});
    probing binary;
    CHECK(binary.says("2probe", opcode::binary) ==
          lines{closed(reason::transport_error, error::engine_packet_invalid)});
}

TEST_CASE("while a pong is due, the first other packet gives it as much time again")
{
    probing pair;
    pair.says("5");
    pair.server.now = start + 25s;
    pair.server.tick();
    pair.server.now = start + 40s;
    pair.says("4large");
    CHECK(pair.server.session.deadline() == start + 60s);
    pair.server.now = start + 50s;
    pair.says("", opcode::binary);
    CHECK(pair.server.session.deadline() == start + 60s);
}

TEST_CASE("who probes on and on and reads no answer is not answered without end")
{
    probing pair;
    for (int i = 0; i != 100000; ++i)
        REQUIRE(pair.says("2probe") == lines{"probed"});
    CHECK(pair.server.session.output().size() < 70000);
    CHECK(pair.hears().front() == "3probe");
    pair.says("2probe");
    CHECK(pair.hears() == lines{"3probe"});
}

namespace {

// A client that probes, and a server below Engine.IO.
struct probing_client {
    probing_client() { client.session.probe(usual()); }
    lines says(std::string_view text, opcode code = opcode::text)
    {
        socket.send(code, text);
        std::string const bytes{socket.output().view()};
        socket.output().clear();
        return client.receive(bytes);
    }
    lines hears()
    {
        std::string bytes = client.take_output();
        std::span<char> input{bytes};
        lines result;
        for (auto event = socket.next(input); event.type != websocket_event::kind::none; event = socket.next(input))
            result.push_back(event.type == websocket_event::kind::close ? "close" : std::string(event.payload.begin(), event.payload.end()));
        return result;
    }

    side client{role::client};
    websocket_endpoint socket{role::server, {}, 1};
};

} // namespace

TEST_CASE("a client probes, and moves its session with its heartbeat")
{
    probing_client pair;
    CHECK(pair.hears() == lines{"2probe"});
    CHECK(pair.client.session.deadline() == clock::never());
    CHECK(pair.says("3probe") == lines{"probed"});
    CHECK_FALSE(pair.client.session.is_open());
    CHECK(pair.hears() == lines{});
    heartbeat const so_far{role::client, 25s, 20s, start};
    pair.client.session.upgrade(so_far, false);
    CHECK(pair.client.session.is_open());
    CHECK(pair.client.session.deadline() == start + 45s);
    pair.client.session.send_text("moved");
    CHECK(pair.hears() == lines{"5", "4moved"});
    pair.client.now = start + 30s;
    CHECK(pair.says("2") == lines{"ping"});
    CHECK(pair.hears() == lines{"3"});
    CHECK(pair.client.session.deadline() == start + 75s);
    CHECK(pair.client.session.settings().max_payload == 1000000);
    CHECK(pair.says("4hello") == lines{"text hello"});
}

TEST_CASE("a pong that is owed for a ping by polling goes behind the upgrade")
{
    probing_client pair;
    pair.hears();
    pair.says("3probe");
    pair.client.session.upgrade(heartbeat{role::client, 25s, 20s, start}, true);
    CHECK(pair.hears() == lines{"5", "3"});
}

TEST_CASE("anything but the answer to the client's probe ends it")
{
    for (char const* text : {"3", "3prob", "3probes", "2probe", "4message", "0{}", "1", "5", "6"}) {
        probing_client pair;
        CHECK_MESSAGE(pair.says(text) == lines{closed(reason::transport_error, error::engine_unexpected)}, text);
    }
    probing_client twice;
    CHECK(twice.says("3probe") == lines{"probed"});
    CHECK(twice.says("3probe") == lines{closed(reason::transport_error, error::engine_unexpected)});
    probing_client early;
    CHECK(early.says("3probe") == lines{"probed"});
    CHECK(early.says("4too early") == lines{closed(reason::transport_error, error::engine_unexpected)});
    probing_client binary;
    CHECK(binary.says("3probe", opcode::binary) ==
          lines{closed(reason::transport_error, error::engine_packet_invalid)});
}

TEST_CASE("a client that sees its probe's WebSocket close learns why")
{
    probing_client pair;
    pair.says("3probe");
    pair.socket.close(1001, "going");
    CHECK(pair.client.receive(pair.socket.output().view()) ==
          lines{closed(reason::transport_close, error::closed, 1001) + " going"});
}

} // namespace engine_probe_tests

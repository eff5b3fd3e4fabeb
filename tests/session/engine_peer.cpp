// One engine against a peer that says what it likes; engine.cpp has two engines against each other.
#include <socketio/session/engine.hpp>

#include <socketio/wire/base64.hpp>

#include <doctest/doctest.h>

#include "support/engine_side.hpp"

#include <array>
#include <string>
#include <string_view>

namespace engine_peer_tests {

using namespace support;
using reason = disconnect_reason;

TEST_CASE("what the frame at the front still needs is known")
{
    opened client;
    auto const bytes = server_endpoint{}.text("4" + sample(70000));
    CHECK(client.session.wanted() == 0);
    CHECK(client.receive(bytes.substr(0, 100)).empty());
    CHECK(client.session.wanted() == bytes.size());
}

TEST_CASE("silence for pingInterval and pingTimeout is a ping timeout for the client")
{
    opened client;
    client.now = start + 45s - 1ns;
    CHECK(client.tick() == "none");
    CHECK_FALSE(client.session.expired(client.now));
    client.now += 1ns;
    CHECK(client.session.expired(client.now));
    CHECK(client.session.is_open());
    CHECK(client.tick() == closed(reason::ping_timeout, error::ping_timeout));
    says_nothing_more(client);
}

TEST_CASE("messages do not stand in for the ping")
{
    opened client;
    server_endpoint server;
    for (int i = 0; i < 44; ++i) {
        client.now += 1s;
        CHECK(client.receive(server.text("42[\"tick\"]")) == lines{"text 2[\"tick\"]"});
        CHECK(client.receive(server.frame(opcode::ping, "x")).empty());
        CHECK(client.tick() == "none");
    }
    client.now += 1s;
    CHECK(client.tick() == closed(reason::ping_timeout, error::ping_timeout));
}

TEST_CASE("a close in front of the open packet ends the session as well")
{
    side client{role::client};
    server_endpoint server;
    CHECK(client.receive(server.close(1001, "restart"), 1) ==
          lines{closed(reason::transport_close, error::closed, 1001) + " restart"});
    CHECK(server.hears(client) == lines{"close 1001"});
    says_nothing_more(client);

    side closer{role::client};
    closer.session.close();
    CHECK(closer.receive(server_endpoint{}.text(usual_open)) == lines{});
    CHECK_FALSE(closer.session.is_open());
}

TEST_CASE("close, pong, upgrade and noop packets are ignored by a client")
{
    opened client;
    server_endpoint server;
    for (auto const packet : {"1", "3", "6", "5", "3probe", "1bye"})
        CHECK(client.receive(server.text(packet)) == lines{});
    CHECK(client.session.is_open());
    CHECK(client.session.deadline() == start + 45s);
    CHECK(server.hears(client) == lines{});
}

TEST_CASE("a ping is answered with a bare pong, whatever it carries")
{
    opened client;
    server_endpoint server;
    client.now += 30s;
    CHECK(client.receive(server.text("2hello")) == lines{"ping"});
    CHECK(server.hears(client) == lines{"3"});
    CHECK(client.session.deadline() == client.now + 45s);
    CHECK(client.receive(server.text("2") + server.text("2probe")) == lines{"ping", "ping"});
    CHECK(server.hears(client) == lines{"3", "3"});
}

TEST_CASE("a packet of unknown type and an empty text are transport errors for a client")
{
    for (auto const packet : {"9", "", "7x", "b64", "{}"}) {
        opened client;
        server_endpoint server;
        CHECK(client.receive(server.text(packet), 1) ==
              lines{closed(reason::transport_error, error::engine_packet_invalid)});
        CHECK(server.hears(client) == lines{"close 1005"});
        says_nothing_more(client);
    }
}

TEST_CASE("a second open packet is a transport error")
{
    opened client;
    CHECK(client.receive(server_endpoint{}.text(usual_open)) ==
          lines{closed(reason::transport_error, error::engine_open_invalid)});
    says_nothing_more(client);
}

TEST_CASE("whoever says something else first is no Engine.IO server")
{
    server_endpoint server;
    for (std::string const& first : {server.text("hello"), server.text(""), server.text("42[\"a\"]"), server.text("2"), server.text("6"),
                                     server.text("1"), server.text("9"), server.binary("0{}"), server.binary("")}) {
        side client{role::client};
        CHECK(client.receive(first) == lines{closed(reason::transport_error, error::not_socketio)});
        says_nothing_more(client);
    }
}

TEST_CASE("bad open packets are transport errors")
{
    for (auto const text :
         {"0", "0{", "0[]", "0null", "0\"sid\"", "0{}", R"(0{"sid":"S"})", R"(0{"sid":"S","pingInterval":25000})",
          R"(0{"sid":7,"pingInterval":25000,"pingTimeout":20000})", R"(0{"pingInterval":25000,"pingTimeout":20000})",
          R"(0{"sid":"S","pingInterval":"25000","pingTimeout":20000})", R"(0{"sid":"S","pingInterval":-1,"pingTimeout":20000})",
          R"(0{"sid":"S","pingInterval":25000,"pingTimeout":-20000})", R"(0{"sid":"S","pingInterval":0,"pingTimeout":0})",
          R"(0{"sid":"S","pingInterval":1e300,"pingTimeout":20000})", R"(0{"sid":"S","pingInterval":9223372036854775807,"pingTimeout":1})",
          R"(0[{"sid":"S","pingInterval":25000,"pingTimeout":20000}])", R"(0{"sid":"S","pingInterval":25000,"pingTimeout":20000}})"}) {
        CAPTURE(std::string{text});
        side client{role::client};
        CHECK(client.receive(server_endpoint{}.text(text)) ==
              lines{closed(reason::transport_error, error::engine_open_invalid)});
        says_nothing_more(client);
    }
}

TEST_CASE("binary messages are messages without a type")
{
    opened client;
    server_endpoint server;
    CHECK(client.receive(server.binary("4data") + server.binary("")) == lines{"binary 4data", "binary "});
}

TEST_CASE("binary data may come as base64 in a text message, to a client and to a server")
{
    opened client;
    server_endpoint server;
    CHECK(client.receive(server.text("bAQL/") + server.text("b") + server.text("4after"), 1) ==
          lines{"binary \x01\x02\xff", "binary ", "text after"});

    side served{role::server, usual()};
    served.session.open(start);
    websocket_endpoint other{role::client, {}, 7};
    other.send(opcode::text, "bAQL/");
    other.send(opcode::text, "b" + base64_encode(sample(70000)));
    CHECK(served.receive(other.output().view(), 1000) == lines{"binary \x01\x02\xff", "binary " + sample(70000)});
}

TEST_CASE("base64 data counts as a sign of life where binary data does")
{
    for (bool const as_text : {false, true}) {
        side server{role::server, usual()};
        server.session.open(start);
        server.now += 25s;
        CHECK(server.tick() == "none"); // the ping has left
        server.now += 10s;
        websocket_endpoint client{role::client, {}, 7};
        client.send(as_text ? opcode::text : opcode::binary, "bAQID");
        CHECK(server.receive(client.output().view()).size() == 1);
        CHECK(server.session.deadline() == server.now + 20s);
    }
}

TEST_CASE("base64 that is not canonical ends the session, and so does base64 before its time")
{
    for (auto const packet : {"b!!!!", "bAQI", "bAQID\n", "b AQID", "bAQ", "b====", "bAR=="}) {
        CAPTURE(std::string{packet});
        opened client;
        CHECK(client.receive(server_endpoint{}.text(packet)) ==
              lines{closed(reason::transport_error, error::engine_packet_invalid)});
        says_nothing_more(client);
    }
    side early{role::client};
    CHECK(early.receive(server_endpoint{}.text("bAQID")) == lines{closed(reason::transport_error, error::not_socketio)});
    side candidate{role::server, usual()};
    candidate.session.probe();
    websocket_endpoint other{role::client, {}, 7};
    other.send(opcode::text, "bAQID");
    CHECK(candidate.receive(other.output().view()) ==
          lines{closed(reason::transport_error, error::engine_packet_invalid)});
}

TEST_CASE("a server sends binary data as base64 in text to a client that asked for that")
{
    side server{role::server, usual()};
    server.session.open(start);
    server.take_output();
    server.session.send_binary_as_text();
    server.session.send_binary(socketio::detail::as_bytes("\x01\x02\xff"));
    server.session.send_binary({});
    server.session.send_text("after");
    websocket_endpoint client{role::client, {}, 7};
    std::string sent = server.take_output();
    std::span<char> input{sent};
    lines heard;
    for (auto event = client.next(input); event.type != websocket_event::kind::none; event = client.next(input)) {
        CHECK(event.type == websocket_event::kind::text);
        heard.emplace_back(event.payload.begin(), event.payload.end());
    }
    CHECK(heard == lines{"bAQL/", "b", "4after"});
}

TEST_CASE("what breaks WebSocket is a transport error, and what is too large says so to the peer")
{
    opened client;
    CHECK(client.receive("\xf1\x01x") == lines{closed(reason::transport_error, error::frame_invalid)});
    says_nothing_more(client);
    opened second;
    CHECK(second.receive(server_endpoint{}.text("4\xff")) == lines{closed(reason::transport_error, error::utf8_invalid)});

    side server{role::server, usual(), {.message_size = 1000, .fragments = 10}};
    server.session.open(start);
    side sender{role::client};
    sender.receive(server.take_output());
    sender.session.send_text(sample(999));
    CHECK(server.receive(sender.take_output()).size() == 1);
    sender.session.send_text(sample(1000));
    CHECK(server.receive(sender.take_output()) == lines{closed(reason::transport_error, error::message_too_large)});
    CHECK(sender.receive(server.take_output()) == lines{closed(reason::transport_close, error::closed, 1009)});
}

TEST_CASE("a server refuses pings and unknown packets, and ignores what does not concern it")
{
    auto const answer = [](std::string_view packet) {
        side server{role::server, usual()};
        server.session.open(start);
        websocket_endpoint client{role::client, {}, 7};
        client.send(opcode::text, packet);
        return server.receive(client.output().view());
    };
    CHECK(answer("2") == lines{closed(reason::transport_error, error::engine_unexpected)});
    CHECK(answer("2probe") == lines{closed(reason::transport_error, error::engine_unexpected)});
    CHECK(answer("") == lines{closed(reason::parse_error, error::engine_packet_invalid)});
    CHECK(answer("9") == lines{closed(reason::parse_error, error::engine_packet_invalid)});
    for (auto const ignored : {"0{}", "1", "3", "5", "6"})
        CHECK(answer(ignored) == lines{});
    CHECK(answer("40") == lines{"text 0"});
}

TEST_CASE("the end of the stream is an end, in good order or with an error, once")
{
    opened orderly;
    CHECK(line(orderly.session.end_of_stream({})) == closed(reason::transport_close, error::closed));
    says_nothing_more(orderly);
    opened broken;
    broken.receive("\x81\x7e");
    CHECK(line(broken.session.end_of_stream(error::timeout)) == closed(reason::transport_close, error::timeout));
    says_nothing_more(broken);
    side early{role::client};
    CHECK(line(early.session.end_of_stream({})) == closed(reason::transport_close, error::closed));
    opened own;
    own.session.close();
    CHECK(line(own.session.end_of_stream({})) == "none");
}

TEST_CASE("while much is unsent only one pong waits for its turn")
{
    opened client;
    server_endpoint server;
    client.session.send_text(sample(70000));
    std::string pings;
    for (int i = 0; i < 10000; ++i)
        pings += server.text("2");
    auto const before = client.session.output().size();
    CHECK((client.receive(pings) == lines(10000, "ping")));
    CHECK(client.session.output().size() == before);
    CHECK(client.session.has_urgent());
    CHECK(server.hears(client).size() == 1);
    CHECK(server.hears(client) == lines{"3"});
    CHECK_FALSE(client.session.has_urgent());
    CHECK(server.hears(client) == lines{});

    client.session.send_text(sample(70000));
    client.receive(server.text("2"));
    client.session.close();
    auto const last = server.hears(client);
    REQUIRE(last.size() == 2);
    CHECK(last[1] == "close 1005");
}

TEST_CASE("while a large output is being written the newest pongs and pings are urgent, once each, and until the session is closed")
{
    opened client;
    server_endpoint server;
    std::array<char, socketio::detail::engine::urgent_room> room;
    auto const urgent = [&](side& of) { return std::string{room.data(), of.session.write_urgent(room.data())}; };
    client.session.set_backlog(true);
    CHECK_FALSE(client.session.has_urgent());
    CHECK(client.receive(server.text("2") + server.text("2")) == lines{"ping", "ping"});
    CHECK(client.receive(server.frame(opcode::ping, "a") + server.frame(opcode::ping, std::string(125, 'b'))).empty());
    CHECK(client.session.output().empty());
    CHECK(client.session.has_urgent());
    std::string const sent = urgent(client);
    CHECK(sent.size() == 6 + 125 + 6 + 1);
    CHECK(server.hears(sent) == lines{std::string(125, 'b'), "3"});
    CHECK_FALSE(client.session.has_urgent());
    CHECK(urgent(client).empty());
    CHECK(client.take_output().empty());

    CHECK(client.receive(server.text("2")) == lines{"ping"});
    client.session.set_backlog(false); // it was written meanwhile
    CHECK(server.hears(client) == lines{"3"});
    client.session.set_backlog(true);
    CHECK(client.receive(server.text("2")) == lines{"ping"});
    client.session.close();
    CHECK_FALSE(client.session.has_urgent());
    client.session.set_backlog(false);
    CHECK(server.hears(client) == lines{"close 1005"});

    side pinging{role::server, usual()};
    pinging.session.open(start);
    pinging.take_output();
    pinging.session.set_backlog(true);
    pinging.now = pinging.session.deadline();
    CHECK(pinging.tick() == "none");
    CHECK(pinging.session.output().empty());
    CHECK(urgent(pinging) == "\x81\x01" "2");
}

TEST_CASE("the round trip is measured with each heartbeat when asked for, and not otherwise")
{
    opened client;
    server_endpoint server;
    CHECK(client.receive(server.text("2")) == lines{"ping"});
    CHECK(server.hears(client) == lines{"3"});

    client.session.measure_round_trip();
    CHECK(client.receive(server.text("2")) == lines{"ping"});
    client.now += 30ms;
    CHECK(client.receive(server.frame(opcode::pong, "0")).empty()); // of no ping
    CHECK_FALSE(client.session.round_trip().has_value());
    CHECK(server.hears(client) == lines{"3", "1"}); // the other is a WebSocket ping, which the server answers
    CHECK(client.receive(server.text("6")).empty());
    CHECK(client.session.round_trip() == 30ms);
    client.now += 30ms;
    CHECK(client.receive(server.frame(opcode::pong, "1")).empty()); // again: nobody asked
    CHECK(client.session.round_trip() == 30ms);

    CHECK(client.receive(server.text("2")) == lines{"ping"});
    CHECK(server.hears(client) == lines{"3", "2"});
    client.now += 5ms;
    CHECK(client.receive(server.text("6")).empty());
    CHECK(client.session.round_trip() == 5ms);
}

} // namespace engine_peer_tests

// The client's side of a polling session: the handshake, the heartbeat, and payloads within the server's limit.
#include <socketio/session/polling.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace polling_client_tests {

using namespace std::chrono_literals;
using namespace socketio::detail;
using socketio::error;

namespace {

using kind = engine_event::kind;
using lines = std::vector<std::string>;

socketio::clock::time_point const start{};

std::string handshake(std::string_view more = R"(,"maxPayload":1000000)")
{
    return R"(0{"sid":"abc","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000)" + std::string{more} + "}";
}

std::string describe(engine_event const& event)
{
    std::string const text(event.payload.begin(), event.payload.end());
    switch (event.type) {
    case kind::open: return "open";
    case kind::text: return "text " + text;
    case kind::binary: return "binary " + text;
    case kind::ping: return "ping";
    case kind::closed: return std::string(to_string(event.reason)) + ": " + event.error.message();
    default: return "?";
    }
}

std::string ended(std::string_view reason, error with) { return std::string{reason} + ": " + make_error_code(with).message(); }

struct client_side {
    explicit client_side(std::string_view first = {})
    {
        if (!first.empty())
            REQUIRE(receive(std::string{first}) == lines{"open"});
    }
    lines receive(std::string body, socketio::clock::time_point now = start)
    {
        session.feed(std::move(body));
        lines heard;
        for (engine_event event = session.next(now); event.type != kind::none; event = session.next(now))
            heard.push_back(describe(event));
        return heard;
    }
    lines payloads()
    {
        lines all;
        while (session.has_output())
            all.push_back(session.take_output());
        return all;
    }

    polling session{role::client};
};

} // namespace

TEST_CASE("the handshake opens the session, and the packets behind it follow")
{
    client_side client;
    CHECK_FALSE(client.session.is_open());
    CHECK(client.receive(handshake() + "\x1e" "40\x1e" "bAQID") == lines{"open", "text 0", "binary \x01\x02\x03"});
    CHECK(client.session.is_open());
    CHECK(client.session.settings().sid == "abc");
    CHECK(client.session.settings().upgrades == lines{"websocket"});
    CHECK(client.session.settings().max_payload == 1000000);
    CHECK_FALSE(client.session.has_input());
    CHECK_FALSE(client.session.has_output());
}

TEST_CASE("an answer that does not begin with an open packet comes from no Engine.IO server")
{
    for (char const* body : {"", "<html>", "40", "6", "1", "2", "3", "\x1e", "bAQID", "7{}"}) {
        client_side client;
        CHECK_MESSAGE((client.receive(body) == lines{ended("transport error", error::not_socketio)}), body);
        CHECK(client.receive(handshake()).empty());
        CHECK(client.session.deadline() == socketio::clock::never());
    }
}

TEST_CASE("an open packet that cannot be used ends the session at once")
{
    for (char const* body : {"0", "0null", "0{", "0{\"sid\":\"abc\"}", "0{\"sid\":7,\"pingInterval\":1,\"pingTimeout\":1}"}) {
        client_side client;
        CHECK_MESSAGE((client.receive(body) == lines{ended("transport error", error::engine_open_invalid)}), body);
    }
    client_side twice{handshake()};
    CHECK(twice.receive(handshake()) == lines{ended("transport error", error::engine_open_invalid)});
}

TEST_CASE("upgrades that are null or missing are none")
{
    client_side null;
    CHECK(null.receive(R"(0{"sid":"abc","upgrades":null,"pingInterval":25000,"pingTimeout":20000})") == lines{"open"});
    CHECK(null.session.settings().upgrades.empty());
    client_side missing;
    CHECK(missing.receive(R"(0{"sid":"abc","pingInterval":25000,"pingTimeout":20000})") == lines{"open"});
    CHECK(missing.session.settings().upgrades.empty());
    CHECK(missing.session.settings().max_payload == 0);
}

TEST_CASE("what is before a fault is delivered, and nothing behind it")
{
    std::vector<std::pair<std::string, error>> const faults{
        {"7", error::engine_packet_invalid}, {"", error::engine_packet_invalid}, {"b!!!!", error::engine_packet_invalid},
        {"bA", error::engine_packet_invalid}, {"4\xff", error::utf8_invalid}};
    for (auto const& [fault, with] : faults) {
        client_side client{handshake()};
        lines const heard{"text one", ended("transport error", with)};
        CHECK(client.receive("4one\x1e" + fault + "\x1e" "4two") == heard);
    }
    client_side empty_end{handshake()};
    CHECK(empty_end.receive("4one\x1e") == lines{"text one", ended("transport error", error::engine_packet_invalid)});
}

TEST_CASE("base64 is read with and without padding")
{
    client_side client{handshake()};
    CHECK(client.receive("bAQI=\x1e" "bAQI\x1e" "bAQ==\x1e" "bAQ\x1e" "b") ==
          lines{"binary \x01\x02", "binary \x01\x02", "binary \x01", "binary \x01", "binary "});
}

TEST_CASE("packets without a meaning for a client are skipped, and a close packet ends the session")
{
    client_side client{handshake()};
    CHECK(client.receive("6\x1e" "3\x1e" "5\x1e" "4x\x1e" "1\x1e" "4unheard") ==
          lines{"text x", ended("transport close", error::closed)});
}

TEST_CASE("a pong for any number of pings is in front of the output, and keeps the session")
{
    client_side client{handshake()};
    CHECK(client.session.deadline() == start + 45s);
    client.session.send_text("before");
    CHECK(client.receive("2\x1e" "2", start + 20s) == lines{"ping", "ping"});
    CHECK(client.session.deadline() == start + 65s);
    CHECK(client.payloads() == lines{"3\x1e" "4before"});
    CHECK(client.receive("2", start + 20s) == lines{"ping"});
    CHECK(client.payloads() == lines{"3"});
    client.receive("4other", start + 60s);
    CHECK(client.session.deadline() == start + 65s);
    CHECK(describe(client.session.tick(start + 65s)) == ended("ping timeout", error::ping_timeout));
    CHECK(client.receive("2", start + 66s).empty());
}

TEST_CASE("a payload is cut before the packet that would exceed maxPayload, but the first packet always goes")
{
    client_side client{handshake(R"(,"maxPayload":20)")};
    for (std::size_t size : {10u, 10u, 10u, 45u, 6u})
        client.session.send_text(std::string(size, 'x'));
    auto const packet = [](std::size_t size) { return "4" + std::string(size, 'x'); };
    CHECK(client.payloads() == lines{packet(10), packet(10), packet(10), packet(45), packet(6)});
    client.session.send_text(std::string(8, 'x'));  // 9 + 1 + 10 = 20: fits exactly
    client.session.send_text(std::string(9, 'x'));
    client.session.send_text(std::string(9, 'x'));  // 10 + 1 + 10 = 21: one too many
    client.session.send_text(std::string(9, 'x'));
    CHECK(client.payloads() == lines{packet(8) + "\x1e" + packet(9), packet(9), packet(9)});
}

TEST_CASE("binary data counts with the size of its base64")
{
    client_side client{handshake(R"(,"maxPayload":20)")};
    std::string const eleven(11, '\x01'); // b and 16 characters
    client.session.send_binary(as_bytes(eleven));
    client.session.send_text("");           // 17 + 1 + 1
    client.session.send_binary(as_bytes(eleven));
    client.session.send_text("xyz");        // 17 + 1 + 4: too much
    CHECK(client.payloads() == lines{"bAQEBAQEBAQEBAQE=\x1e" "4", "bAQEBAQEBAQEBAQE=", "4xyz"});
}

TEST_CASE("a pong counts, and goes alone if there is no room beside it")
{
    client_side client{handshake(R"(,"maxPayload":5)")};
    client.receive("2");
    client.session.send_text("xy"); // 1 + 1 + 3
    CHECK(client.payloads() == lines{"3\x1e" "4xy"});
    client.receive("2");
    client.session.send_text("xyz");
    client.session.send_text("much too long");
    CHECK(client.payloads() == lines{"3", "4xyz", "4much too long"});
}

TEST_CASE("a payload has a number of packets at most, a pong among them")
{
    client_side client{handshake()};
    client.session.limit_packets(3);
    for (char const* text : {"a", "b", "c", "d", "e", "f", "g"})
        client.session.send_text(text);
    CHECK(client.session.take_output() == "4a\x1e" "4b\x1e" "4c");
    client.receive("2");
    CHECK(client.payloads() == lines{"3\x1e" "4d\x1e" "4e", "4f\x1e" "4g"});
    client.session.limit_packets(1);
    client.session.send_text("h");
    client.session.send_text("i");
    client.receive("2");
    CHECK(client.payloads() == lines{"3", "4h", "4i"});
}

TEST_CASE("both limits hold together")
{
    client_side client{handshake(R"(,"maxPayload":8)")};
    client.session.limit_packets(2);
    for (char const* text : {"a", "b", "c", "longer", "d"})
        client.session.send_text(text);
    CHECK(client.payloads() == lines{"4a\x1e" "4b", "4c", "4longer", "4d"});
}

TEST_CASE("without a limit everything goes at once")
{
    for (char const* more : {"", R"(,"maxPayload":0)"}) {
        client_side client{handshake(more)};
        std::size_t size = 0;
        for (int i = 0; i < 1000; ++i) {
            client.session.send_text(std::string(1000, 'x'));
            size += 1002;
        }
        CHECK(client.session.unsent() == size - 1);
        CHECK(client.session.take_output().size() == size - 1);
        CHECK(client.session.unsent() == 0);
        CHECK_FALSE(client.session.has_output());
    }
}

TEST_CASE("what is taken counts as unsent no longer, and what is taken back is not sent")
{
    client_side client{handshake(R"(,"maxPayload":4)")};
    for (int i = 0; i < 5; ++i)
        client.session.send_text("abc");
    CHECK(client.session.unsent() == 24);
    CHECK(client.session.take_output() == "4abc");
    CHECK(client.session.unsent() == 19);
    std::size_t const before = client.session.output().size();
    client.session.send_text("not");
    client.session.take_back(before);
    CHECK(client.payloads() == lines(4, "4abc"));
}

TEST_CASE("leaving is said behind everything else")
{
    client_side client{handshake()};
    client.session.send_text("last");
    client.session.send_close();
    CHECK(client.payloads() == lines{"4last\x1e" "1"});
}

TEST_CASE("messages that were not sent can leave by another way, without the pong")
{
    client_side client{handshake(R"(,"maxPayload":4)")};
    client.session.send_text("one");
    client.session.send_text("two");
    client.receive("2");
    CHECK(client.session.take_output() == "3");
    CHECK(client.session.take_output() == "4one");
    client.receive("2");
    CHECK(client.session.take_pong());
    CHECK_FALSE(client.session.take_pong());
    lines sent;
    client.session.hand_over([&](std::string_view text) { sent.emplace_back(text); }, [](socketio::bytes_view) {});
    CHECK(sent == lines{"two"});
    CHECK_FALSE(client.session.has_output());
}

} // namespace polling_client_tests

// Clients that misuse WebSocket: upgrades that are none, frames that cannot be, and silence.
#include "hostile_client_fixture.hpp"

#include <string>
#include <string_view>

using namespace hostile;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

namespace {

// An upgrade that the reference refuses in words, too.
void not_upgraded(std::string const& name, std::string_view target, std::string_view headers, std::string_view message)
{
    SUBCASE(name.c_str())
    {
        hostile_client_fixture house;
        ws_caller caller{house, target, headers};
        CHECK(caller.answer().status == 400);
        CHECK(caller.answer().body == message);
        CHECK(caller.answer().header("Content-Type") == "text/html");
        caller.line().leave();
        house.check();
    }
}

std::string upgrade_with(std::string_view version, std::string_view key)
{
    return "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: " + std::string{version} +
           "\r\nSec-WebSocket-Key: " + std::string{key} + "\r\n";
}

// The bytes of a client that has connected to "/", what it hears of that, and what the server's listener hears.
void broken(std::string const& name, std::string_view bytes, std::string const& heard, std::string const& reason,
    socketio::server_options options = {})
{
    SUBCASE(name.c_str())
    {
        hostile_client_fixture house{std::move(options)};
        ws_caller caller{house};
        REQUIRE(caller.next().starts_with("0{"));
        caller.text("40");
        REQUIRE(caller.next().starts_with("40{"));
        caller.send(std::string{bytes} + masked_text("42[\"after\"]"));
        CHECK(caller.rest() == heard);
        CHECK(house.until_heard("disconnect: " + reason));
        CHECK(house.heard.count("event after") == 0);
        caller.line().leave();
        house.check(usual_bound + 2 * bytes.size()); // both have them once
    }
}

void bad_frame(std::string const& name, std::string_view bytes)
{
    broken(name, bytes, "close 1002 | end", "transport error");
}

std::string unmasked(unsigned first, std::string_view payload)
{
    return std::string{static_cast<char>(static_cast<unsigned char>(first)), static_cast<char>(payload.size())}.append(payload);
}

} // namespace

TEST_CASE("WebSocket: upgrades that are none")
{
    std::string const key = "AAAAAAAAAAAAAAAAAAAAAA==";
    not_upgraded("an older version", websocket_target, upgrade_with("8", key), "Bad request");
    not_upgraded("a version of the future", websocket_target, upgrade_with("14", key), "Bad request");
    not_upgraded("two versions", websocket_target, upgrade_with("13\r\nSec-WebSocket-Version: 13", key), "Bad request");
    not_upgraded("no key", websocket_target, "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
        "Bad request");
    not_upgraded("a short key", websocket_target, upgrade_with("13", "AAAA"), "Bad request");
    not_upgraded("a long key", websocket_target, upgrade_with("13", std::string(1000, 'A')), "Bad request");
    not_upgraded("two keys", websocket_target, upgrade_with("13", key + "\r\nSec-WebSocket-Key: " + key), "Bad request");
    not_upgraded("a key that is no base64", websocket_target, upgrade_with("13", "!!!!!!!!!!!!!!!!!!!!!!=="), "Bad request");
    not_upgraded("an older protocol", "/socket.io/?EIO=3&transport=websocket", upgrade_headers, "Unsupported protocol version");
    not_upgraded("no protocol", "/socket.io/?transport=websocket", upgrade_headers, "Unsupported protocol version");
    not_upgraded("another transport", polling_target, upgrade_headers, "Bad request");
    not_upgraded("a transport that nobody knows", "/socket.io/?EIO=4&transport=x", upgrade_headers, "Transport unknown");
    not_upgraded("a session that is not there", with_sid(websocket_target, "x"), upgrade_headers, "Session ID unknown");
}

TEST_CASE("WebSocket: an upgrade somewhere else is none")
{
    hostile_client_fixture house;
    ws_caller elsewhere{house, "/elsewhere", upgrade_headers};
    CHECK(elsewhere.answer().status == 404);
    auto line = house.call();
    CHECK(line.ask("POST " + std::string{websocket_target} + " HTTP/1.1\r\nHost: a\r\n" + std::string{upgrade_headers} + "\r\n")
              .body == "Bad handshake method");
    line.send(post_request(websocket_target, "body", upgrade_headers)); // with a body it is no upgrade
    CHECK(line.reply().body == refusal_body(2, "Bad handshake method"));
    elsewhere.line().leave();
    line.leave();
    house.check();
}

TEST_CASE("WebSocket: frames that cannot be")
{
    bad_frame("one that is not masked", unmasked(0x81, "42[\"after\"]"));
    bad_frame("an empty one that is not masked", unmasked(0x81, ""));
    bad_frame("a ping that is not masked", unmasked(0x89, "p"));
    bad_frame("RSV1", masked_frame(0xC1, "4"));
    bad_frame("RSV2", masked_frame(0xA1, "4"));
    bad_frame("RSV3", masked_frame(0x91, "4"));
    bad_frame("a reserved opcode", masked_frame(0x83, "4"));
    bad_frame("a reserved opcode of control", masked_frame(0x8B, "4"));
    bad_frame("a ping in fragments", masked_frame(0x09, "p"));
    bad_frame("a ping of 126 bytes", masked_frame(0x89, std::string(126, 'p')));
    bad_frame("a length of 16 bits that fits 7", "\x81\xFE\x00\x01\0\0\0\0"
                                                 "4"sv);
    bad_frame("a length of 64 bits that fits 16", "\x81\xFF\0\0\0\0\0\0\0\x01\0\0\0\0"
                                                  "4"sv);
    bad_frame("a length of 2^63", "\x81\xFF\x80\0\0\0\0\0\0\0"sv);
    bad_frame("a continuation of nothing", masked_frame(0x80, "4"));
    bad_frame("a message inside another", masked_frame(0x01, "4") + masked_frame(0x81, "4"));
    bad_frame("another HTTP request", get_request("/"));
}

TEST_CASE("WebSocket: what is too large, or no text")
{
    socketio::server_options const small{.maxHttpBufferSize = 1000};
    std::string const piece = masked_frame(0x00, std::string(100, 'x'));
    broken("a message, before any of it has come", "\x81\xFE\x03\xE9"sv, "close 1009 | end", "transport error", small);
    broken("a message of 2^62 bytes", "\x82\xFF\x40\0\0\0\0\0\0\0"sv, "close 1009 | end", "transport error");
    broken("a message in fragments", masked_frame(0x01, "4") + repeated_to(piece, 1000), "close 1009 | end", "transport error",
        small);
    broken("fragments of nothing", masked_frame(0x01, "") + repeated_to(masked_frame(0x00, ""), 66000 * 6), "close 1009 | end",
        "transport error");
    broken("no UTF-8", masked_text("42[\"\xff\"]"), "close 1007 | end", "transport error");
    broken("an overlong NUL", masked_text("42[\"\xc0\x80\"]"), "close 1007 | end", "transport error");
}

TEST_CASE("WebSocket: a message in fragments of one byte, and of none, is heard and costs little more than itself")
{
    hostile_client_fixture house;
    ws_caller caller{house};
    REQUIRE(caller.next().starts_with("0{"));
    caller.text("40");
    REQUIRE(caller.next().starts_with("40{"));
    caller.frame(0x01, "42[\"heard\",\"");
    std::string const crumb = masked_frame(0x00, "x") + masked_frame(0x89, "") + masked_frame(0x00, "");
    std::string const crumbs = repeated_to(crumb, 1000 * crumb.size());
    for (int i = 0; i != 30; ++i) {
        caller.send(crumbs);
        REQUIRE(house.in_turn());
        caller.line().received().clear(); // pongs
    }
    caller.frame(0x80, "\"]");
    CHECK(house.until_heard("event heard"));
    caller.line().leave();
    house.check();
}

TEST_CASE("WebSocket: very many messages of one byte, each frame in as many pieces as it has bytes, are passed over")
{
    hostile_client_fixture house;
    ws_caller caller{house};
    std::string const nothing = masked_text("6");
    for (char const byte : masked_text("40") + repeated_to(nothing, 3000 * nothing.size())) {
        caller.send({&byte, 1});
        house.context.poll();
    }
    for (int i = 0; i != 100; ++i) {
        caller.send(repeated_to(nothing, 20000));
        REQUIRE(house.in_turn());
    }
    caller.text("42[\"heard\"]");
    CHECK(house.until_heard("event heard"));
    caller.line().leave();
    house.check();
}

TEST_CASE("WebSocket: packets of Engine.IO that are none")
{
    broken("nothing", masked_text(""), "close 1005 | end", "parse error");
    broken("an unknown type", masked_text("9"), "close 1005 | end", "parse error");
    broken("a ping, which is the server's to send", masked_text("2"), "close 1005 | end", "transport error");
    broken("a probe on a session that has one transport", masked_text("2probe"), "close 1005 | end", "transport error");
}

TEST_CASE("WebSocket: packets of Engine.IO that say nothing are passed over")
{
    hostile_client_fixture house;
    ws_caller caller{house};
    REQUIRE(caller.next().starts_with("0{"));
    for (char const* const packet : {"1", "3", "3probe", "5", "6", "0", "40"})
        caller.text(packet);
    CHECK(caller.next().starts_with("40{"));
    caller.text("42[\"heard\"]");
    CHECK(house.until_heard("event heard"));
    caller.line().leave();
    house.check();
}

TEST_CASE("WebSocket: nothing behind a close is heard")
{
    std::string const close = masked_frame(0x88, "\x03\xE8");
    broken("a close with a code", close, "close 1000 | end", "transport close");
    broken("a close without", masked_frame(0x88, ""), "close 1005 | end", "transport close");
    broken("two of them", close + close, "close 1000 | end", "transport close");
    broken("half a code", masked_frame(0x88, "\x03"), "close 1002 | end", "transport error");
    broken("a code that may not be sent", masked_frame(0x88, "\x03\xED"), "close 1002 | end", "transport error");
    broken("a reason that is no UTF-8", masked_frame(0x88, "\x03\xE8\xff"), "close 1007 | end", "transport error");
}

TEST_CASE("WebSocket: a close that is not answered has its time")
{
    hostile_client_fixture house{{.close_timeout = 50ms}};
    ws_caller caller{house};
    caller.text("2");
    CHECK(caller.line().until_ended());
    CHECK(caller.rest().ends_with(" | close 1005 | end"));
    house.check();
}

TEST_CASE("WebSocket: a peer that is gone without a word is missed")
{
    hostile_client_fixture house{{.pingInterval = 50ms, .pingTimeout = 500ms, .close_timeout = 50ms}};
    ws_caller silent{house}, half{house};
    silent.text("40");
    half.text("40");
    CHECK(silent.next().starts_with("0{"));
    CHECK(silent.next().starts_with("40{"));
    CHECK(silent.next() == "2");
    half.send("\x81\xFE"); // the beginning of a frame is no answer
    CHECK(house.until_heard("disconnect: ping timeout", 2));
    CHECK(silent.rest() == "close 1005 | end");
    house.check();
}

TEST_CASE("WebSocket: who connects to no namespace is given up, whatever else it says")
{
    hostile_client_fixture house{{.connectTimeout = 50ms, .close_timeout = 50ms}};
    ws_caller caller{house};
    CHECK(caller.next().starts_with("0{"));
    caller.text("6");
    caller.text("40/nowhere,");
    CHECK(caller.next() == R"(44/nowhere,{"message":"Invalid namespace"})");
    CHECK(caller.rest() == "close 1005 | end");
    house.check();
}

TEST_CASE("WebSocket: the end of the stream at any byte of a frame")
{
    hostile_client_fixture house;
    std::string const frame = masked_text("42[\"cut off\"]");
    for (std::size_t size = 0; size != frame.size(); ++size) {
        ws_caller caller{house};
        caller.send(masked_text("40") + frame.substr(0, size));
        CHECK(caller.next().starts_with("0{"));
        CHECK(caller.next().starts_with("40{"));
        if (size % 2 == 0)
            caller.line().say_no_more();
        else
            caller.line().leave();
        REQUIRE(house.until(
            [&] { return house.heard.count_of("disconnect: transport close") == static_cast<std::ptrdiff_t>(size) + 1; }));
    }
    CHECK(house.heard.count_of("event") == 0);
    house.check();
}

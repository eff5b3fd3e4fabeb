// Payloads and the heartbeat of a polling session.
#include <socketio/session/polling.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

namespace polling_tests {

using namespace std::chrono_literals;
using socketio::detail::disconnect_reason;
using socketio::detail::engine_event;
using socketio::detail::polling;
using socketio::detail::role;

namespace {

using kind = engine_event::kind;

socketio::clock::time_point const start{};

polling make_polling()
{
    return polling{role::server, {"abc", {"websocket"}, 25000ms, 20000ms, 1000000}};
}

std::string describe(engine_event const& event)
{
    std::string const text(event.payload.begin(), event.payload.end());
    switch (event.type) {
    case kind::text: return "text " + text;
    case kind::binary: return "binary " + text;
    case kind::closed: return std::string(to_string(event.reason)) + ": " + event.error.message();
    case kind::none: return "none";
    default: return "?";
    }
}

std::vector<std::string> read_all(polling& side, std::string body, socketio::clock::time_point now = start)
{
    side.feed(std::move(body));
    std::vector<std::string> heard;
    for (;;) {
        engine_event const event = side.next(now);
        if (event.type == kind::none)
            return heard;
        heard.push_back(describe(event));
    }
}

} // namespace

TEST_CASE("the first payload holds the open packet, and what was sent since")
{
    polling side = make_polling();
    CHECK_FALSE(side.has_output());
    side.open(start);
    side.send_text("hello");
    std::string const bytes{"\x01\x02\x03\x04", 4};
    side.send_binary(socketio::detail::as_bytes(bytes));
    CHECK(side.take_output() ==
          "0{\"sid\":\"abc\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000000}"
          "\x1e" "4hello" "\x1e" "bAQIDBA==");
    CHECK_FALSE(side.has_output());
}

TEST_CASE("a payload is taken apart, and its packets come in order")
{
    polling side = make_polling();
    side.open(start);
    CHECK(read_all(side, "4one\x1e" "bAQIDBA==\x1e" "4") == std::vector<std::string>{"text one", "binary \x01\x02\x03\x04", "text "});
    CHECK_FALSE(side.has_input());
    CHECK(read_all(side, "6\x1e" "5\x1e" "0{}\x1e" "4two") == std::vector<std::string>{"text two"});
}

TEST_CASE("a packet that is none ends the session with a parse error")
{
    std::string const invalid = make_error_code(socketio::error::engine_packet_invalid).message();
    for (char const* body : {"", "abc", "7", "4one\x1e", "\x1e", "b!!!!", "bAQI"}) {
        polling side = make_polling();
        side.open(start);
        auto const heard = read_all(side, body);
        REQUIRE_FALSE(heard.empty());
        CHECK_MESSAGE(heard.back() == "parse error: " + invalid, body);
        CHECK(read_all(side, "4late").empty());
        CHECK(side.deadline() == socketio::clock::never());
    }
    polling side = make_polling();
    side.open(start);
    CHECK(read_all(side, "4one\x1e" "4\xff") ==
          std::vector<std::string>{"parse error: " + make_error_code(socketio::error::utf8_invalid).message()});
}

TEST_CASE("a close packet ends the session in good order, and a ping is not the client's to send")
{
    polling leaving = make_polling();
    leaving.open(start);
    CHECK(read_all(leaving, "4bye\x1e" "1\x1e" "4unheard") ==
          std::vector<std::string>{"text bye", "transport close: " + make_error_code(socketio::error::closed).message()});
    polling pinging = make_polling();
    pinging.open(start);
    CHECK(read_all(pinging, "2") ==
          std::vector<std::string>{"transport error: " + make_error_code(socketio::error::engine_unexpected).message()});
}

TEST_CASE("a ping is put into the output, and its answer keeps the session")
{
    polling side = make_polling();
    side.open(start);
    side.take_output();
    CHECK(side.tick(start + 24999ms).type == kind::none);
    CHECK_FALSE(side.has_output());
    CHECK(side.deadline() == start + 25000ms);
    CHECK(side.tick(start + 25000ms).type == kind::none);
    CHECK(side.take_output() == "2");
    CHECK(side.deadline() == start + 45000ms);
    CHECK(read_all(side, "3", start + 44000ms).empty());
    CHECK(side.deadline() == start + 69000ms);
    CHECK(side.tick(start + 69000ms).type == kind::none);
    engine_event const late = side.tick(start + 89000ms);
    CHECK(describe(late) == "ping timeout: " + make_error_code(socketio::error::ping_timeout).message());
}

TEST_CASE("the first other packet while a pong is due gives it as much time again, once")
{
    polling side = make_polling();
    side.open(start);
    side.tick(start + 25000ms);
    read_all(side, "4large", start + 40000ms);
    CHECK(side.deadline() == start + 60000ms);
    read_all(side, "4large", start + 50000ms);
    CHECK(side.deadline() == start + 60000ms);
    CHECK(side.tick(start + 60000ms).type == kind::closed);
}

TEST_CASE("messages that no poll has taken can leave by another way; pings and noops stay behind")
{
    polling side = make_polling();
    side.open(start);
    side.send_text("one");
    side.send_noop();
    std::string const bytes{"\x00\xff", 2};
    side.send_binary(socketio::detail::as_bytes(bytes));
    side.send_text("");
    std::vector<std::string> sent;
    side.hand_over([&](std::string_view text) { sent.push_back("text " + std::string(text)); },
                   [&](socketio::bytes_view data) { sent.push_back("binary " + std::string(socketio::detail::as_text(data))); });
    CHECK(sent == std::vector<std::string>{"text one", "binary " + bytes, "text "});
    CHECK_FALSE(side.has_output());
}

} // namespace polling_tests

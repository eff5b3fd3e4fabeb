// What a server may send, right or wrong, and what the client makes of it.
#include <socketio/client.hpp>

#include "support/ask.hpp"
#include "support/client.hpp"
#include "support/peer.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using socketio::error;
using support::client_test;
using support::script;

namespace {

script connected()
{
    return script().open().accept();
}

struct packets_test : client_test {
    support::raw_server server{R"({"steps":[]})"};
    int played = 0;
    std::optional<socketio::disconnect_details> details;

    // Plays a connection and tells what was heard, up to an event "end" or until all is over.
    std::string play(script const& steps)
    {
        auto socket = socketio::io(context, server.url(), support::once_only());
        heard.clear();
        details.reset();
        heard.follow(socket);
        heard.follow_events(socket);
        bool over = false;
        socket.io().on("close", [&](std::string_view reason, socketio::disconnect_details const& more) {
            heard.note("close: " + std::string(reason));
            details = more;
            over = true;
        });
        socket.on("end", [&] { over = true; });
        support::await_entry(context, server, "request", "connection", ++played);
        support::ask(context, server, R"({"do":"run","steps":)" + steps.steps() + "}");
        REQUIRE(until([&] { return over; }));
        if (heard.has("event end"))
            CHECK(socket.connected());
        else
            CHECK(idle());
        return heard.text();
    }

    // Plays what the client must not accept.
    void refuses(script const& steps, std::string const& reason, error code, std::string_view words)
    {
        CAPTURE(steps.steps());
        CHECK(play(steps) == "connect | disconnect: " + reason + " | close: " + reason);
        REQUIRE(details.has_value());
        CHECK(details->code == code);
        CHECK(details->description == words);
    }
};

constexpr auto end = R"(42["end"])";

} // namespace

TEST_CASE_FIXTURE(packets_test, "engine packets that mean nothing over WebSocket are ignored")
{
    for (char const* const ignored : {"1", "3", "3hello", "5", "6"}) {
        CAPTURE(ignored);
        CHECK(play(connected().text(ignored).text(end)) == "connect | event end");
    }
}

TEST_CASE_FIXTURE(client_test, "a ping is answered with a bare pong, whatever it carries")
{
    support::raw_server server(connected().text("2hello").expect("3").text("2").expect("3").text(end));
    auto socket = socketio::io(context, server.url());
    socket.io().on("ping", [&] { heard.note("ping"); });
    heard.follow_events(socket);
    REQUIRE(until_heard("event end"));
    CHECK(heard.text() == "ping | ping | event end");
    CHECK(server.log("message", "text") == R"(["40","3","3"])");
}

TEST_CASE_FIXTURE(client_test, "a WebSocket ping is answered with what it carries, a WebSocket pong ignored")
{
    support::raw_server server(connected()
                                   .frame(R"({"opcode":9,"text":"are you there?"})")
                                   .frame(R"({"opcode":10,"text":"unasked"})")
                                   .text(end));
    auto socket = socketio::io(context, server.url());
    heard.follow_events(socket);
    REQUIRE(until_heard("event end"));
    CHECK(support::await_entry(context, server, "pong", "text") == R"("are you there?")");
}

TEST_CASE_FIXTURE(packets_test, "an unknown or empty engine packet is a transport error")
{
    refuses(connected().text("9"), "transport error", error::engine_packet_invalid, "invalid Engine.IO packet");
    refuses(connected().text(""), "transport error", error::engine_packet_invalid, "invalid Engine.IO packet");
    refuses(connected().open(), "transport error", error::engine_open_invalid, "invalid Engine.IO open packet");
}

TEST_CASE_FIXTURE(packets_test, "frames that break RFC 6455 are a transport error")
{
    refuses(connected().hex("c100"), "transport error", error::frame_invalid, "invalid WebSocket frame");
    refuses(connected().hex("8300"), "transport error", error::frame_invalid, "invalid WebSocket frame");
    refuses(connected().hex("818100000000"), "transport error", error::frame_invalid, "invalid WebSocket frame");
    refuses(connected().hex("0900"), "transport error", error::frame_invalid, "invalid WebSocket frame");
    refuses(connected().hex("8000"), "transport error", error::fragment_invalid, "invalid WebSocket fragmentation");
    refuses(connected().hex("8102c328"), "transport error", error::utf8_invalid, "WebSocket text that is not UTF-8");
    refuses(connected().hex("880103"), "transport error", error::close_invalid, "invalid WebSocket close frame");
}

TEST_CASE_FIXTURE(packets_test, "packets that break the protocol are a parse error that says what is wrong")
{
    auto const parse_error = [this](script const& steps, error code, std::string_view words) {
        refuses(steps, "parse error", code, words);
    };
    parse_error(connected().text("49"), error::packet_unknown_type, "unknown packet type");
    parse_error(connected().text("4"), error::packet_unknown_type, "unknown packet type");
    parse_error(connected().text("4x"), error::packet_unknown_type, "unknown packet type");
    for (char const* const payload : {R"(42["x")", "42[]", R"(42["connect"])", R"(42["disconnect"])", "42", "42{}",
             "42[null]", R"(42"x")", R"(42["x"] )" "x", "43", "43{}", R"(41["x"])", R"(40["x"])", "40x", "44[1]"})
        parse_error(connected().text(payload), error::packet_invalid_payload, "invalid payload");
    parse_error(connected().text(R"(42)" + std::string(21, '9') + R"(["x"])"), error::packet_invalid_id,
        "invalid acknowledgement id");
    parse_error(connected().text("42" R"(["x",)" + std::string(200, '[') + std::string(200, ']') + "]"),
        error::json_too_deep, "JSON nested too deeply");
}

TEST_CASE_FIXTURE(packets_test, "attachments that break the protocol are a parse error that says what is wrong")
{
    std::string const one = R"(451-["b",{"_placeholder":true,"num":0}])";
    refuses(connected().binary("00"), "parse error", error::packet_unexpected_binary,
        "got binary data when not reconstructing a packet");
    refuses(connected().text(one).text(end), "parse error", error::packet_unexpected_text,
        "got plaintext data when reconstructing a packet");
    for (char const* const illegal : {R"(450-["a"])", R"(45-["a"])", R"(45["a"])", R"(451["a"])", R"(451)"})
        refuses(connected().text(illegal), "parse error", error::packet_illegal_attachments, "illegal attachments");
    for (char const* const num : {"3", "-1", "1", "0.5", "\"0\"", "null"})
        refuses(connected().text(R"(451-["b",{"_placeholder":true,"num":)" + std::string(num) + "}]").binary("00"),
            "parse error", error::packet_illegal_attachments, "illegal attachments");
    refuses(connected().text(R"(4511-["b"])"), "parse error", error::packet_too_many_attachments, "too many attachments");
}

TEST_CASE_FIXTURE(client_test, "a ping between a packet and its attachments is answered, and the packet goes on")
{
    support::raw_server server(connected()
                                   .text(R"(451-["b",{"_placeholder":true,"num":0}])")
                                   .text("2")
                                   .expect("3")
                                   .binary("31")
                                   .text(end));
    auto socket = socketio::io(context, server.url());
    socket.on("b", [&](socketio::bytes const& data) { heard.note(std::to_string(data.size())); });
    heard.follow_events(socket);
    REQUIRE(until_heard("event end"));
    CHECK(heard.text() == "event b | 1 | event end");
}

TEST_CASE_FIXTURE(client_test, "an attachment may be used twice, and another not at all")
{
    support::raw_server server(
        connected()
            .text(R"(452-["b",{"_placeholder":true,"num":0},[{"_placeholder":true,"num":0}]])")
            .binary("01")
            .binary("02")
            .text(end));
    auto socket = socketio::io(context, server.url());
    socket.on("b", [&](socketio::bytes const& first, std::vector<socketio::bytes> const& second) {
        CHECK(first == socketio::bytes{std::byte{1}});
        CHECK(second == std::vector<socketio::bytes>(1, first));
        heard.note("both");
    });
    heard.follow_events(socket);
    REQUIRE(until_heard("event end"));
    CHECK(heard.text() == "event b | both | event end");
}

TEST_CASE_FIXTURE(client_test, "a placeholder in an event without attachments is an object like any other")
{
    support::raw_server server(connected().text(R"(42["b",{"_placeholder":true,"num":0}])").text(end));
    auto socket = socketio::io(context, server.url());
    socket.on("b", [&](socketio::object const& plain) { heard.note(std::to_string(plain.size()) + " members"); });
    REQUIRE(until_heard("2 members"));
}

TEST_CASE_FIXTURE(packets_test, "a number as an event's name is its text; packets of unknown namespaces and acks are ignored")
{
    CHECK(play(connected().text(R"(42[5,"a"])").text(end)) == "connect | event 5 | event end");
    CHECK(play(connected().text(R"(42/other,["x"])").text("41/other").text("44/other,{}").text(end)) ==
          "connect | event end");
    CHECK(play(connected().text("430[]").text("439[1]").text("43[1]").text(end)) == "connect | event end");
    CHECK(play(connected().text(R"(42/,["root"])").text(end)) == "connect | event root | event end");
}

TEST_CASE_FIXTURE(client_test, "a second CONNECT, and a CONNECT_ERROR after CONNECT, are ignored")
{
    support::raw_server server(
        connected().text(R"(40{"sid":"S2"})").text(R"(44{"message":"too late"})").text("442").text(end));
    auto socket = socketio::io(context, server.url());
    heard.follow(socket);
    heard.follow_events(socket);
    REQUIRE(until_heard("event end"));
    CHECK(heard.text() == "connect | event end");
    CHECK(socket.id() == "S1");
    CHECK(socket.active());
}

TEST_CASE_FIXTURE(packets_test, "CONNECT_ERROR closes the connection first, and may be an object, a text or nothing")
{
    auto const refused = [&](std::string const& payload) {
        return play(script().open().expect("40").text("44" + payload));
    };
    CHECK(refused(R"("nope")") == "close: forced close | connect_error: nope");
    CHECK(refused(R"({"message":"m","data":{"a":1}})") == "close: forced close | connect_error: m");
    CHECK(refused("") == "close: forced close | connect_error: ");
    CHECK(refused("{}") == "close: forced close | connect_error: ");
    CHECK(refused(R"({"message":5})") == "close: forced close | connect_error: ");
}

TEST_CASE_FIXTURE(client_test, "DISCONNECT closes the connection and is not followed by another attempt")
{
    support::raw_server server(connected().text("41"));
    auto socket = socketio::io(context, server.url(), support::quick());
    heard.follow(socket);
    heard.follow(socket.io());
    CHECK(idle());
    CHECK(heard.text() == "open | connect | close: forced close | disconnect: io server disconnect");
    CHECK(server.count("tcp open") == 1);
}

TEST_CASE_FIXTURE(client_test, "the manager shows every packet as it came")
{
    support::raw_server server(connected().text(R"(42/other,7["x",1])").text("43[1]").text(end));
    auto socket = socketio::io(context, server.url());
    socket.io().on("packet", [&](socketio::packet const& raw) {
        heard.note(std::to_string(static_cast<int>(raw.type)) + std::string(raw.nsp) +
                   (raw.id ? std::to_string(*raw.id) : "") + raw.payload.to_json());
    });
    heard.follow_events(socket);
    REQUIRE(until_heard(R"(2/["end"])"));
    CHECK(heard.text() == R"(0/{"sid":"S1"} | 2/other7["x",1] | 3/[1] | event end | 2/["end"])");
}

TEST_CASE_FIXTURE(client_test, "what is over the client's own limits ends the connection and says so")
{
    auto const with = [&](socketio::client_limits const& limits, script const& steps) {
        support::raw_server server(steps);
        auto socket = socketio::io(context, server.url(), support::once_only({.limits = limits}));
        heard.clear();
        socketio::disconnect_details told;
        socket.on("disconnect", [&](std::string_view reason, socketio::disconnect_details const& more) {
            heard.note(std::string(reason));
            told = more;
        });
        socket.on("connect_error", [&](socketio::connect_error const& why) {
            heard.note("connect_error");
            told.code = why.code();
        });
        CHECK(idle());
        return heard.text() + ": " + told.code.message();
    };
    CHECK(with({.message_size = 1000}, connected().text("42[\"" + std::string(1000, 'x') + "\"]")) ==
          "transport error: incoming message over the size limit");
    CHECK(with({.attachments = 1}, connected().text(R"(452-["b"])")) == "parse error: too many attachments");
    CHECK(with({.json_depth = 3}, connected().text(R"(42["b",[[[]]]])")) == "parse error: JSON nested too deeply");
    CHECK(with({.early_events = 100}, script().open().expect("40").text("42[\"" + std::string(200, 'x') + "\"]")) ==
          "connect_error: incoming message over the size limit");
}

// Clients that misuse Socket.IO: the wrong order, packets that are none, and floods of what may be said once.
#include "siege.hpp"

#include <asio/buffer.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>

#include <memory>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace hostile;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

namespace {

// One message; "b" and bytes is a binary one.
std::string said(std::string_view message)
{
    return message.starts_with('b') ? masked_frame(0x82, message.substr(1)) : masked_text(message);
}
std::string said(std::vector<std::string_view> const& messages)
{
    std::string all;
    for (auto const each : messages)
        all += said(each);
    return all;
}

// Before any namespace: the connection ends, and nobody hears of it.
void turned_away(std::string const& name, std::vector<std::string_view> const& messages)
{
    SUBCASE(name.c_str())
    {
        siege house;
        ws_caller caller{house};
        REQUIRE(caller.next().starts_with("0{"));
        caller.send(said(messages) + masked_text("40") + masked_text("42[\"after\"]"));
        CHECK(caller.rest() == "close 1005 | end");
        CHECK(house.heard.text().empty());
        caller.line().leave();
        house.check();
    }
}

// In the namespace "/": it ends, and nothing behind is heard.
void cut_off(std::string const& name, std::vector<std::string_view> const& messages, std::string const& heard_before = "")
{
    SUBCASE(name.c_str())
    {
        siege house;
        ws_caller caller{house};
        caller.send(masked_text("40") + said(messages) + masked_text("42[\"after\"]"));
        CHECK(caller.next().starts_with("0{"));
        CHECK(caller.next().starts_with("40{"));
        CHECK(caller.rest() == "close 1005 | end");
        REQUIRE(house.until_heard("disconnect: forced close"));
        CHECK(house.heard.text() == heard_before + "disconnect: forced close");
        caller.line().leave();
        house.check();
    }
}

// Odd, and no offence.
void passed_over(std::string const& name, std::vector<std::string_view> const& messages, std::string const& heard = "")
{
    SUBCASE(name.c_str())
    {
        siege house;
        ws_caller caller{house};
        caller.send(masked_text("40") + said(messages) + masked_text("42[\"end\"]"));
        REQUIRE(house.until_heard("event end"));
        CHECK(house.heard.text() == heard + "event end");
        caller.line().leave();
        CHECK(house.until_heard("disconnect: transport close"));
        house.check();
    }
}

// Sends as long as the other side reads, up to so much.
std::error_code flood(siege& house, asio::ip::tcp::socket& from, std::string_view bytes, std::size_t bound)
{
    std::error_code result;
    for (std::size_t sent = 0; sent < bound && !result; sent += bytes.size()) {
        bool done = false;
        asio::async_write(from, asio::buffer(bytes.data(), bytes.size()), [&](std::error_code ec, std::size_t) {
            result = ec;
            done = true;
        });
        REQUIRE(house.until([&] { return done; }));
    }
    return result;
}

struct deaf_caller {
    deaf_caller(siege& house, std::string_view first) : socket{house.context}
    {
        socket.connect({asio::ip::address_v4::loopback(), house.io.port()});
        asio::write(socket, asio::buffer(get_request(websocket_target, upgrade_headers) + std::string{first}));
    }
    asio::ip::tcp::socket socket;
};

} // namespace

TEST_CASE("Socket.IO: something else where CONNECT should be")
{
    turned_away("an event", {"42[\"early\"]"});
    turned_away("an event with an id", {"421[\"early\"]"});
    turned_away("an answer", {"431[]"});
    turned_away("a goodbye", {"41"});
    turned_away("bytes", {"bx"});
    turned_away("an event that announces bytes", {"451-[\"early\",{\"_placeholder\":true,\"num\":0}]", "bx"});
    turned_away("an unknown packet", {"49"});
    turned_away("no packet", {"4"});
    turned_away("an event of another namespace", {"42/x,[\"early\"]"});
    turned_away("a refusal", {"44{\"message\":\"no\"}"});
}

TEST_CASE("Socket.IO: a CONNECT that is none")
{
    turned_away("with a list", {"40[1]"});
    turned_away("with a text", {"40\"x\""});
    turned_away("with a number", {"40-1"});
    turned_away("with true", {"40true"});
    turned_away("with half an object", {"40{"});
    turned_away("with something behind the object", {"40{}x"});
    turned_away("with bytes that are no JSON", {"40{\"a\":\x01}"});
    std::string const deep = "40" + repeated_to("{\"a\":", 100000);
    turned_away("with brackets and brackets", {deep});
}

TEST_CASE("Socket.IO: what a connected client may not say")
{
    cut_off("CONNECT again", {"40"});
    cut_off("a refusal", {"44{\"message\":\"no\"}"});
    cut_off("an unknown type", {"47[\"x\"]"});
    cut_off("no type", {"4"});
    cut_off("an event of a namespace that it is not in", {"42/other,[\"x\"]"});
    cut_off("a goodbye to one", {"41/other,"});
    cut_off("bytes that no event announced", {"bx"});
    cut_off("text where bytes were announced", {"451-[\"x\",{\"_placeholder\":true,\"num\":0}]", "42[\"y\"]"});
    cut_off("a goodbye with words", {"41{}"});
}

TEST_CASE("Socket.IO: events that are none")
{
    for (std::string_view const payload : {"", "[]", "{}", "\"x\"", "[{}]", "[[\"x\"]]", "[null]", "[true]", "[\"x\"", "[\"x\"]]", "[\"x\",]",
             "[\"connect\"]", "[\"disconnect\"]", "[\"connect_error\"]", "[\"disconnecting\"]", "[\"newListener\"]", "[\"removeListener\"]"})
        cut_off("42" + std::string{payload}, {"42" + std::string{payload}});
    cut_off("an id of 2^64", {"4218446744073709551616[\"x\"]"});
    std::string const deep = "42[\"x\"," + std::string(100000, '[');
    cut_off("brackets and brackets", {deep});
    cut_off("an answer that is no list", {"430{}"});
    cut_off("an answer without a list", {"430"});
}

TEST_CASE("Socket.IO: attachments that are none")
{
    auto const with = [](std::string_view num) { return "451-[\"x\",{\"_placeholder\":true,\"num\":" + std::string{num} + "}]"; };
    for (std::string_view const num : {"1", "-1", "0.5", "\"0\"", "null", "[]", "4294967296", "18446744073709551616"}) {
        std::string const packet = with(num);
        cut_off("number " + std::string{num}, {packet, "bx"});
    }
    cut_off("a placeholder without a number", {"451-[\"x\",{\"_placeholder\":true}]", "bx"});
    cut_off("none announced", {"450-[\"x\"]"});
    cut_off("11", {"4511-[\"x\"]"});
    cut_off("many", {"451000000000-[\"x\"]"});
    cut_off("2^64", {"4518446744073709551616-[\"x\"]"});
    cut_off("no number of them", {"45-[\"x\"]"});
    cut_off("a negative number of them", {"45-1-[\"x\"]"});
    cut_off("no end of the number", {"451[\"x\"]"});
    cut_off("11 of an answer", {"4611-0[]"});
}

TEST_CASE("Socket.IO: what is odd and no offence")
{
    passed_over("an answer to no question", {"4399[]"});
    passed_over("an answer twice", {"430[]", "430[]"});
    passed_over("an answer of bytes to no question", {"461-7[{\"_placeholder\":true,\"num\":0}]", "bx"});
    passed_over("an event by number", {"42[7]"}, "event 7 | ");
    passed_over("attachments that no placeholder names", {"452-[\"x\"]", "b1", "b2"}, "event x | ");
    passed_over("a namespace that nobody knows", {"40/nowhere,", "40/nowhere,"});
    passed_over("the root by its name", {"42/,[\"x\"]"}, "event x | ");
    passed_over("packets of Engine.IO between attachments", {"451-[\"x\",{\"_placeholder\":true,\"num\":0}]", "6", "3", "bx"}, "event x | ");
}

TEST_CASE("Socket.IO: all that waits for its attachments goes with the connection")
{
    siege house;
    ws_caller caller{house};
    caller.send(masked_text("40") + masked_text("4510-[\"x\"]"));
    for (int i = 0; i != 9; ++i)
        caller.send(masked_frame(0x82, std::string(50000, 'x')));
    REQUIRE(house.in_turn());
    caller.line().leave();
    CHECK(house.until_heard("disconnect: transport close"));
    CHECK(house.heard.count_of("event") == 0);
    house.check(3u << 20);
}

TEST_CASE("Socket.IO: a packet is no larger with its attachments than a message may be")
{
    siege house{{.maxHttpBufferSize = 10000}};
    ws_caller caller{house};
    caller.send(masked_text("40") + masked_text("4510-[\"x\"]"));
    for (int i = 0; i != 2; ++i)
        caller.send(masked_frame(0x82, std::string(6000, 'x')));
    CHECK(caller.next().starts_with("0{"));
    CHECK(caller.next().starts_with("40{"));
    CHECK(caller.rest() == "close 1005 | end");
    CHECK(house.until_heard("disconnect: forced close"));
    caller.line().leave();
    house.check();
}

TEST_CASE("Socket.IO: a flood of CONNECTs to namespaces that are not there")
{
    siege house;
    ws_caller caller{house};
    for (int i = 0; i != 5000; ++i)
        caller.text("40/" + std::to_string(i) + ",");
    caller.text("40");
    CHECK(caller.next().starts_with("0{"));
    for (int i = 0; i != 5000; ++i)
        REQUIRE(caller.next() == "44/" + std::to_string(i) + R"(,{"message":"Invalid namespace"})");
    CHECK(caller.next().starts_with("40{"));
    caller.line().leave();
    house.check(2u << 20);
}

TEST_CASE("Socket.IO: the same, and no answer is read")
{
    siege house{{.send_limit = 200000}};
    std::string const name(1000, 'n');
    deaf_caller caller{house, ""};
    std::error_code const how = flood(house, caller.socket, repeated_to(masked_text("40/" + name + ","), 65536), 64u << 20);
    CHECK(how); // it was cut off
    CHECK(house.io.snapshot().cut_off == 1);
    house.check();
}

TEST_CASE("Socket.IO: a flood of CONNECTs to namespaces that are made for it ends at the limit")
{
    siege house{{.namespaces = 10}};
    house.io.of(std::regex{"^/room-"}).on("connection", [&](socketio::server_socket socket) {
        socket.on("disconnect", [&] { house.heard.note("left"); });
    });
    ws_caller caller{house};
    for (int i = 0; i != 11; ++i)
        caller.text("40/room-" + std::to_string(i) + ",");
    CHECK(caller.next().starts_with("0{"));
    for (int i = 0; i != 10; ++i)
        CHECK(caller.next().starts_with("40/room-"));
    CHECK(caller.rest() == "close 1005 | end");
    CHECK(house.until_heard("left", 10));
    caller.line().leave();
    house.check();
}

TEST_CASE("Socket.IO: CONNECTs that nobody decides about count, too")
{
    siege house{{.namespaces = 10}};
    std::vector<socketio::next> waiting;
    house.io.of("/slow").use([&](socketio::server_socket, socketio::next next) { waiting.push_back(std::move(next)); });
    std::vector<std::function<void(bool)>> asked;
    house.io.of([&](std::string_view, socketio::value const&, std::function<void(bool)> answer) { asked.push_back(std::move(answer)); });
    ws_caller caller{house};
    caller.text("40/slow,");
    for (int i = 0; i != 10; ++i)
        caller.text("40/" + std::to_string(i) + ",");
    CHECK(caller.next().starts_with("0{"));
    CHECK(caller.rest() == "close 1005 | end");
    caller.line().leave();
    CHECK(house.until([&] { return house.io.snapshot().sessions == 1; }));
    CHECK(asked.size() <= 9);
    for (auto& each : asked)
        each(true);
    for (auto& each : waiting)
        each();
    house.check();
}

TEST_CASE("Socket.IO: a client that comes and goes in one namespace leaves nothing behind")
{
    siege house;
    ws_caller caller{house};
    CHECK(caller.next().starts_with("0{"));
    for (int i = 0; i != 2000; ++i) {
        caller.text("40");
        REQUIRE(caller.next().starts_with("40{"));
        caller.text("41");
    }
    CHECK(house.until_heard("disconnect: client namespace disconnect", 2000));
    caller.line().leave();
    house.heard.clear();
    house.check(2u << 20);
}

TEST_CASE("Socket.IO: questions of which no answer is read end at the limit")
{
    siege house{{.send_limit = 200000}};
    deaf_caller caller{house, masked_text("40")};
    std::string const question = masked_text("420[\"echo\",\"" + std::string(1000, 'x') + "\"]");
    house.io.sockets().use([](socketio::server_socket, socketio::next next) { next(); });
    std::error_code const how = flood(house, caller.socket, repeated_to(question, 65536), 64u << 20);
    CHECK(how);
    CHECK(house.until_heard("disconnect: transport error"));
    CHECK(house.io.snapshot().cut_off == 1);
    house.heard.clear();
    house.check(4u << 20); // the diary of the events that came
}

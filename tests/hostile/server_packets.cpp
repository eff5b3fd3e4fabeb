// Clients that misuse Socket.IO: the wrong order, and packets that are none.
#include "hostile_client_fixture.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace hostile;

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
        hostile_client_fixture house;
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
        hostile_client_fixture house;
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
        hostile_client_fixture house;
        ws_caller caller{house};
        caller.send(masked_text("40") + said(messages) + masked_text("42[\"end\"]"));
        REQUIRE(house.until_heard("event end"));
        CHECK(house.heard.text() == heard + "event end");
        caller.line().leave();
        CHECK(house.until_heard("disconnect: transport close"));
        house.check();
    }
}

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
    for (std::string_view const payload :
        {"", "[]", "{}", "\"x\"", "[{}]", "[[\"x\"]]", "[null]", "[true]", "[\"x\"", "[\"x\"]]", "[\"x\",]", "[\"connect\"]",
            "[\"disconnect\"]", "[\"connect_error\"]", "[\"disconnecting\"]", "[\"newListener\"]", "[\"removeListener\"]"})
        cut_off("42" + std::string{payload}, {"42" + std::string{payload}});
    cut_off("an id of 2^64", {"4218446744073709551616[\"x\"]"});
    std::string const deep = "42[\"x\"," + std::string(100000, '[');
    cut_off("brackets and brackets", {deep});
    cut_off("an answer that is no list", {"430{}"});
    cut_off("an answer without a list", {"430"});
}

TEST_CASE("Socket.IO: attachments that are none")
{
    auto const with = [](std::string_view num) {
        return "451-[\"x\",{\"_placeholder\":true,\"num\":" + std::string{num} + "}]";
    };
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
    passed_over("packets of Engine.IO between attachments", {"451-[\"x\",{\"_placeholder\":true,\"num\":0}]", "6", "3", "bx"},
        "event x | ");
}

TEST_CASE("Socket.IO: all that waits for its attachments goes with the connection")
{
    hostile_client_fixture house;
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

TEST_CASE("Socket.IO: an attachment is no larger than a message may be")
{
    hostile_client_fixture house{{.maxHttpBufferSize = 10000}};
    ws_caller caller{house};
    caller.send(masked_text("40") + masked_text("452-[\"x\"]"));
    for (int i = 0; i != 2; ++i)
        caller.send(masked_frame(0x82, std::string(10000, 'x')));
    CHECK(caller.next().starts_with("0{"));
    CHECK(caller.next().starts_with("40{"));
    CHECK(house.until_heard("event x"));
    caller.send(masked_text("451-[\"x\"]") + masked_frame(0x82, std::string(10001, 'x')));
    CHECK(caller.rest() == "close 1009 | end");
    CHECK(house.until_heard("disconnect: transport error"));
    CHECK(house.heard.count("event x") == 1);
    caller.line().leave();
    house.check();
}

// A server that misbehaves in Socket.IO 5: packets, JSON, acknowledgements, attachments, namespaces.
#include "outcome.hpp"

using namespace hostile;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

namespace {

// The packet, and then an event, to see that all went on.
misbehaviour says_on(std::string_view packet)
{
    return ends(says(packet));
}
misbehaviour answers(std::string_view connect)
{
    return misbehaviour{}.open().expect("40").text(connect);
}

std::string const one = R"(451-["b",{"_placeholder":true,"num":0}])";

} // namespace

TEST_CASE("Socket.IO: packets that cannot be")
{
    outcome const unknown = unparsed(error::packet_unknown_type);
    row("an empty one", says("4"), unknown);
    for (char const* const type : {"7", "8", "9", "x", "-1", " 2[\"x\"]", "{}", "\x7F"})
        row("of the type '" + std::string{type} + "'", says("4" + std::string{type}), unknown);
    row("of the type NUL", says("4\0"sv), unknown);
    for (char const* const event : {"42", "42[", "42[]", "42{}", "42null", "42\"x\"", "42[\"x\"", "42[\"x\"]]",
             "42[\"x\"] x", "42[\"x\",]", "42[,\"x\"]", "42[null]", "42[true]", "42[[]]", "42[{}]", "42/", "42/,",
             "42/x", "421", "42/x,1", "42[\"x\" 1]", "42['x']", "42[x]"})
        row("the event " + std::string{event}, says(event), bad_payload());
    for (char const* const name :
        {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"})
        row("an event with the reserved name " + std::string{name}, says("42[\"" + std::string{name} + "\"]"),
            bad_payload());
    row("an event with a reserved name written in escapes", says(R"(42["\u0063onnect"])"), bad_payload());
    for (char const* const other : {"43", "43{}", "43null", "43\"x\"", "430", "430{}", "41[]", "41{}", "40[]",
             "40\"x\"", "40null", "44[]", "44null"})
        row("the packet " + std::string{other}, says(other), bad_payload());
}

TEST_CASE("Socket.IO: JSON that cannot be, or is too much")
{
    auto const event = [](std::string_view argument) { return says("42[\"x\"," + std::string{argument} + "]"); };
    for (char const* const bad : {"01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1", "NaN", "Infinity", "-Infinity",
             "tru", "nul", "True", "\"", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\", "\"\n\"", "\"\x01\"", "{1:2}",
             "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "[1 2]", "/**/1", "undefined",
             "\xEF\xBB\xBF"
             "1"})
        row("the argument " + std::string{bad}, event(bad), bad_payload());
    row("a NUL between tokens", event("1\0"sv), bad_payload());
    row("a NUL in a string", event("\"\0\""sv), bad_payload());
    row("100,000 arrays in each other", event(std::string(100000, '[') + std::string(100000, ']')),
        unparsed(error::json_too_deep));
    row("100,000 arrays that are never closed", event(std::string(100000, '[')), unparsed(error::json_too_deep));
    row("100,000 objects in each other", event(repeated("{\"a\":", 100000)),
        costing(4u << 20, unparsed(error::json_too_deep)));
    row("one level deeper than the limit", event(std::string(128, '[') + std::string(128, ']')),
        unparsed(error::json_too_deep));
    row("a limit of the program's", event("[[]]"), unparsed(error::json_too_deep),
        brief({.limits = {.json_depth = 2}}));
    row("16 MiB of small values",
        welcomed()
            .send("\x81\x7F\0\0\0\0\0\xC0\0\x05"
                  "42[\"x\""sv)
            .flood(repeated(",1", 32768), 0xBFFFFE),
        costing(80u << 20, unparsed(error::json_too_large)));
    row("more values than a limit of the program's", event("1,1,1,1,1,1,1"), unparsed(error::json_too_large),
        brief({.limits = {.json_values = 8}}));
}

TEST_CASE("Socket.IO: JSON that is odd, but right")
{
    auto const hears = [](std::string_view argument, std::string const& as) {
        row("the argument " + std::string{argument.substr(0, 60)}, says_on("42[\"x\"," + std::string{argument} + "]"),
            fine("x " + as + " | end"));
    };
    hears(std::string(127, '[') + std::string(127, ']'), std::string(60, '['));
    hears("1e999", "null");
    hears("-1e999", "null");
    hears("1e-999", "0");
    hears("-0", "-0");
    hears("18446744073709551615", "18446744073709551615");
    hears("18446744073709551616", "18446744073709551616");
    hears("-9223372036854775809", "-9223372036854775808");
    hears("0." + std::string(5000, '0') + "1", "0");
    hears(std::string(5000, '9'), "null");
    hears(R"({"a":1,"a":2})", R"({"a":1,"a":2})");
    hears(R"({"__proto__":{"x":1}})", R"({"__proto__":{"x":1}})");
    hears(R"({"":""})", R"({"":""})");
    hears(R"("\ud800")", "\"\xEF\xBF\xBD\"");
    hears(R"("\udc00\ud800x")", "\"\xEF\xBF\xBD\xEF\xBF\xBDx\"");
    hears(R"("\ud83d\ude00")", "\"\xF0\x9F\x98\x80\"");
    hears(R"("a\u0000b")", R"("a\u0000b")");
    hears(" [ 1 , 2 ] ", "[1,2]");
    row("a name with a NUL", says_on(R"(42["a\u0000b"])"), fine(std::string{"a\0b | end", 9}));
    row("an empty name", says_on(R"(42["",1])"), fine(" 1 | end"));
    row("a number as a name", says_on("42[5,6]"), fine("5 6 | end"));
    row("a huge number as a name", says_on("42[1e400]"), fine("null | end"));
    row("a name of a megabyte", says_on("42[\"" + std::string(1 << 20, 'n') + "\"]"),
        costing(9u << 20, fine(std::string(40, 'n') + " | end")));
    row("10,000 arguments", says_on("42[\"typed\"" + repeated(",\"x\"", 10000) + "]"),
        costing(4u << 20,
            fine(
                "typed" + repeated(" \"x\"", 100).substr(0, 95) +
                R"( | on_error "typed", argument 1: expected integer from -2147483648 to 2147483647, got string | end)")));
}

TEST_CASE("Socket.IO: arguments that do not fit their listener never reach it")
{
    auto const mismatch = [](std::string const& arguments, std::string const& heard, std::string const& words) {
        row("typed with " + arguments, says_on("42[\"typed\"" + arguments + "]"),
            fine("typed" + heard + (words.empty() ? " | typed well" : " | on_error \"typed\", argument " + words) +
                 " | end"));
    };
    mismatch(R"(,1,"a")", R"( 1 "a")", "");
    mismatch(R"(,1,"a",{"more":1})", R"( 1 "a" {"more":1})", "");
    mismatch("", "", "1: expected integer from -2147483648 to 2147483647, got nothing");
    mismatch(",1", " 1", "2: expected string, got nothing");
    mismatch(R"(,"1","a")", R"( "1" "a")", "1: expected integer from -2147483648 to 2147483647, got string");
    mismatch(R"(,null,null)", " null null", "1: expected integer from -2147483648 to 2147483647, got null");
    mismatch(R"(,2147483648,"a")", R"( 2147483648 "a")",
        "1: expected integer from -2147483648 to 2147483647, got integer 2147483648");
    mismatch(R"(,1.5,"a")", R"( 1.5 "a")", "1: expected integer from -2147483648 to 2147483647, got number 1.5");
    mismatch(R"(,1,["a"])", R"( 1 ["a"])", "2: expected string, got array");
}

TEST_CASE("Socket.IO: acknowledgements that cannot be, or that nobody waits for")
{
    auto const asked = [] { return welcomed().expect("420[\"question\""); };
    auto const goes_on = [&](std::string_view answer, std::string const& heard) {
        row("the answer " + std::string{answer.substr(0, 60)}, ends(asked().text(answer)), fine(heard + "end"));
    };
    goes_on(R"(430["yes"])", "answer yes | ");
    goes_on(R"(430[])", "answer none | ");
    goes_on(R"(43000["yes"])", "answer yes | ");
    goes_on(R"(431["x"])", "");
    goes_on(R"(43["x"])", "");
    goes_on(R"(4318446744073709551615["x"])", "");
    goes_on(R"(439223372036854775808["x"])", "");
    goes_on(R"(43/other,0["x"])", "");
    goes_on(R"(430[7])", "on_error \"question\", argument 1: expected string, got integer 7 | ");
    row("an answer twice", ends(asked().text(R"(430["yes"])").text(R"(430["again"])")), fine("answer yes | end"));
    row("an answer before the question",
        ends(misbehaviour{}.open().expect("40").text(R"(430["early"])").text(R"(40{"sid":"S1"})")), fine("end"));
    row("an answer with an attachment", ends(asked().text(R"(461-0[{"_placeholder":true,"num":0}])").frame(0x82, "xx")),
        fine("on_error \"question\", argument 1: expected string, got binary | end"));
    row("an id of 2^64", asked().text(R"(4318446744073709551616["x"])"), unparsed(error::packet_invalid_id));
    row("an id of a thousand digits", asked().text("43" + std::string(1000, '9') + "[\"x\"]"),
        unparsed(error::packet_invalid_id));
    row("an id below 0", asked().text(R"(43-1["x"])"), bad_payload());
    row("an id with a fraction", asked().text(R"(430.5["x"])"), bad_payload());
    row("an answer that is no list", asked().text(R"(430{"x":1})"), bad_payload());
    row("an answer that is cut off", asked().text(R"(430["ye)"), bad_payload());
    row("an event with an id of 2^64 - 1, which is answered",
        ends(says(R"(4218446744073709551615["ask"])").expect("4318446744073709551615[")), fine("ask | end"));
    row("an event with an id of 2^64", says(R"(4218446744073709551616["ask"])"), unparsed(error::packet_invalid_id));
    row("two events with the same id, both answered",
        ends(says(R"(427["ask"])").text(R"(427["ask"])").expect("437[").expect("437[")), fine("ask | ask | end"));
}

TEST_CASE("Socket.IO: attachments")
{
    for (char const* const count : {"0-", "-", "", "1", "1,", "-1-", "+1-", "1.0-", "1e0-", "x-", " 1-",
             "99999999999999999999-", "18446744073709551616-"})
        row("the count '" + std::string{count} + "'", says("45" + std::string{count} + R"(["b"])"), bad_attachments());
    for (char const* const count : {"11", "1000000000", "18446744073709551615"})
        row("the count " + std::string{count}, says("45" + std::string{count} + R"(-["b"])"),
            unparsed(error::packet_too_many_attachments));
    row("ten, which is right",
        ends(says(R"(4510-["b",{"_placeholder":true,"num":9}])").send(repeated(ws_frame(0x82, "x"), 10))),
        fine("b null | end"));
    for (char const* const num :
        {"1", "-1", "0.5", "1e9", "4294967296", "18446744073709551616", "1e999", "\"0\"", "null", "true", "[0]", "{}"})
        row("a placeholder " + std::string{num},
            says(R"(451-["b",{"_placeholder":true,"num":)" + std::string{num} + "}]").frame(0x82, "x"),
            bad_attachments());
    row("a placeholder without a number", says(R"(451-["b",{"_placeholder":true}])"), bad_attachments());
    row("a placeholder as the event's name", says(R"(451-[{"_placeholder":true,"num":0}])"), bad_payload());
    row("a placeholder in place of the arguments", says(R"(451-{"_placeholder":true,"num":0})"), bad_payload());
    row("a placeholder that is not quite one, and so an object",
        ends(says(R"(451-["b",{"_placeholder":1,"num":0}])").frame(0x82, "x")),
        fine(R"(b {"_placeholder":1,"num":0} | end)"));
    row("a placeholder with more members",
        ends(says(R"(451-["b",{"a":[1,2],"_placeholder":true,"num":0}])").frame(0x82, "x")), fine("b null | end"));
    row("a placeholder in an event without attachments, and so an object",
        says_on(R"(42["b",{"_placeholder":true,"num":0}])"), fine(R"(b {"_placeholder":true,"num":0} | end)"));
    row("an attachment that nobody uses", ends(says(R"(451-["b"])").frame(0x82, "x")), fine("b | end"));
    row("text while attachments are due", says(one).text(R"(42["x"])"), unparsed(error::packet_unexpected_text));
    row("another binary event while attachments are due", says(one).text(one), unparsed(error::packet_unexpected_text));
    row("a DISCONNECT while attachments are due", says(one).text("41"), unparsed(error::packet_unexpected_text));
    row("a ping while attachments are due, which is right", ends(says(one).text("2").expect("3").frame(0x82, "x")),
        fine("b null | end"));
    row("attachments that never come", says(one).half_close(), lost("transport close", error::closed));
    row("attachments that never come, and no ping",
        misbehaviour{}.welcome_at_once(R"({"sid":"x","pingInterval":20,"pingTimeout":20})").text(one),
        lost("ping timeout", error::ping_timeout));
    row("one attachment too many", says(one).frame(0x82, "x").frame(0x82, "x"),
        hearing("b null", unparsed(error::packet_unexpected_binary)));
    row("an attachment without a packet", welcomed().frame(0x82, "x"), unparsed(error::packet_unexpected_binary));
    row("an attachment that begins like a text packet", welcomed().frame(0x82, R"(42["x"])"),
        unparsed(error::packet_unexpected_binary));
    misbehaviour in_turn = welcomed();
    for (int large = 0; large != 9; ++large) {
        in_turn.text(R"(4510-["b"])");
        for (int i = 0; i != 10; ++i)
            in_turn.frame(0x82, std::string(i == large ? 1200000u : 1u, 'x'));
    }
    row("nine packets, each with another attachment that is large, leave no more behind than one", ends(in_turn),
        costing(8u << 20, fine("b | b | b | b | b | b | b | b | b | end")));
    row("ten attachments, together over the limit",
        says(R"(4510-["b"])").flood(ws_frame(0x82, std::string(99990, 'x')), 900000),
        unparsed(error::message_too_large), brief({.limits = {.message_size = 100000, .packet_size = 500000}}));
    row("one attachment used so often that its copies would be over the limit",
        says("451-[\"b\"" + repeated(R"(,{"_placeholder":true,"num":0})", 1000) + "]")
            .frame(0x82, std::string(50000, 'x')),
        unparsed(error::message_too_large), brief({.limits = {.packet_size = 2000000}}));
    row("the same before CONNECT, where it would be kept",
        answers("451-[\"b\"" + repeated(R"(,{"_placeholder":true,"num":0})", 10000) + "]")
            .frame(0x82, std::string(500000, 'x')),
        costing(5u << 20, refused(error::message_too_large, "parse error before the namespace was connected")));
}

TEST_CASE("Socket.IO: CONNECT and its answers")
{
    std::string const v2 = "It seems you are trying to reach a Socket.IO server in v2.x";
    auto const old = [&](std::string const& name, std::string_view answer) {
        row(name, answers(answer).half_close(), [&] {
            outcome told = refused(error::server_is_v2, v2);
            told.times = 2; // once more when the connection ends
            return told;
        }());
    };
    old("without data", "40");
    old("without a sid", "40{}");
    old("an empty sid", R"(40{"sid":""})");
    old("a sid that is a number", R"(40{"sid":7})");
    old("a sid that is an object", R"(40{"sid":{"x":1}})");
    row("a sid of a megabyte", ends(answers("40{\"sid\":\"" + std::string(1 << 20, 's') + "\"}")),
        costing(8u << 20, fine("end")));
    row("twice", ends(answers(R"(40{"sid":"S1"})").text(R"(40{"sid":"S2"})")), fine("end"));
    row("ten thousand times", ends(answers(R"(40{"sid":"S1"})").send(repeated(ws_text(R"(40{"sid":"S2"})"), 10000))),
        costing(2u << 20, fine("end")));
    row("for another namespace", ends(answers(R"(40/other,{"sid":"S1"})").text(R"(40{"sid":"S1"})")), fine("end"));
    row("with garbage behind it", answers(R"(40{"sid":"S1"}garbage)"),
        refused(error::packet_invalid_payload, "parse error"));
    row("with a pid that is no text", ends(answers(R"(40{"sid":"S1","pid":{"x":1}})")), fine("end"));
    row("no answer, with a limit for it", misbehaviour{}.open().expect("40"),
        for_good(refused(error::timeout, "did not answer in time")), [] {
            auto options = brief();
            options.connect_timeout = 20ms;
            return options;
        }());
    auto const no = [](std::string words) { return for_good(refused(error::connect_refused, std::move(words))); };
    row("CONNECT_ERROR without data", answers("44"), no(""));
    row("CONNECT_ERROR as a text", answers(R"(44"no room")"), no("no room"));
    row("CONNECT_ERROR as an object", answers(R"(44{"message":"no room"})"), no("no room"));
    row("CONNECT_ERROR with a message that is no text", answers(R"(44{"message":{"a":1}})"), no(""));
    row("CONNECT_ERROR with data 127 deep",
        answers("44{\"message\":\"m\",\"data\":" + std::string(127, '[') + std::string(127, ']') + "}"), no("m"));
    row("CONNECT_ERROR with data too deep", answers("44{\"data\":" + std::string(100000, '[')),
        refused(error::json_too_deep, "parse error"));
    row("CONNECT_ERROR with a message of a megabyte", answers("44\"" + std::string(1 << 20, 'm') + "\""),
        costing(14u << 20, no("mmm")));
    row("CONNECT_ERROR when connected", says_on(R"(44{"message":"late"})"), fine("end"));
    row("CONNECT_ERROR for another namespace", ends(answers(R"(44/other,{"message":"no"})").text(R"(40{"sid":"S1"})")),
        fine("end"));
    row("DISCONNECT when connected", says("41"), for_good(lost("io server disconnect", {})));
    row("DISCONNECT before CONNECT is answered", ends(answers("41").text(R"(40{"sid":"S1"})")), fine("end"));
    row("DISCONNECT for another namespace", says_on("41/other,"), fine("end"));
    row("an event behind DISCONNECT, which nobody hears", welcomed().send(ws_text("41") + ws_text(R"(42["late"])")),
        for_good(lost("io server disconnect", {})));
}

TEST_CASE("Socket.IO: events before CONNECT is answered are kept, and bounded")
{
    row("two events and an answer",
        ends(answers(R"(42["early",1])").text(R"(421["ask"])").text(R"(40{"sid":"S1"})").expect("431[")),
        fine("early 1 | ask | end"));
    row("an event with an attachment", ends(answers(one).frame(0x82, "x").text(R"(40{"sid":"S1"})")),
        fine("b null | end"));
    outcome const over = refused(error::message_too_large, "too many events before CONNECT");
    row("large events without an end",
        misbehaviour{}.open().expect("40").flood(ws_text("42[\"x\",\"" + std::string(10000, 'x') + "\"]"), 8 << 20),
        costing(3u << 20, over));
    row("tiny events without an end",
        misbehaviour{}.open().expect("40").flood(repeated(ws_text(R"(42["x"])"), 1000), 8 << 20), costing(3u << 20, over));
    row("tiny attachments without an end",
        misbehaviour{}.open().expect("40").flood(
            repeated(ws_text(R"(452-["",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])") +
                         std::string{"\x82\x00\x82\x00"sv},
                1000),
            16 << 20),
        costing(3u << 20, over));
    row("events over a limit of the program's",
        misbehaviour{}.open().expect("40").send(repeated(ws_text(R"(42["x"])"), 100)), over,
        brief({.limits = {.early_events = 1000}}));
}

TEST_CASE("Socket.IO: namespaces")
{
    row("an event to one that nobody knows", says_on(R"(42/other,["x"])"), fine("end"));
    row("an event to the root by its name", says_on(R"(42/,["x"])"), fine("x | end"));
    row("a name without a comma takes all the rest", says(R"(42/other["x"])"), bad_payload());
    row("a query in the name", says_on(R"(42/?a=b,["x"])"), fine("end"));
    row("a NUL in the name", says_on("42/\0,[\"x\"]"sv), fine("end"));
    row("a name of a megabyte", says_on("42/" + std::string(1 << 20, 'n') + ",[\"x\"]"),
        costing(6u << 20, fine("end")));
    row("CONNECT to a name of a megabyte", says_on("40/" + std::string(1 << 20, 'n')), costing(6u << 20, fine("end")));
    std::string all;
    for (int i = 0; i != 100000; ++i)
        all += ws_text("42/" + std::to_string(i) + ",[1]");
    row("events to a hundred thousand of them", ends(welcomed().send(all)), costing(5u << 20, fine("end")));
}

TEST_CASE("Socket.IO: answers that the server asks for and never reads")
{
    row("many questions, and no reading", welcomed().flood(repeated(ws_text(R"(421["ask"])"), 1000), 64 << 20).deaf(),
        hearing("ask" + repeated(" | ask", 9), broken(error::unread_answers)),
        brief({.limits = {.unread_answers = 200000}}));
}

TEST_CASE("Socket.IO: what one server says does not harm the connection to the next")
{
    std::string const welcome = R"(40{"sid":"S1","pid":"p"})";
    row("an offset of a megabyte", ends(answers(welcome).text("42[\"x\",\"" + std::string(1 << 20, 'o') + "\"]")),
        costing(9u << 20, fine("x \"" + std::string(59, 'o') + " | end")));
    row("a pid of a megabyte",
        ends(answers("40{\"sid\":\"S1\",\"pid\":\"" + std::string(1 << 20, 'p') + "\"}").text(R"(42["x","o"])")),
        costing(9u << 20, fine("x \"o\" | end")));
}

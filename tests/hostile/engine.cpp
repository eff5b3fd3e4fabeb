// A server that misbehaves in Engine.IO 4, as far as WebSocket carries it.
#include "outcome.hpp"

using namespace hostile;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

namespace {

misbehaviour first(std::string_view message)
{
    return misbehaviour{}.upgrade().text(message);
}
misbehaviour opens(std::string const& members)
{
    return first("0{" + members + "}");
}

outcome no_engine()
{
    return refused(error::not_socketio, "the server speaks WebSocket but not Engine.IO");
}
outcome no_open()
{
    return refused(error::engine_open_invalid, "before the Engine.IO handshake: invalid Engine.IO open packet");
}

std::string const sid = R"("sid":"x")", interval = R"(,"pingInterval":25000)", timeout = R"(,"pingTimeout":20000)";

// A server that pings after 20 ms, and waits as long for the answer: it says so, and then does not ping.
std::string_view const hasty = R"({"sid":"x","upgrades":[],"pingInterval":20,"pingTimeout":20})";

} // namespace

TEST_CASE("Engine.IO: something else where the open packet should be")
{
    row("words", first("hello"), no_engine());
    row("an empty text", first(""), no_engine());
    row("a binary message", misbehaviour{}.upgrade().frame(0x82, "0{}"), no_engine());
    row("an event", first(R"(42["early"])"), no_engine());
    row("CONNECT", first(R"(40{"sid":"x"})"), no_engine());
    row("a ping", first("2"), no_engine());
    row("a close", first("1"), no_engine());
    row("the answer to a probe that nobody made", first("3probe"), no_engine());
    row("a type that does not exist", first("9"), no_engine());
    row("a NUL", first("\0"sv), no_engine());
}

TEST_CASE("Engine.IO: open packets that cannot be")
{
    row("without data", first("0"), no_open());
    row("not JSON", first("0{sid}"), no_open());
    row("JSON cut off", first(R"(0{"sid":"x")"), no_open());
    row("an array", first("0[]"), no_open());
    row("null", first("0null"), no_open());
    row("an empty object", first("0{}"), no_open());
    row("two objects", first("0{}{}"), no_open());
    row("without sid", opens(R"("pingInterval":25000)" + timeout), no_open());
    row("an empty sid", opens(R"("sid":"")" + interval + timeout), no_open());
    row("a sid that is a number", opens(R"("sid":7)" + interval + timeout), no_open());
    row("without pingInterval", opens(sid + timeout), no_open());
    row("without pingTimeout", opens(sid + interval), no_open());
    for (char const* const bad : {"0", "-1", "1e308", "1e999", "-1e999", "0.5", "\"25000\"", "null", "[]", "{}", "true",
             "9223372036854775807", "9223372036854775808", "18446744073709551616", "2147483648"}) {
        row("pingInterval " + std::string{bad}, opens(sid + ",\"pingInterval\":" + bad + timeout), no_open());
        row("pingTimeout " + std::string{bad}, opens(sid + interval + ",\"pingTimeout\":" + bad), no_open());
    }
    row("nested 100,000 deep", first("0" + std::string(100000, '[')), no_open());
    row("nested 100,000 deep in a member", opens(sid + interval + timeout + ",\"x\":" + std::string(100000, '[')),
        no_open());
    row("a million values", opens(sid + interval + timeout + ",\"upgrades\":[" + repeated("1,", 999999) + "1]"),
        costing(7u << 20, no_open()));
    row("a sid of a million characters", opens("\"sid\":\"" + std::string(1000000, 's') + "\"" + interval + timeout),
        costing(7u << 20, no_open()));
}

TEST_CASE("Engine.IO: open packets that are odd, but will do")
{
    auto const goes_on = [](std::string const& more) {
        return ends(opens(sid + interval + timeout + more).expect("40").text(R"(40{"sid":"S1"})"));
    };
    row("upgrades that are no list", goes_on(R"(,"upgrades":"websocket")"), fine("end"));
    row("upgrades of all kinds", goes_on(R"(,"upgrades":[null,7,{},"webtransport"])"), fine("end"));
    row("a hundred upgrades", goes_on(",\"upgrades\":[" + repeated("\"x\",", 99) + "\"x\"]"), fine("end"));
    row("fields that nobody knows", goes_on(R"(,"x":[[[{}]]],"y":"\u0000")"), fine("end"));
    for (char const* const odd :
        {"-1", "\"big\"", "1e308", "null", "18446744073709551616", "18446744073709551615", "0"})
        row("maxPayload " + std::string{odd}, goes_on(",\"maxPayload\":" + std::string{odd}), fine("end"));
    row("the longest intervals, a day each",
        ends(opens(sid + R"(,"pingInterval":86400000,"pingTimeout":86400000)").expect("40").text(R"(40{"sid":"S1"})")),
        fine("end"));
    row("a maxPayload of 1, so that not even CONNECT fits", opens(sid + interval + timeout + R"(,"maxPayload":1)"),
        for_good(refused(error::payload_too_large, "maxPayload")));
    row("a maxPayload for CONNECT only",
        ends(opens(sid + interval + timeout + R"(,"maxPayload":2)").expect("40").text(R"(40{"sid":"S1"})")),
        fine("end"));
}

TEST_CASE("Engine.IO: packets in the middle of a session")
{
    outcome const invalid = broken(error::engine_packet_invalid);
    row("an empty one", welcomed().text(""), invalid);
    for (char const* const type : {"7", "8", "9", "a", ":", "/", "-", " ", "\x7F", "\xC3\xA9"})
        row("of the type '" + std::string{type} + "'", welcomed().text(type), invalid);
    row("of the type NUL", welcomed().text("\0"sv), invalid);
    row("a second open packet", welcomed().text("0" + std::string{plain_open}), broken(error::engine_open_invalid));
    row("an open packet that is none", welcomed().text("0"), broken(error::engine_open_invalid));
    for (char const* const ignored : {"1", "1now", "3", "3probe", "5", "5x", "6", "6x"})
        row("'" + std::string{ignored} + "', which means nothing here", ends(welcomed().text(ignored)), fine("end"));
    row("a ping with data, answered without", ends(welcomed().text("2hello").expect("3")), fine("end"));
    row("a ping with a megabyte of data", ends(welcomed().text("2" + std::string(1 << 20, 'x')).expect("3")),
        costing(6u << 20, fine("end")));
    row("a probe", ends(welcomed().text("2probe").expect("3")), fine("end"));
}

TEST_CASE("Engine.IO: the heartbeat, or none")
{
    outcome const silent = lost("ping timeout", error::ping_timeout);
    row("no ping", misbehaviour{}.welcome_at_once(hasty), silent);
    row("no ping, and no reading either", misbehaviour{}.welcome_at_once(hasty).deaf(), silent);
    row("no ping before CONNECT is answered", misbehaviour{}.open(hasty),
        refused(error::ping_timeout, "before the namespace was connected"));
    row("WebSocket pings in place of Engine.IO's",
        misbehaviour{}.welcome_at_once(hasty).flood(ws_frame(0x89, ""), std::size_t{1} << 40), cutting(silent));
    row("events in place of pings", misbehaviour{}.welcome_at_once(hasty).flood(ws_text("42/x,[1]"), std::size_t{1} << 40),
        cutting(silent));
    row("pongs in place of pings", misbehaviour{}.welcome_at_once(hasty).flood(ws_text("3"), std::size_t{1} << 40),
        cutting(silent));
    row("a frame that comes for ever in place of pings",
        misbehaviour{}.welcome_at_once(hasty).send("\x82\x7F\0\0\0\0\0\xFF\xFF\xFF"sv).deaf(), silent);
    row("pings without an end, and no answer is ever read",
        welcomed().flood(repeated(ws_text("2"), 5000), 3 << 20).send("\x88\x00"sv).deaf(),
        lost("transport close", error::closed, {}, 1005));
}

// Advisories of the reference and of the libraries below it, as far as they can concern a client: what they were
// about, done to this one. An exception would leave through the io_context, and fail the row.
#include "outcome.hpp"

using namespace hostile;
using namespace std::string_view_literals;

TEST_CASE("CVE-2026-33151: a packet cannot ask for more attachments than the limit")
{
    outcome const too_many = unparsed(error::packet_too_many_attachments);
    row("11 attachments", says(R"(4511-["a"])"), too_many);
    row("11 attachments of an answer", says(R"(4611-0["a"])"), too_many);
    row("a thousand million attachments, and some of them",
        says(R"(451000000000-["a"])").flood(ws_frame(0x82, std::string(1000, 'x')), 2 << 20), too_many);
    row("none", says(R"(450-["a"])"), bad_attachments());
    row("2^64 attachments", says(R"(4518446744073709551616-["a"])"), bad_attachments());
    row("3, with a limit of the program's", says(R"(453-["a"])"), too_many, brief({.limits = {.attachments = 2}}));
}

TEST_CASE("CVE-2022-2421: a placeholder must name an attachment that is there")
{
    for (char const* const num : {"\"splice\"", "\"__proto__\"", "\"0\"", "\"length\"", "1", "-1", "10", "0.1", "null",
             "true", "[]", "{}", "4294967296"})
        row("number " + std::string{num},
            says(R"(451-["a",{"_placeholder":true,"num":)" + std::string{num} + "}]").frame(0x82, "x"),
            bad_attachments());
    row("no number", says(R"(451-["a",{"_placeholder":true}])").frame(0x82, "x"), bad_attachments());
    row("the last of two numbers counts", says(R"(451-["a",{"_placeholder":true,"num":0,"num":1}])").frame(0x82, "x"),
        bad_attachments());
}

TEST_CASE("CVE-2023-32695: an event's name is a text or a number")
{
    for (char const* const name :
        {R"({"toString":"foo"})", R"({"toString":1})", "{}", "[]", "[\"a\"]", "null", "true"}) {
        row("a name that is " + std::string{name}, says("42[" + std::string{name} + "]"), bad_payload());
        row("the same with an attachment " + std::string{name},
            says("451-[" + std::string{name} + "]").frame(0x82, "x"), bad_payload());
        row("the same before CONNECT is answered " + std::string{name},
            misbehaviour{}.open().expect("40").text("42[" + std::string{name} + "]"),
            refused(error::packet_invalid_payload, "parse error"));
    }
}

TEST_CASE("CVE-2022-21676, CVE-2022-41940, CVE-2023-31125: no bad packet or header ends the program")
{
    for (char const* const packet : {"", "b", "bAAA", "b4", "4", "4-", "40", "4x", "\x1e",
             "4\x1e"
             "4",
             "6:40", "a", "::", "-1", "2[]", "42[\"\"", "45-"}) {
        row("first of all " + std::string{packet}, misbehaviour{}.upgrade().text(packet), refused(error::not_socketio));
        row("as bytes " + std::string{packet}, welcomed().frame(0x82, packet),
            unparsed(error::packet_unexpected_binary));
    }
    row("an upgrade with extensions that are garbage", misbehaviour{}.upgrade("Sec-WebSocket-Extensions: ;;;=,\"\r\n"),
        refused(error::handshake_invalid));
    row("an upgrade with many keys", misbehaviour{}.upgrade(repeated("Sec-WebSocket-Accept: x\r\n", 50)),
        refused(error::handshake_invalid));
    row("a reset in answer to the request", misbehaviour{}.head().reset(), refused(error::not_socketio));
    row("a reset in answer to CONNECT", misbehaviour{}.open().expect("40").reset(), refused(connection_reset()));
}

TEST_CASE("CVE-2024-37890: a head may have any number of headers, and more than the limit are refused")
{
    outcome const refusal = refused(error::http_malformed, "not HTTP");
    for (std::size_t const count : {101u, 1000u, 2000u, 100000u})
        row(std::to_string(count) + " headers", status("101 Switching Protocols", repeated("a:b\r\n", count)), refusal);
    row("2001 headers of the upgrade alone",
        status("101 Switching Protocols", repeated("Upgrade: websocket\r\n", 2001) + "\r\n"), refusal);
    row("4, with a limit of the program's", status("200 OK", repeated("a:b\r\n", 4) + "\r\n"), refusal,
        brief({.limits = {.headers = 3}}));
}

TEST_CASE("CVE-2026-48779: tiny fragments cost no more memory than their bytes, and there is a limit to them")
{
    outcome const too_many = broken(error::message_too_large);
    row("fragments of one byte", welcomed().send("\x02\x00"sv).flood(repeated("\x00\x01x"sv, 10000), 16 << 20),
        costing(300000, too_many));
    row("fragments of no byte", welcomed().send("\x02\x00"sv).flood(repeated("\x00\x00"sv, 10000), 16 << 20),
        costing(300000, too_many));
    row("fragments of one byte, with pings between",
        welcomed().send("\x02\x00"sv).flood(repeated("\x00\x01x\x89\x00"sv, 10000), 16 << 20),
        costing(900000, too_many));
    row("just as many as there may be",
        ends(welcomed()
                 .send("\x01\x09"
                       "42/other,"sv)
                 .send(repeated("\x00\x00"sv, 65534) + "\x80\x05[\"x\"]")),
        costing(300000, fine("end")));
    row("tiny messages", ends(welcomed().send(repeated(ws_text("42/x,[1]"), 50000))), costing(900000, fine("end")));
}

TEST_CASE("CVE-2026-45736: what the client says of itself shows nothing of its memory")
{
    std::string const all(125, 'p');
    row("pongs of every size are the ping's bytes and no more",
        ends(welcomed().frame(0x89, all).expect_only(all).frame(0x89, "").expect_only("").frame(0x89, "x").expect_only(
            "x")),
        fine("end"));
    row("so is one that had to wait",
        ends(welcomed().flood(repeated(ws_frame(0x89, all), 1000), 8 << 20).frame(0x89, "last").expect_only("last")),
        fine("end"));
    row("the answer to a close is its code and no more",
        welcomed()
            .send("\x88\x05\x0F\xA0"
                  "bye")
            .expect_only("")
            .half_close(),
        lost("transport close", error::closed, "bye", 4000));
    row("the answer to what is no WebSocket is its code and no more",
        welcomed().send("\xFF").expect_only("").half_close(), broken(error::frame_invalid));
}

TEST_CASE("CVE-2020-36048, CVE-2020-36049: a large packet costs memory and time in proportion")
{
    auto const large = [](std::string_view begins, std::string_view ends_in) {
        return welcomed()
            .send("\x81\x7F\0\0\0\0\0\x80\0\x40"sv)
            .send(std::string{begins} + std::string(64 - begins.size(), begins.back()))
            .flood(std::string(65536, begins.back()), 0x800000 - 65536)
            .send(std::string(65536 - ends_in.size(), begins.back()).append(ends_in));
    };
    std::size_t const bound = 17u << 20;
    row("an id of 8 MiB", large("421", ""), costing(bound, unparsed(error::packet_invalid_id)));
    row("a count of attachments of 8 MiB", large("451", "-[]"), costing(bound, bad_attachments()));
    row("a namespace of 8 MiB", ends(large("42/n", ",[1]")), costing(bound, fine("end")));
    row("8 MiB of brackets", large("42[", ""), costing(bound, unparsed(error::json_too_deep)));
    row("8 MiB of blanks", large("42[ ", ""), costing(bound, bad_payload()));
    row("8 MiB of digits", ends(large("42/x,[1", "]")), costing(bound, fine("end")));
    row("8 MiB of backslashes", ends(large("42/xy,[\"\\", "\"]")), costing(bound, fine("end")));
    row("8 MiB of nothing known", large("9", ""), costing(bound, broken(error::engine_packet_invalid)));
}

// A server that misbehaves in WebSocket, before and behind the Engine.IO handshake.
#include "outcome.hpp"

using namespace hostile;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

namespace {

misbehaviour sends(std::string_view bytes)
{
    return welcomed().send(bytes);
}

socketio::options small()
{
    return brief({.limits = {.message_size = 100000, .fragments = 1000}});
}

std::string close_frame(unsigned code, std::string_view reason = {})
{
    std::string payload{static_cast<char>(code >> 8 & 0xFFu), static_cast<char>(code & 0xFFu)};
    return ws_frame(0x88, payload.append(reason));
}

outcome bad_frame()
{
    return broken(error::frame_invalid);
}
outcome too_large()
{
    return broken(error::message_too_large);
}

} // namespace

TEST_CASE("WebSocket: frames that cannot be")
{
    row("a frame that is masked",
        sends("\x81\x82"
              "abcd42"),
        bad_frame());
    row("an empty frame that is masked",
        sends("\x81\x80"
              "abcd"),
        bad_frame());
    row("RSV1, as if compressed",
        sends("\xC1\x01"
              "2"),
        bad_frame());
    row("RSV2",
        sends("\xA1\x01"
              "2"),
        bad_frame());
    row("RSV3",
        sends("\x91\x01"
              "2"),
        bad_frame());
    row("RSV1 on a ping", sends("\xC9\x00"sv), bad_frame());
    row("all bits of the first byte", sends("\xFF"), bad_frame());
    for (unsigned const code : {3u, 4u, 5u, 6u, 7u, 11u, 12u, 13u, 14u, 15u})
        row("reserved opcode " + std::to_string(code), welcomed().frame(0x80 | code, ""), bad_frame());
    row("a ping in fragments", sends("\x09\x00"sv), bad_frame());
    row("a close in fragments", sends("\x08\x00"sv), bad_frame());
    row("a ping of 126 bytes", sends("\x89\x7E\x00\x7E"sv), bad_frame());
    row("a pong with a length of 64 bits", sends("\x8A\x7F"), bad_frame());
    row("a close of 126 bytes", welcomed().frame(0x88, std::string(126, 'x')), bad_frame());
    row("a length of 16 bits that fits 7", sends("\x81\x7E\x00\x7D"sv), bad_frame());
    row("a length of 64 bits that fits 7", sends("\x81\x7F\0\0\0\0\0\0\0\x01"sv), bad_frame());
    row("a length of 64 bits that fits 16", sends("\x81\x7F\0\0\0\0\0\0\xFF\xFF"sv), bad_frame());
    row("a length of 2^63", sends("\x82\x7F\x80\0\0\0\0\0\0\0"sv), bad_frame());
    row("a length of 2^64 - 1", sends("\x82\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv), bad_frame());
    row("a length of 2^63 - 1", sends("\x82\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv), too_large());
    row("a length of 2^32", sends("\x82\x7F\0\0\0\x01\0\0\0\0"sv), too_large());
    row("a length one over the limit, before any of it has come", sends("\x81\x7F\0\0\0\0\0\x01\x86\xA1"sv),
        too_large(), small());
    row("a masked frame before the open packet",
        misbehaviour{}.upgrade().send("\x81\x82"
                                 "abcd42"),
        refused(error::frame_invalid, "before the Engine.IO handshake"));
    row("a length over the limit before the open packet", misbehaviour{}.upgrade().send("\x81\x7F\0\0\0\0\0\x01\x86\xA1"sv),
        refused(error::message_too_large, "before the Engine.IO handshake"), small());
    row("a message of the limit, which is right",
        ends(welcomed().text("42[\"big\",\"" + std::string(100000 - 12, 'x') + "\"]")),
        fine("big \"" + std::string(59, 'x') + " | end"), small());
    row("a frame that never ends",
        sends("\x82\x7F\0\0\0\0\0\xFF\xFF\xFF"sv).flood(repeated("x", 65536), 0xFF0000).half_close(),
        costing(25u << 20, lost("transport close", error::closed)));
    row("a message of 16 MiB, which is right",
        ends(sends("\x81\x7F\0\0\0\0\x01\0\0\0"
                   "42/other,[\""sv)
                 .flood(repeated("x", 65536), 0xFF0000)
                 .send(std::string(65536 - 13, 'x') + "\"]")),
        costing(33u << 20, fine("end")));
}

TEST_CASE("WebSocket: fragments")
{
    row("a continuation of nothing", sends("\x80\x00"sv), broken(error::fragment_invalid));
    row("a continuation of a whole message",
        sends("\x81\x01"
              "6"
              "\x80\x00"sv),
        broken(error::fragment_invalid));
    row("a new message inside of another",
        sends("\x01\x01"
              "4"
              "\x81\x01"
              "2"),
        broken(error::fragment_invalid));
    row("a new fragmented message inside of another",
        sends("\x01\x01"
              "4"
              "\x02\x01"
              "2"),
        broken(error::fragment_invalid));
    row("a message in fragments of one byte, with pings between them, which is right",
        ends(sends("\x01\x01"
                   "4\x89\x01p\x00\x01"
                   "2\x8A\x00\x00\x03[\"h\x89\x00\x00\x00\x80\x03i\"]"sv)),
        fine("hi | end"));
    row("a character split over fragments, which is right",
        ends(sends("\x01\x07"
                   "42[\"\xE2\x82\xAC\x00\x01\xE2\x00\x01\x82\x80\x03\xAC\"]"sv)),
        fine("\xE2\x82\xAC\xE2\x82\xAC | end"));
    row("fragments of nothing, without an end", sends("\x01\x00"sv).flood(repeated("\x00\x00"sv, 1000), 4 << 20),
        too_large());
    row("fragments of one byte, without an end", sends("\x01\x00"sv).flood(repeated("\x00\x01x"sv, 1000), 4 << 20),
        too_large());
    row("one fragment more than the limit", sends("\x01\x00"sv).send(repeated("\x00\x00"sv, 1000)), too_large(),
        small());
    row("just as many fragments as the limit",
        ends(sends("\x01\x02"
                   "42")
                 .send(repeated("\x00\x00"sv, 998) + "\x80\x07[\"end\"]")),
        fine("end | end"), small());
    row("fragments of 1000 bytes, together over the limit",
        sends("\x02\x00"sv).flood(ws_frame(0, std::string(1000, 'x')), 101 * 1004), too_large(), small());
    row("a last fragment whose length is over what is left",
        sends("\x02\x00"sv).frame(0, std::string(99999, 'x')).send("\x80\x02"), too_large(), small());
    row("a message of which the last fragment never comes",
        sends("\x01\x02"
              "42")
            .half_close(),
        lost("transport close", error::closed));
}

TEST_CASE("WebSocket: text that is not UTF-8")
{
    outcome const not_text = broken(error::utf8_invalid);
    row("in a whole message", welcomed().text("42[\"\xC3\x28\"]"), not_text);
    row("in the first byte of a long message that never comes", sends("\x81\x7E\xFF\xFF\xFF"), not_text);
    row("in a fragment of a message that never ends",
        sends("\x01\x02"
              "4\xFF"),
        not_text);
    row("a character that is cut off by the end", welcomed().text("42[\"\xE2\x82"), not_text);
    row("an overlong NUL", welcomed().text("42[\"\xC0\x80\"]"), not_text);
    row("a surrogate", welcomed().text("42[\"\xED\xA0\x80\"]"), not_text);
    row("beyond U+10FFFF", welcomed().text("42[\"\xF4\x90\x80\x80\"]"), not_text);
    row("in an attachment, which is right",
        ends(welcomed().text(R"(451-["b",{"_placeholder":true,"num":0}])").frame(0x82, "\xFF\xFE")),
        fine("b null | end"));
}

TEST_CASE("WebSocket: the close")
{
    auto const left = [](unsigned code, std::string words = {}) {
        return lost("transport close", error::closed, std::move(words), static_cast<std::uint16_t>(code));
    };
    row("without a code", sends("\x88\x00"sv), left(1005));
    row("with 1000, after which the client comes back", sends(close_frame(1000)), left(1000));
    row("with 1001 and a reason", sends(close_frame(1001, "restarting")), left(1001, "restarting"));
    row("with a reason of 123 bytes", sends(close_frame(4000, std::string(123, 'r'))),
        left(4000, std::string(123, 'r')));
    row("with half a code", sends("\x88\x01\x03"), broken(error::close_invalid));
    for (unsigned const code : {0u, 1u, 999u, 1004u, 1005u, 1006u, 1015u, 1016u, 1100u, 2000u, 2999u, 5000u, 65535u})
        row("with the code " + std::to_string(code), sends(close_frame(code)), broken(error::close_invalid));
    row("with a reason that is not UTF-8", sends(close_frame(1000, "\xFF")), broken(error::utf8_invalid));
    row("with a reason cut inside a character", sends(close_frame(1000, "\xE2\x82")), broken(error::utf8_invalid));
    row("and an event behind it, which nobody hears", sends(close_frame(1000)).text(R"(42["late"])"), left(1000));
    row("twice", sends(close_frame(1000) + close_frame(1001)), left(1000));
    row("and no end of the stream", sends(close_frame(1000)).deaf(), left(1000));
    row("and a flood behind it", sends(close_frame(1000)).flood(ws_text(std::string(1000, 'x')), 4 << 20), left(1000));
    row("before the open packet", misbehaviour{}.upgrade().send(close_frame(1013, "later")),
        refused(error::closed,
            "before the Engine.IO handshake: the server closed the connection (WebSocket close code 1013)"));
    row("before CONNECT is answered", misbehaviour{}.open().expect("40").send(close_frame(1008)),
        refused(error::closed, "transport close before the namespace was connected"));
}

TEST_CASE("WebSocket: the end without a close")
{
    outcome const gone = lost("transport close", error::closed);
    outcome const reset = lost("transport close", connection_reset());
    row("between messages", welcomed().half_close(), gone);
    row("in the middle of a header", sends("\x81\x7E\x10").half_close(), gone);
    row("in the middle of a message",
        sends("\x81\x7E\x10\x00"
              "42["sv)
            .half_close(),
        gone);
    row("in the middle of a ping",
        sends("\x89\x7D"
              "p")
            .half_close(),
        gone);
    row("a reset between messages", welcomed().reset(), reset);
    row("a reset in the middle of a message",
        sends("\x81\x7E\x10\x00"
              "42["sv)
            .reset(),
        reset);
    row("a reset before CONNECT is answered", misbehaviour{}.open().expect("40").reset(),
        refused(connection_reset(), "before the namespace was connected"));
    row("half-closed, and what the client still says is not read", welcomed().half_close().deaf(), gone);
}

TEST_CASE("WebSocket: floods")
{
    std::string const goodbye = close_frame(1000);
    outcome const left = lost("transport close", error::closed, {}, 1000);
    row("pings, of which no answer is ever read",
        welcomed().flood(repeated(ws_frame(0x89, std::string(125, 'p')), 500), 16 << 20).send(goodbye).deaf(), left);
    row("pings before the open packet",
        misbehaviour{}.upgrade().flood(repeated(ws_frame(0x89, "p"), 1000), 2 << 20).send(goodbye).deaf(),
        refused(error::closed, "WebSocket close code 1000"));
    row("pongs that nobody asked for",
        welcomed().flood(repeated(ws_frame(0x8A, std::string(125, 'p')), 500), 4 << 20).send(goodbye), left);
    row("empty pings", welcomed().flood(repeated("\x89\x00"sv, 5000), 1 << 20).send(goodbye).deaf(), left);
    row("empty binary messages", welcomed().flood(repeated("\x82\x00"sv, 5000), 1 << 20),
        unparsed(error::packet_unexpected_binary));
    row("empty texts", welcomed().flood(repeated("\x81\x00"sv, 5000), 1 << 20), broken(error::engine_packet_invalid));
    row("messages for nobody", welcomed().flood(repeated(ws_text("42/x,[1]"), 5000), 2 << 20).send(goodbye), left);
}

// A server that misbehaves before there is a WebSocket: in HTTP, in the handshake, or by ending or saying nothing.
#include "outcome.hpp"

using namespace hostile;
using namespace std::chrono_literals;

namespace {

constexpr auto no_http = "the answer to the upgrade request is not HTTP";
constexpr auto unanswered = "the server closed the connection without answering the upgrade request";

misbehaviour answer(std::string_view bytes)
{
    return misbehaviour{}.head().send(bytes);
}

// A 101 in which this stands in place of the right headers.
misbehaviour switching(std::string const& headers)
{
    return status("101 Switching Protocols", headers + "\r\n");
}

outcome not_http()
{
    return refused(error::http_malformed, no_http);
}
outcome not_here(int code)
{
    return refused(error::not_socketio, "Is this a Socket.IO server", code);
}
outcome said_no(int code, std::string words = {})
{
    return refused(error::upgrade_refused, std::move(words), code);
}
outcome no_handshake()
{
    return refused(error::handshake_invalid, "WebSocket handshake");
}

socketio::options impatient()
{
    auto made = brief();
    made.timeout = 40ms;
    return made;
}

} // namespace

TEST_CASE("HTTP: what is no answer at all")
{
    row("bytes of a TLS alert", answer(std::string_view{"\x15\x03\x01\x00\x02\x02\x46", 7}),
        refused(error::http_malformed, "speaks TLS on this port"));
    row("the banner of another protocol", answer("220 mail.example ESMTP ready\r\n"), not_http());
    row("one byte that begins no HTTP, and nothing more", answer("\xFF"), not_http());
    row("the body alone, as in HTTP/0.9", answer("<html>hello</html>"), not_http());
    row("settings of HTTP/2", answer(std::string_view{"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64", 15}), not_http());
    row("the preface of HTTP/2, as if we were the server", answer("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), not_http());
    row("a request in place of an answer", answer("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), not_http());
    row("an answer in HTTP/2", answer("HTTP/2 200\r\n\r\n"), not_http());
    row("a version with two digits", answer("HTTP/1.10 200 OK\r\n\r\n"), not_http());
    row("a status that is no number", answer("HTTP/1.1 2x0 OK\r\n\r\n"), not_http());
    row("a status of four digits", answer("HTTP/1.1 2000 OK\r\n\r\n"), not_http());
    row("a status below 100", answer("HTTP/1.1 099 Low\r\n\r\n"), not_http());
    row("a status behind two blanks", answer("HTTP/1.1  200 OK\r\n\r\n"), not_http());
    row("a reason with a control character", answer("HTTP/1.1 200 O\x1bK\r\n\r\n"), not_http());
    row("an answer before it was asked, which is no HTTP", misbehaviour{}.send("hello, client\r\n"), not_http());
}

TEST_CASE("HTTP: headers that cannot be")
{
    row("lines that end in a bare line feed", answer("HTTP/1.1 200 OK\nContent-Length: 0\n\n"), not_http());
    row("one bare line feed among right lines", status("200 OK", "A: b\nC: d\r\n\r\n"), not_http());
    row("a bare carriage return in a header", status("200 OK", "A: b\rc\r\n\r\n"), not_http());
    row("a header that is folded", status("200 OK", "A: b\r\n c\r\n\r\n"), not_http());
    row("a NUL in a header's value", status("200 OK", std::string{"A: b\0c\r\n\r\n", 10}), not_http());
    row("a NUL in a header's name", status("200 OK", std::string{"A\0: b\r\n\r\n", 9}), not_http());
    row("a header without a colon", status("200 OK", "nonsense\r\n\r\n"), not_http());
    row("a header without a name", status("200 OK", ": b\r\n\r\n"), not_http());
    row("a blank before the colon", status("200 OK", "Content-Length : 0\r\n\r\n"), not_http());
    row("one header more than the limit", status("200 OK", repeated("A: b\r\n", 101) + "\r\n"), not_http());
    row("just as many headers as the limit", status("200 OK", repeated("A: b\r\n", 99) + "Content-Length: 0\r\n\r\n"),
        not_here(200));
    row("a header line without an end", answer("HTTP/1.1 200 OK\r\nA: ").flood(repeated("b", 4096), 64 << 20),
        cutting(not_http()));
    row("headers without an end", answer("HTTP/1.1 200 OK\r\n").flood(repeated("A: b\r\n", 999), 64 << 20),
        cutting(not_http()));
    row("a status line without an end", answer("HTTP/1.1 200 ").flood(repeated("k", 4096), 64 << 20),
        cutting(not_http()));
    row("headers over a limit of the program's", status("200 OK", "A: " + std::string(300, 'b') + "\r\n\r\n"),
        not_http(), brief({.limits = {.header_bytes = 256}}));
}

TEST_CASE("HTTP: answers that are no")
{
    row("200", status("200 OK"), not_here(200));
    row("204 without a length", status("204 No Content", "\r\n").close(), not_here(204));
    row("301 to elsewhere, which is not followed",
        status("301 Moved", "Location: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
        said_no(301, "redirected to http://127.0.0.1:1/"));
    row("302 without a place", status("302 Found"), said_no(302));
    row("307 to a place of 10,000 characters",
        status("307 Far", "Location: " + std::string(10000, 'x') + "\r\nContent-Length: 0\r\n\r\n"),
        said_no(307, std::string(200, 'x')));
    row("400", status("400 Bad Request"), said_no(400));
    row("401 that wants a password",
        status("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"), said_no(401));
    row("403", status("403 Forbidden"), said_no(403));
    row("404", status("404 Not Found"), not_here(404));
    row("407", status("407 Proxy Authentication Required"), said_no(407));
    row("426 to another protocol", status("426 Upgrade Required", "Upgrade: HTTP/2\r\nContent-Length: 0\r\n\r\n"),
        said_no(426));
    row("429 with a time to wait that is none",
        status("429 Too Many", "Retry-After: -99999999999999999999\r\nContent-Length: 0\r\n\r\n"), said_no(429));
    row("500", status("500 Oh"), said_no(500));
    row("503", status("503 Busy"), said_no(503));
    row("999, which nobody knows", status("999 What"), said_no(999));
}

TEST_CASE("HTTP: bodies that lie or have no end")
{
    row("a body of its length", status("500 Oh", "Content-Length: 5\r\n\r\nwords"), said_no(500, "\"words\""));
    row("a body shorter than its length, and the end", status("500 Oh", "Content-Length: 99\r\n\r\nwords").close(),
        said_no(500, "words"));
    row("a body longer than its length", status("500 Oh", "Content-Length: 1\r\n\r\nwords"), said_no(500, "w"));
    row("a length of 2^64", status("500 Oh", "Content-Length: 18446744073709551616\r\n\r\nwords").close(),
        said_no(500, "words"));
    row("a length below 0", status("500 Oh", "Content-Length: -1\r\n\r\nwords").close(), said_no(500, "words"));
    row("two lengths that differ", status("500 Oh", "Content-Length: 5\r\nContent-Length: 6\r\n\r\nwords").close(),
        said_no(500, "words"));
    row("a length that never comes, and silence", status("500 Oh", "Content-Length: 99\r\n\r\nwords"),
        refused(error::timeout, "timeout"), impatient());
    row("a body without an end", status("500 Oh", "\r\n").flood(repeated("x", 4096), 64 << 20),
        cutting(said_no(500, "xxx")));
    row("chunks without an end", status("500 Oh", "Transfer-Encoding: chunked\r\n\r\n").flood("1\r\nx\r\n", 64 << 20),
        cutting(said_no(500, "xxx")));
    row("chunk headers without an end",
        status("500 Oh", "Transfer-Encoding: chunked\r\n\r\n").flood("000000000000", 64 << 20), cutting(said_no(500)));
    row("a chunk of 2^64", status("500 Oh", "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\nx"), said_no(500));
    row("a chunk of 2^64 - 1", status("500 Oh", "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nwords").close(),
        said_no(500, "words"));
    row("a chunk of -1", status("500 Oh", "Transfer-Encoding: chunked\r\n\r\n-1\r\nx"), said_no(500));
    row("a body that is not text", status("500 Oh", std::string{"Content-Length: 6\r\n\r\n\0\xFF\xFE\x1b[2J", 27}),
        said_no(500));
    row("a reset in the middle of the body", status("500 Oh", "Content-Length: 99\r\n\r\nwords").reset(), said_no(500));
}

TEST_CASE("HTTP: informational answers before the answer")
{
    std::string const more = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
    std::string const all = std::string{ws_switching} + "\r\n" + ws_text("0" + std::string{plain_open});
    row("two of them", answer(more + all).expect("40").text(R"(40{"sid":"S1"})").text(R"(42["end"])").half_close(),
        fine("end"));
    row("sixteen of them",
        answer(repeated(more, 8) + all).expect("40").text(R"(40{"sid":"S1"})").text(R"(42["end"])").half_close(),
        fine("end"));
    row("seventeen of them", answer(repeated(more, 8) + "HTTP/1.1 102 Processing\r\n\r\n" + all), not_http());
    row("more and more of them", misbehaviour{}.head().flood(repeated(more, 50), std::size_t{1} << 40), cutting(not_http()));
    row("one of them with too many headers", answer("HTTP/1.1 103 Hints\r\n" + repeated("A: b\r\n", 101) + "\r\n"),
        not_http());
    row("one of them, and the end", answer("HTTP/1.1 100 Continue\r\n\r\n").close(),
        refused(error::not_socketio, unanswered));
}

TEST_CASE("HTTP: a 101 that breaks RFC 6455")
{
    std::string const upgrade = "Upgrade: websocket\r\n", connection = "Connection: Upgrade\r\n",
                      accept = "Sec-WebSocket-Accept: {accept}\r\n";
    row("without Sec-WebSocket-Accept", switching(upgrade + connection), no_handshake());
    row("with the accept of another key",
        switching(upgrade + connection + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), no_handshake());
    row("with an empty accept", switching(upgrade + connection + "Sec-WebSocket-Accept:\r\n"), no_handshake());
    row("with the right accept twice", switching(upgrade + connection + accept + accept), no_handshake());
    row("with the right accept and more behind it",
        switching(upgrade + connection + "Sec-WebSocket-Accept: {accept}A\r\n"), no_handshake());
    row("without Upgrade", switching(connection + accept), no_handshake());
    row("to another protocol", switching("Upgrade: h2c\r\n" + connection + accept), no_handshake());
    row("to two protocols", switching("Upgrade: websocket, h2c\r\n" + connection + accept), no_handshake());
    row("without Connection", switching(upgrade + accept), no_handshake());
    row("with Connection: close", switching(upgrade + "Connection: close\r\n" + accept), no_handshake());
    row("in HTTP/1.0", answer("HTTP/1.0 101 Switching Protocols\r\n" + upgrade + connection + accept + "\r\n"),
        no_handshake());
    row("with a made-up extension", switching(upgrade + connection + accept + "Sec-WebSocket-Extensions: x-foo\r\n"),
        no_handshake());
    row("with compression twice, whether it was asked for or not",
        switching(upgrade + connection + accept +
                  "Sec-WebSocket-Extensions: permessage-deflate, permessage-deflate\r\n"),
        no_handshake());
    row("with a parameter of compression that does not exist",
        switching(upgrade + connection + accept + "Sec-WebSocket-Extensions: permessage-deflate; level=9\r\n"),
        no_handshake());
    row("with a subprotocol that was not asked for",
        switching(upgrade + connection + accept + "Sec-WebSocket-Protocol: chat\r\n"), no_handshake());
    row("without any headers", switching(""), no_handshake());
    row("followed by HTTP", misbehaviour{}.upgrade().send("HTTP/1.1 400 Bad Request\r\n\r\n"),
        refused(error::wrong_protocol));
    row("followed by HTTP, one byte at a time", misbehaviour{}.upgrade().drip("HTTP/1.1 400 Bad"),
        refused(error::frame_invalid));
}

TEST_CASE("HTTP: an orderly server that is slow, or ends, or falls silent, at every stage")
{
    std::string const head = std::string{ws_switching} + "\r\n";
    std::string const open = ws_text("0" + std::string{plain_open});
    row("the whole of it one byte at a time is a connection",
        misbehaviour{}
            .head()
            .drip(head + open)
            .expect("40")
            .drip(ws_text(R"(40{"sid":"S1"})") + ws_text(R"(42["end"])"))
            .half_close(),
        fine("end"));
    row("the whole of it in one piece is a connection",
        answer(head + open + ws_text(R"(40{"sid":"S1"})") + ws_text(R"(42["end"])")).half_close(), fine("end"));
    row("reset as soon as connected", misbehaviour{}.reset(), refused(error::not_socketio, unanswered));
    row("closed as soon as connected", misbehaviour{}.close(), refused(error::not_socketio, unanswered));
    row("reset behind the request", misbehaviour{}.head().reset(), refused(error::not_socketio, unanswered));
    row("closed behind the request", misbehaviour{}.head().close(), refused(error::not_socketio, unanswered));
    row("half-closed behind the request", misbehaviour{}.head().half_close(), refused(error::not_socketio, unanswered));
    row("closed inside the status line", answer("HTTP/1.1 10").close(), refused(error::not_socketio, unanswered));
    row("closed inside the headers", answer("HTTP/1.1 101 Yes\r\nUpgr").close(),
        refused(error::not_socketio, unanswered));
    row("reset inside the headers", answer("HTTP/1.1 101 Yes\r\nUpgr").reset(),
        refused(error::not_socketio, unanswered));
    row("closed behind the 101", misbehaviour{}.upgrade().close(), refused(error::closed, "before the Engine.IO handshake"));
    row("closed inside the open packet", misbehaviour{}.upgrade().send(open.substr(0, 20)).close(),
        refused(error::closed, "before the Engine.IO handshake"));
    row("silent from the start", misbehaviour{}.deaf(), refused(error::timeout, "timeout"), impatient());
    row("silent behind the request", misbehaviour{}.head(), refused(error::timeout, "timeout"), impatient());
    row("silent inside the headers", answer("HTTP/1.1 101 Yes\r\nUpgr"), refused(error::timeout, "timeout"),
        impatient());
    row("silent behind the 101", misbehaviour{}.upgrade(), refused(error::timeout, "timeout"), impatient());
    row("silent inside the open packet", misbehaviour{}.upgrade().send(open.substr(0, 20)),
        refused(error::timeout, "timeout"), impatient());
    row("an answer when the client has given up and dialled again",
        misbehaviour{}.head().until_next().send(head + open + ws_text(R"(40{"sid":"late"})")),
        refused(error::timeout, "timeout"), impatient());
}

// Writes the seeds of the corpora: valid inputs, in the few bytes of choices that each target reads first.
// node tests/fuzz/make_corpus.js; edit here, not the files.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const bytes = (...parts) => Buffer.concat(parts.map((p) => (typeof p === "number" ? Buffer.from([p]) : Buffer.from(p))));
// A text as choices::text(most) reads it.
const text = (data, most = 255) => {
    const body = Buffer.from(data);
    return most < 256 ? bytes(body.length, body) : bytes(body.length >> 8, body.length & 255, body);
};
const number = (n, most = 255) => (most < 256 ? bytes(n) : bytes(n >> 8, n & 255));

// One frame of RFC 6455 as it lies on the wire.
function frame(code, data, { fin = true, mask = null } = {}) {
    const body = Buffer.from(data);
    const masked = mask ? 0x80 : 0;
    const head = body.length < 126 ? [masked | body.length] : [masked | 126, body.length >> 8, body.length & 255];
    const covered = mask ? body.map((b, i) => b ^ mask[i % 4]) : body;
    return bytes(Buffer.from([(fin ? 0x80 : 0) | code, ...head]), mask ? Buffer.from(mask) : "", covered);
}
const key = [0x37, 0xfa, 0x21, 0x3d];
// As frames.hpp builds them: flags, then the text. 0 text, 1 binary, 2 continuation, 4 ping, 6 pong, 7 close; 8: more follows.
const built = (...frames) => bytes(0, ...frames.map(([flags, data]) => bytes(flags, text(data))));
const conversation = built([8, "hel"], [4, "are you there"], [10, "lo, w\u00f6"], [2, "rld"], [1, "\x01\x02"], [7, "\x03\xe8bye"]);

const frames = (lead) => ({
    unmasked: bytes(lead(0), bytes(1), frame(1, "hello"), frame(9, "ping"), frame(2, "x".repeat(200))),
    masked: bytes(lead(1), bytes(1), frame(1, "hello", { mask: key }), frame(8, "\x03\xe8bye", { mask: key })),
    fragments: bytes(lead(0), bytes(1), frame(1, "h\xc3", { fin: false }), frame(9, ""), frame(0, "\xb6llo")),
    built: bytes(lead(0), conversation),
    built_masked: bytes(lead(1), conversation),
    long: bytes(lead(1), bytes(0, 0xe1), text("0123456789"), number(4000, 65535), number(0)),
    too_large: bytes(lead(0), bytes(1), Buffer.from([0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0])),
    reserved: bytes(lead(0), bytes(1), Buffer.from([0xc1, 1, 65])),
});
const cuts = text([1, 2, 3, 1, 80, 1], 32);
const request =
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost:3000\r\nUpgrade: websocket\r\n" +
    "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const response =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
const open = '0{"sid":"S1","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}';
const placeholder = (n) => `{"_placeholder":true,"num":${n}}`;

const corpora = {
    frame_decoder: frames((masked) => bytes(2 | masked, cuts)),
    message_reader: frames((masked) => bytes(6 | masked, cuts)),
    websocket: Object.assign(
        frames((masked) => bytes(6 | masked, cuts, text("", 200))),
        { speaks: bytes(6, cuts, text(bytes(1, text("hi", 140), 2, text("\x01", 140), 0, 0, 5, text("bye", 140)), 200), conversation) },
    ),
    http_head: {
        request: bytes(2, cuts, request),
        response: bytes(3, cuts, response + "\r\nbody"),
        refused: bytes(3, cuts, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
        no_reason: bytes(3, cuts, "HTTP/1.0 204\r\n\r\n"),
        folded: bytes(2, cuts, "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"),
    },
    handshake: {
        ours: bytes(0, "0123456789abcdef", text("/path?x=1", 64), text("X-Token", 40), text("abc", 80), text("Host", 40), text("other", 80)),
        injection: bytes(0, "0123456789abcdef", text("/", 64), text("A: b\r\nC", 40), text("d", 80), text("E", 40), text("f\r\n\r\nG", 80)),
        request: bytes(1, request),
        response: bytes(2, text("", 32), response + "\r\n"),
        subprotocol: bytes(2, text("chat, superchat", 32), response + "Sec-WebSocket-Protocol: chat\r\n\r\n"),
    },
    url: {
        plain: bytes(2, "http://localhost:3000/admin?token=1#part"),
        bare: bytes(2, "example.org"),
        slashes: bytes(2, "//Example.ORG:443"),
        ipv6: bytes(2, "wss://[::1]:8443/"),
        zone: bytes(2, "ws://[fe80::1%25eth0]:80/?a=b"),
        query: bytes(1, "a=1&b=%20%zz&&c=d=e&%C3%B6=+"),
        plus: bytes(0, "=&a+b=c+d&x"),
    },
    utf8: {
        plain: bytes(text([1, 2, 9], 16), "plain, and long enough for the fast way over ASCII: 0123456789"),
        all_lengths: bytes(text([1], 16), "a\u00e9\u20ac\u{1f600}\uffff\u{10ffff}"),
        surrogate: bytes(text([1], 16), Buffer.from([0x41, 0xed, 0xa0, 0x80, 0x42])),
        overlong: bytes(text([1], 16), Buffer.from([0xc0, 0x80, 0xe0, 0x80, 0x80, 0xf0, 0x80, 0x80, 0x80])),
        cut_off: bytes(text([1], 16), Buffer.from([0xf0, 0x9f, 0x98])),
    },
    engine_packet: {
        open,
        upgrades: '0{"sid":"a","upgrades":["websocket","polling"],"pingInterval":1,"pingTimeout":86400000,"maxPayload":1}',
        endless: '0{"sid":"a","pingInterval":86400001,"pingTimeout":1}',
        ping: "2probe",
        message: '42["a"]',
        unknown: "7",
    },
    polling_payload: {
        packets: bytes(0, "4one\x1ebAQI=\x1e2\x1e6\x1e4two\x1e1\x1e4three"),
        bad: bytes(0, "4one\x1e\x1e4two"),
        handshake: bytes(1, open, "\x1e40"),
        sent: bytes(2, 20, 0, "aB0zQ#x*~7"),
        few: bytes(2, 0, 2, "aB0zQ#x*~7"),
        unlimited: bytes(2, 0, 0, "aB0zQ#x*~7"),
    },
    polling_session: {
        whole: bytes(1, 0, number(100, 300), cuts, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nKeep-Alive: timeout=5\r\n\r\nhello"),
        chunks: bytes(1, 1, number(100, 300), cuts, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\nT: 1\r\n\r\n"),
        to_the_end: bytes(1, 0, number(4, 300), cuts, "HTTP/1.0 200 OK\r\n\r\nhello"),
        refused: bytes(1, 0, number(100, 300), cuts, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"),
        narrow: bytes(1, 2, number(100, 300), number(60, 400), number(1), cuts, "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 5\r\n\r\nhello"),
        talk: bytes(0, 0, 0, 2, 1, 1, 0, 4, 0, text('["news",1]', 64), 10, 0, 9, 2, 1, 3, 0, text('430["a"]', 64), 3, 0, text("2", 64), 2, 1, 11, 0, 4, 2, 1, 12, 0, 2, 1),
        lost: bytes(0, 0, 0, 2, 1, 1, 0, 10, 0, 3, 7, 1, 13, 0, 0, 2, 9, 0, number(45001, 60000)),
        captive: bytes(0, 6, 0, text("302 Found\r\nLocation: http://login/\r\nContent-Length: 0", 100), 13, 0, 5, 1, text("HTTP/1.1 200 OK\r\n\r\n<html>", 200), 7, 1),
        early: bytes(0, 0, 0, 4, 0, text('["early"]', 64), 1, 1, 5, 0, text("HTTP/1.1 200 OK\r\n\r\n", 200), 8, 0, 9, 0, number(100, 60000)),
    },
    packet_decoder: {
        event: bytes(1 | (10 << 1), 0, text('2["news",{"a":[1,2.5,null]},"x"]', 400)),
        with_id: bytes(1 | (10 << 1), 0, text('2/admin,12["q"]', 400), 0, text('3/admin,12["a"]', 400)),
        binary: bytes(1 | (10 << 1), 0, text(`51-["b",${placeholder(0)}]`, 400), 1, text("\x01\x02\x03", 400)),
        two: bytes(1 | (10 << 1), 0, text(`52-/n,7["b",${placeholder(1)},{"x":${placeholder(0)}}]`, 400), 1, text("one", 400), 1, text("", 400)),
        binary_ack: bytes(1 | (10 << 1), 0, text(`61-3[${placeholder(0)}]`, 400), 1, text("one", 400)),
        control: bytes(1, 0, text('0{"sid":"x"}', 400), 0, text("1/n,", 400), 0, text('4{"message":"no"}', 400)),
        interrupted: bytes(1 | (10 << 1), 0, text(`51-["b",${placeholder(0)}]`, 400), 0, text('2["x"]', 400)),
        illegal: bytes(1 | (10 << 1), 0, text(`51-["b",${placeholder(4)}]`, 400), 1, text("one", 400)),
        shallow: bytes(10 << 1, 2, 0, text('2["a",[[[1]]]]', 400)),
    },
    json_to_arguments: {
        numbers: "[0,-0,1,-1,127,128,255,256,65535,2147483648,9223372036854775807,18446744073709551615,18446744073709551616]",
        doubles: "[0.5,1e3,-1e-3,3.4e38,3.5e38,1e999,-1e999,5e-324,4503599627370497.5,9223372036854775808.0]",
        least: "[-9223372036854775808,-9223372036854775809,-9.223372036854775808e18]",
        texts: '["","a","\\"\\\\\\/\\b\\f\\n\\r\\t","\\u00e9\\ud83d\\ude00","\\ud800","\\udc00x","\\u0000"]',
        point: '{"x":1,"y":2.5,"name":"n"}',
        shape: '[{"points":[{"x":1,"y":2}],"tags":{"a":1,"a":2},"kind":true,"size":[1,2.5]}]',
        nested: "[" .repeat(20) + "]".repeat(20),
        too_deep: "[".repeat(129) + "]".repeat(129),
        placeholder: `["a",${placeholder(0)},{"_placeholder":false,"num":0}]`,
        spaces: ' \t\r\n{ "a" : [ 1 , 2 ] , "b" : { } } ',
    },
    msgpack: {
        packet: Buffer.from("84a47479706502a46461746192a16501a36e7370a12fa76f7074696f6e7381a8636f6d7072657373c3", "hex"),
        undefined: Buffer.from("83a47479706500a464617461d40000a36e7370a12f", "hex"),
        numbers: Buffer.from("9c007fff80cc80cdffffceffffffffcfffffffffffffffffd080d18000d280000000d38000000000000000cb3ff8000000000000", "hex"),
        widths: Buffer.from("96d90161da000161db0000000161c4010ac500010ac6000000010a", "hex"),
        extensions: Buffer.from("97d7000000018bcfe5687bd6ff6553f100d7ff1d5525806553f100c70cff00000000ffffffffffffffffc702000102d5050102d8000011223344556677889900aabbccddee", "hex"),
        keys: Buffer.from("8401a161ffa162cd0100a163a95f5f70726f746f5f5fdf00000000", "hex"),
        announced: Buffer.from("93dd0000000090dc0001c0ddffffffff00", "hex"),
        nested: Buffer.from("91".repeat(128) + "90", "hex"),
        bad_text: Buffer.from("93a2ff61a4f0908080a3eda080", "hex"),
    },
    inflate: {
        offer: bytes(0, text("permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate"), 7, 7),
        hello: bytes(1, 1, 5, number(100, 1000), text([0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]), 1, text([0xf2, 0x00, 0x11, 0x00, 0x00]), 1),
        last_block: bytes(1, 1, 5, number(3, 1000), text([0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00]), 1),
        messages: bytes(2, 1, 5, cuts, 0, text("Hello"), 2, text("\x01\x02"), 4, text("as it is"), 0xc0, text("again and again"), 8),
        without_context: bytes(2, 0x57, 5, cuts, 0, text("one"), 8, text("in several frames"), 0, text("")),
        stranger: bytes(2, 1, 5, cuts, 1, text([0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]), 3, text([0xff, 0xff])),
    },
    ways: {
        socks: bytes(0, 0, 0, Buffer.from([5, 0, 5, 0, 0, 1, 127, 0, 0, 1, 0, 80]), "HTTP"),
        socks_user: bytes(0, 1, 3, Buffer.from([5, 2, 1, 0, 5, 0, 0, 3, 4]), "host", Buffer.from([0, 80])),
        socks_refused: bytes(0, 0, 0, Buffer.from([5, 0, 5, 2, 0, 1, 0, 0, 0, 0, 0, 0])),
        body: bytes(1, 0, text("11", 30), number(100, 300), 3, "hello there"),
        chunks: bytes(1, 1, number(100, 300), 3, "5\r\nhello\r\n6;x=y\r\n there\r\n0\r\nTrailer: 1\r\n\r\n"),
        cookies: bytes(2, 1, 1, 0, text("a=1; Path=/socket.io; Domain=example.org; Max-Age=60", 5000), 0, 0, 1,
            text("b=2; Expires=Sun, 06 Nov 2033 08:49:37 GMT; Secure", 5000)),
        offer: bytes(3, "permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate"),
        answer: bytes(4, 'permessage-deflate; server_max_window_bits="12"; client_no_context_takeover'),
        date: bytes(5, "Sunday, 06-Nov-94 08:49:37 GMT"),
        proxy: bytes(5, "socks5://user:p%40ss@[::1]:1080"),
        network: bytes(5, "10.0.0.0/8, .example.org:80"),
        seconds: bytes(5, "120"),
    },
    client_session: {
        talk: bytes(1, 1, 8, 0, 1, text('2["e",1]'), 10, text("hi", 64), 1, 7, 1, 6, 14, 9, number(30000, 60000), 6, 9, number(50000, 60000)),
        binary: bytes(0, 1, 8, 0, 1, text(`51-["e",${placeholder(0)}]`), 3, text("\x01\x02"), 11, text("later", 64), 12, 14, 15, 1, 0),
        before: bytes(0, 1, 1, text('2["early",{}]'), 8, 0, 13, 1, 5, text('2/a,["x"]'), text([1, 1, 2], 8), 4, 7, text("\x03\xe8")),
        no_open: bytes(0, 0, 2, text(open), 9, number(45001, 60000)),
        buffered: bytes(1, 1, 11, text("a", 64), 11, text("bb", 64), 9, number(100, 60000), 12, 7, 2, 15, 0, 1),
    },
    pair_session: {
        talk: bytes(text("id", 20), number(25000, 30000), number(20000, 30000), number(100, 1000), 2, 11, text("up", 200), 3, text("down", 200), 10, 2),
        large: bytes(text("", 20), number(25000, 30000), number(20000, 30000), number(0, 1000), 2, 0x8c, text("0123456789", 200), number(300, 300), 8, 9, number(250, 300), 10),
        silence: bytes(text("", 20), number(1000, 30000), number(500, 30000), number(0, 1000), 2, 6, 2, 10, 6, 6, 6, 2, 10),
        goodbye: bytes(text("", 20), number(1000, 30000), number(500, 30000), number(0, 1000), 2, 0x7e, 8, 1, number(3, 300), 2, 10),
        spoilt: bytes(text("", 20), number(1000, 30000), number(500, 30000), number(0, 1000), 2, 11, text("abc", 200), 8, 0x7f, 2, number(3, 65535), 10, 2),
    },
};

for (const [target, seeds] of Object.entries(corpora)) {
    const folder = path.join(__dirname, "corpus", target);
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
    for (const [name, data] of Object.entries(seeds)) {
        const content = Buffer.from(data);
        if (content.length >= 1024) throw new Error(`${target}/${name}: a seed is smaller than 1 KiB`);
        fs.writeFileSync(path.join(folder, name), content);
    }
}

// What is said to each other, and how it arrives.
"use strict";

const { Guest, json, setting, within } = require("./guest");

const outcome = (promise) => promise.then((answer) => json(answer), (error) => `fails: ${error.message}`);

const kinds = {
    nothing: [],
    literals: [null, true, false],
    numbers: [0, -0, -1, 1.5, 2 ** 31, -(2 ** 31), 2 ** 53 - 1],
    "more numbers": [-2.25e-7, 5e-324, 0.1 + 0.2, NaN],
    "huge numbers": [1e21, 1.7976931348623157e308],
    strings: ["", "plain", 'quote " and \\', "line\nand \t tab", "\u0000\u001f\u007f", "caf\u00e9 \u20ac \ud83d\ude00", "\u2028"],
    arrays: [[], [[]], [1, [2, [3, { four: [] }]]]],
    objects: [{}, { "": 1, a: { b: null } }, { "key with \"": [true] }],
    others: [undefined, new Date(0)],
};

const pictures = {
    buffer: [Buffer.from([1, 2, 3])],
    array: [Uint8Array.from([255, 0])],
    empty: [Buffer.alloc(0), "beside it"],
    deep: [{ a: [Buffer.from([7]), { b: Buffer.from([8, 9]) }], text: "x" }, Buffer.from([10])],
};

async function event(invite) {
    const anna = invite(new Guest("anna"));
    await anna.ready();
    for (const [kind, args] of Object.entries(kinds)) {
        if (setting().msgpack && kind === "huge numbers") continue; // what npm writes of them is another number
        anna.note(kind);
        anna.socket.emit("echo", ...args);
        await anna.sync();
    }
    const [odd] = [["\u00fcmlaut event", 1]];
    anna.socket.emit("echo", odd);
    anna.socket.send("echo");
    await anna.sync();
    anna.tell();
}

async function binary(invite) {
    const bert = invite(new Guest("bert"));
    await bert.ready();
    for (const [kind, args] of Object.entries(pictures)) {
        bert.note(kind);
        bert.socket.emit("echo", ...args);
        await bert.sync();
        bert.note(`answer ${json(await bert.ask("echo", args))}`);
    }
    const big = Buffer.alloc(300000, "0123456789");
    const back = await bert.ask("echo", { big });
    bert.note(`big ${Buffer.compare(big, back.big)} ${back.big.length}`);
    const text = "\u20ac and ".repeat(50000);
    bert.note(`long ${(await bert.ask("echo", text)) === text}`);
    bert.tell();
}

async function order(invite) {
    const cleo = invite(new Guest("cleo"));
    await cleo.ready();
    for (let i = 0; i < 200; ++i)
        cleo.socket.emit("echo", i, ...(i % 3 ? [] : [Buffer.from([i])]));
    await cleo.sync();
    cleo.say(cleo.lines.splice(0).join("; ").replaceAll("event echo ", ""));
}

async function acknowledgement(invite, control) {
    const dora = invite(new Guest("dora"));
    await dora.ready();
    const { socket } = dora;
    dora.say(await within(new Promise((resolve) => socket.emit("echo", 1, "two", (...all) => resolve(json(all)))), "ack"));
    dora.say(await within(new Promise((resolve) => socket.emit("echo", (...all) => resolve(json(all)))), "ack"));
    dora.say(await outcome(socket.emitWithAck("echo", { three: [4] })));
    dora.say(await outcome(socket.emitWithAck("twice")));
    dora.say(await outcome(socket.timeout(5000).emitWithAck("echo", "in time")));
    dora.say(await outcome(socket.timeout(30).emitWithAck("silence")));
    dora.say(await within(new Promise((resolve) => socket.timeout(30).emit("silence", (error) => resolve(error.message))), "timeout"));

    socket.on("question", (...args) => args.pop()("answer", args, Buffer.from([1])));
    socket.on("no answer", () => {});
    socket.on("empty answer", (reply) => reply());
    const here = { name: "dora" };
    const say = async (...operations) => dora.say(`${json(operations)} ${json(await control.do(here, ...operations))}`);
    await say(["timeout", 5000], ["ask", "question", 1, { a: null }]);
    await say(["timeout", 5000], ["ask", "empty answer"]);
    await say(["timeout", 30], ["ask", "no answer"]);
    await say(["emitWithAck", "question"]);
    await say(["timeout", 5000], ["emitWithAck", "question", [2]]);
    await say(["timeout", 30], ["emitWithAck", "no answer", 1]);
    dora.tell();
}

async function handshake(invite) {
    const query = { plain: "1", "with space": "\u00fc&=", empty: "" };
    const extraHeaders = { "X-Mine": "hello", cookie: "a=b; c=d", origin: "http://elsewhere.example" };
    const emil = invite(new Guest("emil", { query, extraHeaders, auth: { deep: [1, { b: null }] } }));
    await emil.ready();
    emil.say(`extensions: ${emil.manager.engine.transport.ws?.extensions}`);
    const { headers, time, issued, ...rest } = await emil.ask("handshake");
    const hide = { host: /\d+$/, "sec-websocket-key": /.*/ };
    for (const [name, text] of Object.entries(headers))
        emil.say(`${name}: ${Object.hasOwn(hide, name) ? text.replace(hide[name], "HIDDEN") : text}`);
    if (rest.query.t) rest.query.t = "NOW";
    emil.say(json({ ...rest, url: rest.url.replace(/&t=[^&]*/, "&t=NOW") }));
    emil.say(`time ${Math.abs(Date.parse(time) - issued) <= 1000} ${Number.isInteger(issued)}`);
}

// What of it any client says.
async function introduction(invite) {
    const query = { plain: "1", "with space": "\u00fc&=", empty: "" };
    const extraHeaders = { "X-Mine": "hello", origin: "http://elsewhere.example" };
    const erna = invite(new Guest("erna", { query, extraHeaders, auth: { deep: [1, { b: null }] } }));
    await erna.ready();
    const { headers, query: told, ...rest } = await erna.ask("handshake");
    if (told.t) told.t = "NOW";
    erna.say(json({ mine: headers["x-mine"], origin: headers.origin, told }));
    erna.say(json({ auth: rest.auth, xdomain: rest.xdomain, secure: rest.secure }));

    const plain = invite(new Guest("plain", { auth: (tell) => tell({ name: "from a function" }) }));
    await plain.ready();
    const { auth, xdomain } = await plain.ask("handshake");
    plain.say(json({ auth, xdomain }));
    const silent = invite(new Guest("silent", { auth: (tell) => tell(undefined) }));
    await silent.ready();
    silent.say(json((await silent.ask("handshake")).auth));
}

async function listeners(invite, control) {
    const fred = invite(new Guest("fred", { auth: { greet: true } }));
    await fred.ready();
    await fred.ask("watch");
    fred.socket.onAnyOutgoing((event, ...args) => fred.note(`out ${event} ${args.length}`));
    for (const args of [["once", "first time"], ["once", "second time"], ["nobody listens", { a: [1] }], ["echo", "back"]])
        fred.socket.emit(...args);
    await fred.sync();
    await fred.ask("deaf");
    fred.socket.emit("unheard");
    await fred.sync();
    await control.do({ name: "fred" }, ["emit", "last", 1]);
    await fred.until("event last [1]");
    fred.tell();
    // In which order the listeners of different events are called is the server's business.
    await control.notes("fred outgoing", "/ fred outgoing: last [1]");
    await control.notes("fred any", "/ fred any");
    await control.notes("fred once", "/ fred once");
}

async function guards(invite, control) {
    const gina = invite(new Guest("gina"));
    await gina.ready();
    await gina.ask("guard");
    gina.say(await outcome(gina.ask("allowed", "x")));
    gina.socket.emit("forbidden", 1);
    gina.say(await outcome(gina.ask("allowed", "y")));
    gina.tell();
    await control.notes("gina guards", "/ gina guards: allowed");
    await control.notes("gina error", "/ gina error");
}

async function volatile(invite) {
    const hans = invite(new Guest("hans"));
    await hans.ready();
    hans.socket.emit("in a row");
    await hans.until("event last []");
    await hans.sync();
    hans.tell();
    hans.socket.emit("volatile");
    await hans.until("event volatile []");
    hans.socket.emit("enough");
    hans.say(hans.lines[0]);
}

module.exports = { handshake, introduction, event, binary, order, acknowledgement, listeners, guards, volatile };

// Who is let in, and where.
"use strict";

const { Guest, json } = require("./guest");

async function middleware(invite, control) {
    const guest = async (name, auth, until) => {
        const made = invite(new Guest(name, { nsp: "/guarded", auth }));
        await made.until(until);
        made.tell();
        return made;
    };
    await guest("ida", {}, "connect_error: no token, not active");
    await control.notes("ida", "/guarded ida asks with null");
    const jack = await guest("jack", { token: "xyz" }, 'connect_error: not authorized {"code":42,"why":["token",null]}, not active');
    jack.say(`connected ${jack.socket.connected}`);
    const kate = await guest("kate", { token: "abc" }, "connect");
    kate.say(json(await kate.ask("me")));
    await control.notes("kate", "/guarded kate connection");

    // Once more, with better manners.
    const { engine } = jack.manager;
    jack.socket.auth = { name: "jack", token: "abc" };
    jack.socket.connect();
    await jack.until("connect");
    jack.say(`the same connection ${engine === jack.manager.engine}`);
    jack.tell();
}

async function namespaces(invite, control, print) {
    const root = invite(new Guest("lena"));
    await root.ready();
    const { manager } = root;
    const visit = async (nsp, until = "connect", auth = {}) => {
        const made = invite(new Guest(`lena${nsp}`, { nsp, manager, auth: { name: "lena", ...auth } }));
        await made.until(until);
        made.tell();
        return made;
    };
    const other = await visit("/other");
    await visit("/nowhere", "connect_error: Invalid namespace, not active");
    await visit("/dynamic-", "connect_error: Invalid namespace, not active");
    const one = await visit("/dynamic-1001");
    const two = await visit("/dynamic-1002");
    await visit("/asked-1", "connect_error: Invalid namespace, not active");
    const asked = await visit("/asked-2", "connect", { token: "abc" });
    print(`  server: asked ${json(await asked.ask("me"))}`);
    other.say(json(await other.ask("echo", { data: Buffer.from([1]) })));
    await control.do({ pattern: true }, ["emit", "to all of the pattern", 1]);
    await control.do({ nsp: "/dynamic-1001" }, ["emit", "to one", 2]);
    for (const each of [root, other, one, two, asked]) await each.sync();
    [root, other, one, two, asked].forEach((each) => each.tell());
    await control.notes("new namespace /dynamic", "new namespace /dynamic-1002");

    other.socket.disconnect();
    await control.do({ nsp: "/dynamic-1002", name: "lena" }, ["disconnect"]);
    await two.until("disconnect: io server disconnect, not active");
    await root.sync();
    [root, other, one, two].forEach((each) => each.tell());
    await control.notes("/other lena", '/other lena disconnect: client namespace disconnect, in []');
    await control.notes("/dynamic-1002 lena", '/dynamic-1002 lena disconnect: server namespace disconnect, in []');
    other.socket.connect();
    two.socket.connect();
    await other.until("connect");
    await two.until("connect");
    print(`  connected: ${[root, other, one, two].map((each) => each.socket.connected)}`);
}

// Each with a connection of its own.
async function refusals(invite, control) {
    const mona = invite(new Guest("mona", { query: { deny: "1" } }));
    let why;
    mona.socket.on("connect_error", (error) => (why = error));
    const name = mona.manager.opts.transports[0];
    await mona.until(`connect_error: ${name === "polling" ? "xhr poll error" : "websocket error"}`);
    const { description } = why;
    mona.say(name === "polling" ? description : description.message);
    mona.tell();
    await control.notes("refused: 4", "refused: 4 Forbidden"); // a request of somebody who has left may be refused, too

    // Who asks for no namespace is not kept waiting for.
    const nick = invite(new Guest("nick", { house: "hasty", open: false }));
    nick.manager.on("close", (reason) => nick.note(`closed: ${reason}`));
    nick.manager.open();
    await nick.until("closed: transport close");
    nick.tell();
}

module.exports = { middleware, namespaces, refusals };

// How it ends, for both sides.
"use strict";

const { Guest, setting } = require("./guest");

async function ended(control, guest, line, nsp = "/") {
    await guest.until(line);
    guest.tell();
    await control.notes(`${nsp} ${guest.name} `, `${nsp} ${guest.name} disconnect: `);
}

async function inRoom(guest, control, where = {}) {
    await guest.ready();
    await control.do({ name: guest.name, ...where }, ["join", "room"]);
}

async function clientLeaves(invite, control) {
    const adam = invite(new Guest("adam"));
    await inRoom(adam, control);
    adam.socket.emit("echo", "on the way");
    adam.socket.disconnect();
    await ended(control, adam, "disconnect: io client disconnect, not active");

    const bine = invite(new Guest("bine"));
    await inRoom(bine, control);
    bine.manager._close();
    await ended(control, bine, "disconnect: forced close");

    const carl = invite(new Guest("carl"));
    await inRoom(carl, control);
    carl.manager.engine.close();
    await ended(control, carl, "disconnect: forced close");
}

async function serverDisconnects(invite, control) {
    const dana = invite(new Guest("dana", { reconnection: true }));
    await inRoom(dana, control);
    await control.do({ name: "dana" }, ["emit", "goodbye"], ["disconnect"]);
    await ended(control, dana, "disconnect: io server disconnect, not active");
    // The client comes back only when it is told to.
    dana.socket.connect();
    await dana.until("connect");
    dana.tell();

    const elli = invite(new Guest("elli", { reconnection: true }));
    await inRoom(elli, control);
    const other = invite(new Guest("elli too", { nsp: "/other", manager: elli.manager }));
    await other.until("connect");
    await control.do({ name: "elli" }, ["disconnect", true]);
    await ended(control, elli, "disconnect: io server disconnect, not active");
    await ended(control, other, "disconnect: io server disconnect, not active", "/other");
}

async function nonsense(invite, control) {
    for (const [name, text] of [["fips", "9"], ["gabi", "2{}"], ["hugo", '0{"name":"again"}'], ["inga", '2["unfinished"']]) {
        const guest = invite(new Guest(name));
        await inRoom(guest, control);
        guest.manager.engine.write(text);
        await ended(control, guest, "disconnect: transport close");
    }
    // Before it is connected to the namespace.
    const jule = invite(new Guest("jule", { open: false }));
    jule.manager.on("close", (reason) => jule.note(`closed: ${reason}`));
    jule.manager.open(() => jule.manager.engine.write('2["too early"]'));
    await jule.until("closed: transport close");
    jule.tell();
}

async function pingTimeout(invite, control) {
    const kurt = invite(new Guest("kurt", { house: "lively" }));
    await inRoom(kurt, control, { house: "lively" });
    const { engine } = kurt.manager;
    let pings = 0;
    await new Promise((resolve) => engine.on("ping", () => ++pings === 3 && resolve()));
    const send = engine._sendPacket;
    engine._sendPacket = (type, ...rest) => type === "pong" || send.call(engine, type, ...rest);
    await ended(control, kurt, "disconnect: transport close");
}

async function tooBig(invite, control) {
    const lola = invite(new Guest("lola", { house: "small" }));
    await inRoom(lola, control, { house: "small" });
    lola.say(`it may be ${lola.manager.engine.id && lola.manager.engine._maxPayload}`);
    const fits = setting().msgpack ? 7000 : 9000; // as base64 it has a third more
    lola.say(`of ${fits}: ${(await lola.ask("echo", "x".repeat(fits))).length}`);
    lola.socket.emit("echo", "x".repeat(20000));
    const { transport } = lola.manager.engine;
    await ended(control, lola, transport.name === "polling" ? "disconnect: transport error" : "disconnect: transport close");
}

// The client is lost without a word.
async function loss(invite, control) {
    const mike = invite(new Guest("mike"));
    await inRoom(mike, control);
    const { transport } = mike.manager.engine;
    if (transport.name !== "websocket") return;
    transport.ws.terminate();
    await ended(control, mike, "disconnect: transport close");
}

module.exports = { clientLeaves, serverDisconnects, nonsense, pingTimeout, tooBig, loss };

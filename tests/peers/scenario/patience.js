// What a client does by itself: it keeps what cannot be sent yet, tries again, and comes back.
"use strict";

const { Guest, json, within } = require("./guest");

const reconnection = { reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 20, randomizationFactor: 0 };

async function kept(invite) {
    const vito = invite(new Guest("vito", { open: false }));
    const { socket } = vito;
    socket.onAnyOutgoing((event, word, ...rest) => {
        const plain = rest.filter((each) => typeof each !== "function");
        if (word !== "sync") vito.note(`out ${event} ${word} ${json(plain)}`);
    });
    const burst = (word) => {
        socket.emit("echo", word, 1);
        socket.volatile.emit("echo", word, "volatile");
        socket.emit("echo", word, Buffer.from([2]), (...answer) => vito.note(`answer ${json(answer)}`));
    };
    burst("early");
    socket.connect();
    await vito.ready();
    await vito.sync();
    vito.tell();
    socket.disconnect();
    burst("between");
    await vito.until("disconnect: io client disconnect, not active");
    vito.say(`connected ${socket.connected}`);
    socket.connect();
    await vito.ready();
    await vito.sync();
    vito.tell();
}

async function retries(invite, control) {
    const wim = invite(new Guest("wim", { retries: 1, ackTimeout: 700 }));
    await wim.ready();
    await wim.ask("watch");
    const { socket } = wim;
    const outcome = (name) => (error, ...answer) => wim.note(`${name}: ${error ? error.message : json(answer)}`);
    socket.emit("silence", 1, outcome("nobody"));
    socket.emit("echo", "second", outcome("second"));
    socket.emit("echo", "third", outcome("third"));
    await wim.until('third: ["third"]');
    wim.tell();
    await control.notes("wim any: ", '/ wim any: echo ["third"]');
}

async function comesBack(invite, control) {
    const xaver = invite(new Guest("xaver", reconnection));
    const other = invite(new Guest("xaver too", { nsp: "/other", manager: xaver.manager }));
    for (const event of ["open", "close", "reconnect_attempt", "reconnect"])
        xaver.manager.on(event, (...args) => xaver.note(`manager ${event} ${json(args.slice(0, 1))}`));
    xaver.socket.on("disconnect", () => xaver.socket.emit("echo", "said meanwhile"));
    const back = async () => {
        await xaver.ready();
        await other.until("connect");
        await xaver.sync();
        await other.sync();
        [xaver, other].forEach((each) => each.tell());
        await control.notes("xaver", "/other xaver too connection");
    };
    await back();
    for (const round of ["once", "twice"]) {
        const asked = new Promise((resolve) => {
            const told = (error) => resolve(xaver.note(`silence: ${error.message}`));
            xaver.socket.timeout(60000).emit("silence", round, told);
        });
        await control.do({ name: "xaver" }, ["join", "room"], ["lose"]);
        await within(asked, "an end");
        await back();
        xaver.say(json(await xaver.ask("me")));
    }
}

module.exports = { kept, retries, comesBack };

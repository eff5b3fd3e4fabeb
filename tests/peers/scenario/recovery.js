// Coming back: to a server that remembers, and to one that was away.
"use strict";

const { Guest, json } = require("./guest");

const house = "recovering";

// With recovery a server puts an offset behind the arguments of what it emits.
class Traveller extends Guest {
    constructor(name, options = {}) {
        super(name, { house, ...options });
    }
    text(args) {
        const { socket } = this;
        const hasOffset = socket._pid !== undefined && typeof args.at(-1) === "string";
        return json(hasOffset ? [...args.slice(0, -1), "OFFSET"] : args);
    }
}

async function lose(guest, control) {
    guest.manager.engine.close();
    await guest.until("disconnect: forced close");
    guest.tell();
    await control.notes(guest.name, `${guest.socket.nsp} ${guest.name} disconnect: transport close, in []`);
}

async function comeBack(guest, line) {
    guest.tell();
    guest.socket.connect();
    await guest.ready(line);
    await guest.sync();
    guest.tell();
    guest.say(json(await guest.ask("me")));
}

async function recovered(invite, control) {
    const nora = invite(new Traveller("nora"));
    await nora.ready();
    const { id } = nora.socket;
    await control.do({ house, name: "nora" }, ["join", ["a", "b"]]);
    await nora.ask("remember", { score: 7 });
    await control.do({ house }, ["emit", "before", 1]);
    await nora.until('event before [1,"OFFSET"]');
    await lose(nora, control);

    await control.do({ house }, ["emit", "to all", 2]);
    await control.do({ house }, ["to", "a"], ["emit", "to her room", { three: 3 }]);
    await control.do({ house }, ["to", "c"], ["emit", "to another room"]);
    await control.do({ house }, ["except", "b"], ["emit", "not to her room"]);
    await control.do({ house }, ["volatile"], ["emit", "volatile"]);
    await control.do({ house }, ["emit", "bytes", Buffer.from([4, 5]), [Buffer.from([6])]]);
    await comeBack(nora, "connect, recovered");
    nora.say(`the same id ${nora.socket.id === id}`);
    await control.notes("nora", "/ nora connection, recovered");
    await control.do({ house }, ["to", "b"], ["emit", "after", 7]);
    await nora.sync();
    nora.tell();

    // And again.
    await lose(nora, control);
    await control.do({ house }, ["emit", "missed again"]);
    await comeBack(nora, "connect, recovered");
}

async function emittedToOne(invite, control) {
    const otto = invite(new Traveller("otto", { auth: { greet: true } }));
    await otto.ready();
    await otto.sync();
    const { id } = otto.socket;
    await lose(otto, control);
    await control.do({ house }, ["to", id], ["emit", "to him alone", 1]);
    await comeBack(otto, "connect, recovered");
}

async function notRecovered(invite, control) {
    const pia = invite(new Traveller("pia"));
    await pia.ready();
    await control.do({ house, name: "pia" }, ["join", "a"]);
    await control.do({ house }, ["emit", "before", 1]);
    await pia.until('event before [1,"OFFSET"]');
    pia.socket.disconnect();
    await control.notes("pia", "/ pia disconnect: client namespace disconnect, in []");
    await comeBack(pia, "connect");

    await control.do({ house, name: "pia" }, ["disconnect"]);
    await pia.until("disconnect: io server disconnect, not active");
    await comeBack(pia, "connect");
}

async function nothingToRecover(invite, control) {
    const rike = invite(new Traveller("rike"));
    await rike.ready();
    rike.socket._pid = "nobody";
    await lose(rike, control);
    await comeBack(rike, "connect");

    await control.do({ house }, ["emit", "before", 2]);
    await rike.until('event before [2,"OFFSET"]');
    await lose(rike, control);
    rike.socket._lastOffset = "nothing";
    await comeBack(rike, "connect");
}

async function middlewareIsSkipped(invite, control) {
    const nsp = "/guarded";
    const rita = invite(new Traveller("rita", { nsp, auth: { token: "abc", greet: true } }));
    await rita.ready();
    await rita.until('event welcome ["/guarded","OFFSET"]');
    await lose(rita, control);
    await comeBack(rita, "connect, recovered");
    await control.notes("rita", "/guarded rita connection, recovered");
}

async function restart(invite, control) {
    // Later than the notes of the end are asked for, on a busy machine, too.
    const reconnection = { reconnection: true, reconnectionDelay: 500, reconnectionDelayMax: 500, randomizationFactor: 0 };
    const sven = invite(new Guest("sven", { house: "mortal", ...reconnection }));
    await sven.ready();
    const other = invite(new Guest("sven too", { nsp: "/other", manager: sven.manager }));
    await other.until("connect");
    await control.do({ house: "mortal", name: "sven" }, ["join", "room"]);
    await control.ask("restart");
    await control.notes("sven", "/ sven disconnect: server shutting down, in []");
    // What is said into a connection that is gone already is lost.
    await sven.until("disconnect: transport close");
    sven.socket.emit("echo", "said meanwhile, or later");
    await sven.until("connect", 2);
    await other.until("connect", 2);
    const errors = (line) => !line.startsWith("connect_error");
    await sven.until('event echo ["said meanwhile, or later"]');
    for (const each of [sven, other]) {
        each.lines = each.lines.filter(errors); // as many as there were attempts
        each.tell();
    }
    sven.say(json(await sven.ask("me")));
}

module.exports = { recovered, emittedToOne, notRecovered, nothingToRecover, middlewareIsSkipped, restart };

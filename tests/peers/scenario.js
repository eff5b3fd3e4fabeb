// What a client sees of a server, as text: npm's socket.io-client, or this library's as a puppet (puppet.js), against
// scenario_server.js, or against its twin on this library (tests/server/scenario_fixture.hpp). The same whatever the
// client and the server, as long as they are right.
// usage: node scenario.js '{"ports": {house: PORT, ...}, "transports": ["websocket"], "msgpack": true, "puppet": true}'
"use strict";

const { Control, begin } = require("./scenario/guest");
const { options } = require("./channel");

// They reach into npm's client, or are about what it alone says; or about no client at all.
const npmsOwn = ["handshake", "strangers", "pages", "nonsense", "pingTimeout", "tooBig", "loss", "nothingToRecover"];
const jsonsOwn = ["strangers", "nonsense"]; // they write its packets themselves
const chapters = {};
// Strangers come first: later, the last request of somebody who has left may be refused like theirs.
for (const part of ["strangers", "talking", "admission", "rooms", "endings", "recovery", "patience"]) {
    for (const [title, play] of Object.entries(require(`./scenario/${part}`))) {
        if (chapters[title]) throw new Error(`two chapters are called ${title}`);
        chapters[title] = play;
    }
}

const print = (line) => process.stdout.write(`${line}\n`);
const given = options();
const titles = Object.keys(chapters).filter((title) =>
    !(given.puppet && npmsOwn.includes(title)) && !(given.msgpack && jsonsOwn.includes(title)));
const { only = titles } = given;

async function main() {
    begin({ ...given, print });
    const control = new Control();
    await control.ready();
    for (const title of only) {
        print(`# ${title}`);
        const guests = [];
        const invite = (guest) => (guests.push(guest), guest);
        await chapters[title](invite, control, print);
        guests.forEach((guest) => guest.leave());
    }
    print("# the end");
}
main()
    .catch((error) => print(`FAILED ${error.stack.replaceAll("\n", " | ")}`))
    .finally(() => given.puppet || process.exit()); // a puppet may still tell something

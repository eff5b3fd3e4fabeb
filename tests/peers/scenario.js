// What a client sees of a server, as text: npm's socket.io-client against scenario_server.js, or against its twin on this
// library (tests/server/scenario_fixture.hpp). The same whatever the server, as long as it is right.
// usage: node scenario.js '{"ports": {house: PORT, ...}, "transports": ["websocket"]}'
"use strict";

const { Control, begin } = require("./scenario/guest");
const { options } = require("./channel");

const chapters = {};
for (const part of ["talking", "admission", "strangers", "rooms", "endings", "recovery"]) {
    for (const [title, play] of Object.entries(require(`./scenario/${part}`))) {
        if (chapters[title]) throw new Error(`two chapters are called ${title}`);
        chapters[title] = play;
    }
}

const print = (line) => process.stdout.write(`${line}\n`);
const { only = Object.keys(chapters), ...given } = options();

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
    .finally(() => process.exit());

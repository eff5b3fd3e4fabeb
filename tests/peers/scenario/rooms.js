// What is said to several at once.
"use strict";

const { Guest, json } = require("./guest");

async function party(invite, nsp, names) {
    const all = {};
    for (const name of names) {
        all[name] = invite(new Guest(name, { nsp }));
        await all[name].ready();
        all[name].lines.length = 0;
    }
    return all;
}

async function heard(all) {
    for (const each of Object.values(all)) await each.sync();
    Object.values(all).forEach((each) => each.tell());
}

// {"rooms": {room: [id, ...]}}, in an order that does not depend on ids.
function readable(answer) {
    if (!answer?.rooms || Array.isArray(answer)) return json(answer);
    const rooms = Object.entries(JSON.parse(json(answer.rooms))).map(([room, ids]) => [room, ids.sort()]);
    return json(Object.fromEntries(rooms.sort(([one], [other]) => (one < other ? -1 : 1))));
}

async function rooms(invite, control, print) {
    const nsp = "/dynamic-1";
    const all = await party(invite, nsp, ["olga", "paul", "rosa"]);
    const say = async (where, ...operations) => {
        print(`  ${json(where)} ${json(operations)} ${readable(await control.do(where, ...operations))}`);
        await heard(all);
    };
    const olga = { nsp, name: "olga" };
    const paul = { nsp, name: "paul" };
    await say(olga, ["join", "a"]);
    await say(paul, ["join", ["a", "b"]]);
    await say({ nsp, name: "rosa" }, ["join", "b"]);
    await say({ nsp }, ["rooms"]);
    await say({ nsp }, ["emit", "everyone", 1]);
    await say({ nsp }, ["send", "a message"]);
    await say({ nsp }, ["to", "a"], ["emit", "a"]);
    await say({ nsp }, ["in", "b"], ["emit", "b"]);
    await say({ nsp }, ["to", "a"], ["to", "b"], ["emit", "a or b, once"]);
    await say({ nsp }, ["to", ["a", "b"]], ["emit", "a or b, once"]);
    await say({ nsp }, ["except", "a"], ["emit", "not a"]);
    await say({ nsp }, ["to", "a"], ["except", "b"], ["emit", "a, not b"]);
    await say({ nsp }, ["except", ["a", "b"]], ["emit", "nobody"]);
    await say({ nsp }, ["to", "no such room"], ["emit", "nobody"]);
    await say({ nsp }, ["compress", false], ["local"], ["emit", "plainly", { a: [1] }]);
    await say(olga, ["broadcast"], ["emit", "all but olga"]);
    await say(olga, ["to", "a"], ["emit", "a but olga"]);
    await say(olga, ["in", "b"], ["except", "a"], ["emit", "b, not a"]);
    await say(olga, ["except", "b"], ["emit", "not b, not olga"]);
    await say(olga, ["compress", true], ["broadcast"], ["emit", "all but olga"]);
    await say(olga, ["emit", "olga"]);
    await say(paul, ["leave", "a"]);
    await say({ nsp }, ["to", "a"], ["emit", "a"]);
    await say({ nsp }, ["rooms"]);
}

async function binaryBroadcast(invite, control) {
    const nsp = "/dynamic-2";
    const all = await party(invite, nsp, ["sara", "theo"]);
    await control.do({ nsp }, ["emit", "bytes", Buffer.from([1, 2]), { deep: Buffer.from([3]) }]);
    await control.do({ nsp, name: "sara" }, ["broadcast"], ["emit", "bytes", Buffer.from([4])]);
    await heard(all);
}

async function crowd(invite, control, print) {
    const nsp = "/dynamic-3";
    const all = await party(invite, nsp, ["uma", "vera", "will"]);
    const say = async (...operations) => print(`  ${json(operations)} ${readable(await control.do({ nsp }, ...operations))}`);
    const sorted = (found) => json(found.sort((x, y) => (x.name < y.name ? -1 : 1)).map((each) => ({ ...each, rooms: each.rooms.length })));
    await all.uma.ask("remember", { age: 30, likes: ["tea"] });
    await control.do({ nsp, name: "uma" }, ["join", "tea"]);
    print(`  ${sorted(await control.do({ nsp }, ["fetchSockets"]))}`);
    print(`  ${sorted(await control.do({ nsp }, ["in", "tea"], ["fetchSockets"]))}`);
    await say(["in", "tea"], ["socketsJoin", ["tea time", "evening"]]);
    await say(["except", "tea"], ["socketsJoin", "coffee"]);
    await say(["socketsJoin", "all"]);
    await say(["rooms"]);
    await say(["to", "coffee"], ["socketsLeave", "all"]);
    await say(["rooms"]);
    await say(["in", "tea"], ["tellEach", "tea for", 1]);
    await say(["size"]);
    await heard(all);
    await say(["in", "coffee"], ["except", "tea"], ["disconnectSockets"]);
    await all.vera.until("disconnect: io server disconnect, not active");
    await all.will.until("disconnect: io server disconnect, not active");
    await control.notes("vera", `${nsp} vera disconnect: server namespace disconnect, in []`);
    await say(["size"]);
    await all.uma.sync();
    Object.values(all).forEach((each) => each.tell());
    await say(["disconnectSockets", true]);
    await all.uma.until("disconnect: io server disconnect, not active");
    all.uma.tell();
    await control.notes("uma", `${nsp} uma disconnect: server namespace disconnect, in []`);
    await say(["size"]);
    await say(["rooms"]);
}

async function answers(invite, control, print) {
    const nsp = "/dynamic-4";
    const all = await party(invite, nsp, ["xena", "yves", "zoe"]);
    for (const [name, guest] of Object.entries(all)) {
        guest.socket.on("who", (reply) => reply(name, "not told"));
        guest.socket.on("bytes", (data, reply) => reply({ [name]: data }));
        guest.socket.on("some", (reply) => name !== "zoe" && reply(name));
    }
    const sorted = ([error, told]) => json([error, told && told.map((each) => json(each)).sort()]);
    const say = async (where, ...operations) => print(`  ${json(operations)} ${sorted(await control.do(where, ...operations))}`);
    const everyone = { nsp };
    await say(everyone, ["timeout", 5000], ["emitWithAck", "who"]);
    await say(everyone, ["timeout", 5000], ["emitWithAck", "bytes", Buffer.from([1, 2])]);
    await say(everyone, ["timeout", 500], ["emitWithAck", "some"]);
    await say(everyone, ["to", "nowhere"], ["timeout", 5000], ["emitWithAck", "who"]);
    await say({ nsp, name: "xena" }, ["broadcast"], ["timeout", 5000], ["emitWithAck", "who"]);
    await say({ nsp, name: "xena" }, ["timeout", 5000], ["broadcast"], ["emitWithAck", "who"]);
    await say(everyone, ["timeout", 5000], ["askAll", "who"]);
    await say(everyone, ["timeout", 500], ["askAll", "some"]);
    await heard(all);
}

async function roomEvents(invite, control) {
    const nsp = "/watched";
    const all = await party(invite, nsp, ["tara", "udo"]);
    const tara = { nsp, name: "tara" };
    const udo = { nsp, name: "udo" };
    await control.do(tara, ["join", ["room 1", "room 2"]]);
    await control.do(tara, ["join", "room 1"]);
    await control.do(udo, ["join", "room 1"]);
    await control.do(udo, ["leave", "room 2"]);
    await control.do(tara, ["leave", "room 2"]);
    await control.do({ nsp }, ["in", "room 1"], ["socketsJoin", ["room 3"]]);
    await control.do({ nsp }, ["in", "room 1"], ["socketsLeave", "room 1"]);
    all.udo.socket.disconnect();
    await control.notes("/watched udo", "/watched udo disconnect: ");
    await control.do(tara, ["disconnect"]);
    await control.notes("rooms: ", "rooms: delete-room room 3");
}

module.exports = { roomEvents, rooms, binaryBroadcast, crowd, answers };

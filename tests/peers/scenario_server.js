// The little application that scenario.js talks to, on npm's socket.io server; tests/server/scenario_fixture.hpp is the same
// on this library.
// usage: node scenario_server.js '{"deflate": true, "msgpack": true}'
// Prints {"listening": {house: PORT, ...}}: servers that differ in their options.
"use strict";

const { createServer } = require("node:http");
const { Server } = require("socket.io");
const { options, say } = require("./channel");

const host = "127.0.0.1";
const perMessageDeflate = options().deflate ? { threshold: 0 } : false;
const parser = options().msgpack ? { parser: require("socket.io-msgpack-parser") } : {};
const settings = {
    main: { allowRequest: (request, tell) => tell("not today", !request.url.includes("deny=1")) },
    hasty: { connectTimeout: 200 },
    lively: { pingInterval: 200, pingTimeout: 1000 },
    recovering: { connectionStateRecovery: { maxDisconnectionDuration: 60000, skipMiddlewares: true } },
    small: { maxHttpBufferSize: 10000 },
    mortal: {},
    open: { cors: { origin: ["http://one.example"], credentials: true }, cookie: { name: "io", path: "/", httpOnly: true, sameSite: "lax" } },
};
const houses = {};
let notes = [];
let waiting = [];

const json = (value) => JSON.stringify(value ?? null);
const nameOf = (socket) => `${socket.nsp.name} ${socket.handshake.auth.name}`;
const roomsOf = (socket) => [...socket.rooms].filter((room) => room !== socket.id).sort();

function note(line) {
    notes.push(line);
    waiting = waiting.filter((look) => !look());
}

// Which type it was, only one of the two servers says.
const wordsOf = ({ message }) => message.replace(/^(unknown packet type) .*/, "$1");

const replyTo = (args) => (typeof args.at(-1) === "function" ? args.pop() : undefined);

function talk(socket, who) {
    socket.on("echo", (...args) => {
        const reply = replyTo(args);
        if (reply) reply(...args);
        else socket.emit("echo", ...args);
    });
    socket.on("silence", () => {});
    socket.on("twice", (reply) => {
        reply("first");
        reply("second");
    });
    socket.on("handshake", (reply) => {
        const { headers, query, auth, time, issued, address, xdomain, secure, url } = socket.handshake;
        reply({ headers, query, auth, time, issued, address, xdomain, secure, url });
    });
    socket.on("me", (reply) => {
        const { id, data, recovered, connected } = socket;
        reply({ id, rooms: roomsOf(socket), data, recovered, connected, at: socket.nsp.name });
    });
    socket.on("remember", (data, reply) => {
        socket.data = data;
        reply();
    });
    socket.once("once", (text) => note(`${who} once: ${text}`));
    socket.on("deaf", (reply) => {
        socket.offAny();
        socket.removeAllListeners("silence");
        reply();
    });
    // In one turn: what is volatile finds something unsent before it.
    socket.on("in a row", () => {
        socket.emit("first");
        socket.volatile.emit("volatile");
        socket.emit("last");
    });
    // Until the client says "enough": there may be no poll at the moment.
    socket.on("volatile", () => {
        const timer = setInterval(() => socket.volatile.emit("volatile"), 20);
        socket.once("enough", () => clearInterval(timer));
    });
}

function observe(socket, who) {
    socket.on("watch", (reply) => {
        socket.onAny((event, ...args) => note(`${who} any: ${event} ${json(args.filter((arg) => typeof arg !== "function"))}`));
        socket.prependAny((event) => note(`${who} any, first: ${event}`));
        socket.onAnyOutgoing((event, ...args) => note(`${who} outgoing: ${event} ${json(args.filter((arg) => typeof arg !== "function"))}`));
        reply();
    });
    socket.on("guard", (reply) => {
        socket.use(([event], next) => {
            if (event !== "forbidden") return next();
            const error = new Error("not this event");
            error.data = { event };
            next(error);
        });
        socket.use(([event], next) => {
            note(`${who} guards: ${event}`);
            setTimeout(next, 5);
        });
        reply();
    });
    socket.on("forbidden", () => note(`${who} heard what is forbidden`));
    socket.on("allowed", (text, reply) => reply(`allowed: ${text}`));
    socket.on("error", (error) => note(`${who} error: ${wordsOf(error)}${error.data ? ` ${json(error.data)}` : ""}`));
    socket.on("disconnecting", (reason) => note(`${who} disconnecting: ${reason}, in ${json(roomsOf(socket))}`));
    socket.on("disconnect", (reason) => note(`${who} disconnect: ${reason}, in ${json(roomsOf(socket))}`));
}

function welcome(socket) {
    const who = nameOf(socket);
    note(`${who} connection${socket.recovered ? ", recovered" : ""}`);
    talk(socket, who);
    observe(socket, who);
    if (socket.handshake.auth.greet)
        socket.emit("welcome", socket.nsp.name);
}

function refuse(message, data) {
    const error = new Error(message);
    if (data !== undefined) error.data = data;
    return error;
}

function guard(io) {
    const guarded = io.of("/guarded");
    guarded.use((socket, next) => {
        const { token } = socket.handshake.auth;
        note(`${nameOf(socket)} asks with ${json(token)}`);
        if (token === undefined) next(refuse("no token"));
        else if (token !== "abc") next(refuse("not authorized", { code: 42, why: ["token", null] }));
        else next();
    });
    guarded.use((socket, next) => {
        socket.join("passed");
        setTimeout(next, 5);
    });
    return guarded;
}

// Of all rooms but those that are a socket's id.
function watch(nsp) {
    const names = new Map();
    const tell = (event) => (room, id) => {
        if (room.startsWith("room")) note(`rooms: ${event} ${room}${id === undefined ? "" : ` ${names.get(id)}`}`);
    };
    for (const event of ["create-room", "join-room", "leave-room", "delete-room"])
        nsp.adapter.on(event, tell(event));
    nsp.on("connection", (socket) => names.set(socket.id, socket.handshake.auth.name));
    return nsp;
}

function open(house) {
    const http = createServer();
    const io = new Server(http, { perMessageDeflate, ...parser, ...settings[house] });
    io.on("new_namespace", (made) => note(`new namespace ${made.name}`));
    io.engine.on("connection_error", ({ code, message }) => note(`refused: ${code} ${message}`));
    io.engine.on("initial_headers", (headers) => (headers["X-First"] = "yes"));
    io.engine.on("headers", (headers, request) => (headers["X-Every"] = request.method));
    const pattern = io.of(/^\/dynamic-\d+$/);
    const byToken = io.of((name, auth, next) => next(null, name.startsWith("/asked-") && auth.token === "abc"));
    for (const each of [io.of("/"), io.of("/other"), guard(io), watch(io.of("/watched")), pattern, byToken])
        each.on("connection", welcome);
    houses[house] = { http, io, pattern };
    return http;
}

async function listen(house, port) {
    const http = open(house);
    await new Promise((resolve) => http.listen(port, host, resolve));
    return http.address().port;
}

const sort = (texts) => [...texts].sort();

// A chain such as [["to", "room"], ["emit", "news", 1]].
const questions = {
    ask: (target, args) => new Promise((resolve) => target.emit(...args, (error, ...answer) => resolve([error?.message ?? null, answer]))),
    askAll: (target, args) => new Promise((resolve) => target.emit(...args, (error, answers) => resolve([error?.message ?? null, answers]))),
    emitWithAck: (target, args) =>
        target.emitWithAck(...args).then((answer) => [null, answer], (error) => [error.message, error.responses ?? null]),
    fetchSockets: async (target) => {
        const found = await target.fetchSockets();
        return found.map(({ id, rooms, data, handshake }) => ({ id, rooms: sort(rooms), data, name: handshake.auth.name }));
    },
    tellEach: async (target, args) => (await target.fetchSockets()).forEach((each) => each.emit(...args)),
    rooms: (target) => ({ rooms: Object.fromEntries([...target.adapter.rooms].map(([room, ids]) => [room, [...ids]])) }),
    size: (target) => target.sockets.size,
    lose: ({ conn }) => conn.close(),
};

function run(target, operations) {
    for (const [name, ...args] of operations) {
        if (Object.hasOwn(questions, name)) return questions[name](target, args);
        if (["local", "volatile", "broadcast"].includes(name)) target = target[name];
        else {
            const next = target[name](...args);
            if (["to", "in", "except", "timeout", "compress"].includes(name)) target = next;
        }
    }
    return null;
}

function find({ house = "main", nsp = "/", name, pattern }) {
    if (pattern) return houses[house].pattern;
    const namespace = houses[house].io.of(nsp);
    return name === undefined ? namespace : [...namespace.sockets.values()].find((each) => each.handshake.auth.name === name);
}

async function restart(reply) {
    const { port } = houses.mortal.http.address();
    await houses.mortal.io.close();
    await listen("mortal", port);
    reply();
}

function control(socket) {
    socket.on("do", async (where, operations, reply) => reply(await run(find(where), operations)));
    // As soon as a line was noted that begins so: all that was noted of somebody.
    socket.on("notes", (who, beginning, reply) => {
        const look = () => {
            if (!notes.some((each) => each.startsWith(beginning))) return false;
            reply(notes.filter((each) => each.includes(who)));
            notes = notes.filter((each) => !each.includes(who));
            return true;
        };
        if (!look()) waiting.push(look);
    });
    socket.on("restart", restart);
}

async function main() {
    const listening = {};
    for (const house of Object.keys(settings))
        listening[house] = await listen(house, 0);
    houses.main.io.of("/control").on("connection", control);
    say({ listening });
}
main();

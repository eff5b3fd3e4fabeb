// What npm's server does when a test client emits something: the events that the tests know by name.
"use strict";

const { record } = require("./channel");

const numbers = [
    0, -0, 1, -1, 2147483647, -2147483648, 2147483648, 4294967295, 4294967296, 9007199254740991, -9007199254740991,
    9007199254740992, 9223372036854775807, -9223372036854775808, 18446744073709551615, 1e21, 1.5, -0.1, 1e-7, 5e-324,
    1.7976931348623157e308, NaN, Infinity,
];

const strings = [
    "", "plain", 'quote " backslash \\ slash /', "tab \t line \n", "nul \u0000 inside", "\u0001\u001f\u007f",
    "caf\u00e9", "\u20ac", "\ud83d\ude00", "\u2028\u2029", "\ud800", "\udc00 low", "\uffff",
];

function nested(depth) {
    return depth === 0 ? "bottom" : depth % 2 ? [nested(depth - 1)] : { down: nested(depth - 1) };
}

// In this order: null, true, false, numbers, strings, empty containers, 20 levels, a Date, undefined, an end mark.
function everyType() {
    const containers = [[], {}, [[]], [{}], { "": "empty key", "k\u0000": [null], "1": 1 }];
    return [null, true, false, numbers, strings, containers, nested(20), new Date(0), undefined, "end"];
}

const bytes = (...values) => Buffer.from(values);

function buffers() {
    return [bytes(1, 2, 3), { deep: [{ here: bytes(255, 0) }, 7] }, "text", bytes(), [bytes(9), bytes(10)]];
}

// The ack of an event, when the client asked for one.
const replyTo = (args) => (typeof args.at(-1) === "function" ? args.pop() : () => {});

function answers(socket) {
    socket.on("echo", (...args) => {
        const reply = replyTo(args);
        reply(...args);
    });
    socket.on("sum", (...args) => {
        const reply = replyTo(args);
        reply(args.flat().reduce((sum, number) => sum + number, 0));
    });
    socket.on("later", (milliseconds, reply) => setTimeout(() => reply("late"), milliseconds));
    socket.on("silence", () => {});
    socket.on("big", (size, reply) => reply("x".repeat(size)));
    socket.on("big binary", (size, reply) => reply(Buffer.alloc(size, 7)));
    socket.on("whoami", (reply) => {
        const { auth, query, headers } = socket.handshake;
        reply({ id: socket.id, recovered: socket.recovered, auth, query, headers, rooms: [...socket.rooms] });
    });
    socket.on("join", (room, reply) => {
        socket.join(room);
        if (reply)
            reply();
    });
}

function events(socket) {
    socket.on("echo event", (...args) => socket.emit("echo event", ...args));
    socket.on("say", (event, ...args) => socket.emit(event, ...args));
    socket.on("many", (count, payload) => {
        for (let number = 0; number < count; ++number)
            socket.emit("item", number, ...(payload === undefined ? [] : [payload]));
    });
    socket.on("binary", (...args) => {
        socket.emit("binary", ...buffers());
        replyTo(args)(...buffers());
    });
    socket.on("types", (...args) => {
        socket.emit("types", ...everyType());
        replyTo(args)(...everyType());
    });
    // What only MessagePack tells apart.
    socket.on("peculiar", () => {
        const floats = new Float32Array([1]);
        socket.emit("peculiar", new Date(1700000000123), new Date(-1), new Uint8Array([0, 1, 2]), floats, new ArrayBuffer(2),
            undefined, { none: undefined, date: new Date(0), skipped() {} }, -0, 2 ** 53, new Map([[1, 2]]), new Set([1]));
    });
    // A middle that the client must answer: "question", then "answered" with what it said.
    socket.on("ack me", (...args) => {
        socket.emit("question", ...args, (...answer) => {
            record("answer", { nsp: socket.nsp.name, id: socket.id, args: answer });
            socket.emit("answered", ...answer);
        });
    });
}

// Ways to lose the connection.
function ends(socket) {
    socket.on("kick", () => socket.disconnect());
    socket.on("kick hard", () => socket.disconnect(true));
    socket.on("drop", () => socket.conn.close());
    socket.on("terminate", () => socket.conn.transport.socket.terminate());
    socket.on("reset", () => socket.conn.transport.socket._socket.resetAndDestroy());
}

module.exports = function handle(socket) {
    answers(socket);
    events(socket);
    ends(socket);
};

// Namespaces "/numbered-1", ...: numbered events, answered and logged one by one, and numbered questions
// to the client. What is logged is short, since a soak makes much of it.
"use strict";

const { record } = require("./channel");

const pace = 25; // milliseconds from question to question
const patience = 400;
const asked = new Map(); // the last question's number, by namespace

function sum(payload) {
    const bytes = Buffer.from(payload);
    return bytes.reduce((total, byte) => total + byte, bytes.length);
}

function ask(socket, nsp) {
    const number = (asked.get(nsp) ?? 0) + 1;
    asked.set(nsp, number);
    socket.timeout(patience).emit("question", number, (error, answer) => {
        record("question over", { nsp, entry: [number, error ? null : answer] });
    });
}

// The payload is a string or bytes; an id may follow, then the acknowledgement.
module.exports = function numbered(socket) {
    const nsp = socket.nsp.name;
    record("joined", { nsp, entry: [socket.id, socket.recovered] });
    socket.on("numbered", (number, payload, ...rest) => {
        const reply = rest.pop();
        record("numbered", { nsp, entry: [number, sum(payload), rest[0] ?? null] });
        reply(number);
    });
    const timer = setInterval(() => ask(socket, nsp), pace);
    socket.on("disconnect", () => {
        clearInterval(timer);
        record("left", { nsp, entry: asked.get(nsp) ?? 0 });
    });
};

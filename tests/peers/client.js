// npm's socket.io-client doing what a scenario says; tests/client/reference.cpp does the same with this library.
// usage: node client.js URL '{"options": {...}, "namespaces": ["/"], "start": [op...], "on": {line: [[op...], ...]}, "until": line}'
// The n-th time that a line is noted, the n-th list of `on[line]` is carried out. An op is one of
//   ["emit", nsp, event, ...args]        ["volatile", nsp, event, ...args]
//   ["ask", nsp, ms, event, ...args]     with an acknowledgement; ms 0: without a timeout
//   ["connect", nsp]  ["disconnect", nsp]  ["close"]  (the manager)
// Prints what was noted as a JSON array when `until` is, and goes on until it is stopped.
"use strict";

const { Manager } = require("socket.io-client");
const { fromPlain, toPlain } = require("./channel");

const [url, text] = process.argv.slice(2);
const scenario = JSON.parse(text);
if (scenario.options?.parser) scenario.options.parser = require(scenario.options.parser);
const diary = [];
const seen = {};
const sockets = {};
const manager = new Manager(url, { transports: ["websocket"], autoConnect: false, ...scenario.options });

const json = (args) => JSON.stringify(toPlain(args));

function note(line) {
    diary.push(line);
    seen[line] = (seen[line] ?? 0) + 1;
    (scenario.on?.[line]?.[seen[line] - 1] ?? []).forEach(run);
    if (line === scenario.until)
        process.stdout.write(`${JSON.stringify(diary)}\n`);
}

function run([op, nsp, ...rest]) {
    const socket = sockets[nsp];
    const args = fromPlain(rest);
    if (op === "emit") socket.emit(...args);
    else if (op === "volatile") socket.volatile.emit(...args);
    else if (op === "ask") {
        const [ms, event, ...others] = args;
        if (ms)
            socket.timeout(ms).emit(event, ...others, (error, ...answer) => note(`${nsp} ack ${event}: ${error ? error.message : json(answer)}`));
        else
            socket.emit(event, ...others, (...answer) => note(`${nsp} ack ${event}: ${json(answer)}`));
    } else if (op === "connect") socket.connect();
    else if (op === "disconnect") socket.disconnect();
    else if (op === "close") manager._close();
    else throw new Error(`no such op: ${op}`);
}

for (const nsp of scenario.namespaces ?? ["/"]) {
    const socket = (sockets[nsp] = manager.socket(nsp, scenario.options));
    socket.on("connect", () => note(`${nsp} connect ${socket.id}${socket.recovered ? " recovered" : ""}`));
    socket.on("connect_error", (error) => note(`${nsp} connect_error${socket.active ? "" : ` ${error.message} ${json(error.data ?? null)}`}`));
    socket.on("disconnect", (reason) => note(`${nsp} disconnect ${reason}${socket.active ? "" : " for good"}`));
    socket.onAnyOutgoing((event) => note(`${nsp} out ${event}`));
    socket.onAny((event, ...args) => {
        const reply = typeof args.at(-1) === "function" ? args.pop() : null;
        note(`${nsp} event ${event} ${json(args)}`);
        reply?.("reply to", event);
    });
}
scenario.start.forEach(run); // what connects here listens to the manager before we do
for (const event of ["open", "ping", "reconnect_failed"]) manager.on(event, () => note(event));
for (const event of ["error", "reconnect_error"]) manager.on(event, () => note(event));
for (const event of ["reconnect_attempt", "reconnect"]) manager.on(event, (n) => note(`${event} ${n}`));
manager.on("close", (reason) => note(`close ${reason}`));

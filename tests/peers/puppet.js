// A Manager and sockets like those of socket.io-client, for scenario.js: what they do and hear is done and heard by
// this library's client in the program that started us (tests/server/puppets.hpp). We write lines that begin with "> "
// and read lines of JSON.
"use strict";

const { EventEmitter } = require("node:events");
const readline = require("node:readline");
const { fromPlain, toPlain } = require("./channel");

const managers = [];
const sockets = [];
const replies = []; // callbacks of acknowledgements

const send = (order) => process.stdout.write(`> ${JSON.stringify(toPlain(order))}\n`);

class Engine extends EventEmitter {
    constructor(manager, name) {
        super();
        Object.assign(this, { manager, transport: { name } });
    }
    close() {
        this.manager._close();
    }
}

class Manager extends EventEmitter {
    constructor(url, options) {
        super();
        this.id = managers.push(this) - 1;
        this.opts = options;
        send({ do: "manager", manager: this.id, url, options });
    }
    socket(nsp, options) {
        return new Socket(this, nsp, options);
    }
    open() {
        send({ do: "open", manager: this.id });
    }
    _close() {
        send({ do: "close", manager: this.id });
    }
    hear({ event, args, transport }) {
        if (event === "open") this.engine = new Engine(this, transport);
        if (event === "upgrade") this.engine.transport.name = transport;
        if (event === "upgrade") this.engine.emit("upgrade");
        this.emit(event, ...args);
    }
}

// The words that are npm's own: those of a request that the server has refused.
function asTheirs({ message, status, data, transport }) {
    if (!status) return { message, data };
    return transport === "polling"
        ? { message: "xhr poll error", description: status }
        : { message: "websocket error", description: { message: `Unexpected server response: ${status}` } };
}

class Socket {
    constructor(io, nsp, { auth, ...options }) {
        Object.assign(this, { io, nsp, auth, heard: new EventEmitter(), any: [], anyOutgoing: [], flags: {} });
        this.number = sockets.push(this) - 1;
        this.fails = options.ackTimeout !== undefined || options.retries !== undefined;
        send({ do: "socket", socket: this.number, manager: io.id, nsp, options });
    }
    on(event, listener) {
        this.heard.on(event, listener);
    }
    onAny(listener) {
        this.any.push(listener);
    }
    onAnyOutgoing(listener) {
        this.anyOutgoing.push(listener);
    }
    connect() {
        send({ do: "connect", socket: this.number });
    }
    disconnect() {
        send({ do: "disconnect", socket: this.number });
    }
    timeout(timeout) {
        return this.with({ timeout });
    }
    get volatile() {
        return this.with({ volatile: true });
    }
    with(flags) {
        return Object.assign(Object.create(this), { flags: { ...this.flags, ...flags } });
    }
    emit(...args) {
        const reply = typeof args.at(-1) === "function" ? args.pop() : undefined;
        const fails = this.flags.timeout !== undefined || this.fails;
        const told = reply && ((error, answer) => (fails ? reply(error, ...answer) : reply(...answer)));
        this.say(args, told, fails);
    }
    send(...args) {
        this.emit("message", ...args);
    }
    emitWithAck(...args) {
        return new Promise((resolve, reject) =>
            this.say(args, (error, answer) => (error ? reject(error) : resolve(answer[0])), true),
        );
    }
    say(args, told, fails) {
        const ack = told && replies.push(told) - 1;
        send({ do: "emit", socket: this.number, args, ack, fails: Boolean(fails), ...this.flags });
    }
    hear({ event, outgoing, args, question, error, state, ask }) {
        Object.assign(this, state);
        if (ask !== undefined) return this.authorize(ask);
        if (outgoing !== undefined) return this.anyOutgoing.forEach((each) => each(outgoing, ...args));
        if (error) return this.heard.emit(event, asTheirs(error));
        if (question !== undefined)
            args.push((...answer) => send({ do: "answer", question, args: answer }));
        if (!["connect", "disconnect"].includes(event)) this.any.forEach((each) => each(event, ...args));
        this.heard.emit(event, ...args);
    }
    authorize(ask) {
        const tell = (auth) => send({ do: "auth", ask, auth: auth ?? {} });
        if (typeof this.auth === "function") this.auth(tell);
        else tell(this.auth);
    }
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
    const told = fromPlain(JSON.parse(line));
    if (told.socket !== undefined) sockets[told.socket].hear(told);
    else if (told.manager !== undefined) managers[told.manager].hear(told);
    else replies[told.ack](told.error === null ? null : new Error(told.error), told.args);
});

module.exports = { Manager };

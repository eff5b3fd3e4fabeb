// A client that writes down what it hears, and one that tells the server's application what to do.
"use strict";

const { toPlain } = require("../channel");

const patience = 10000;
let setting; // {ports, transports, msgpack, puppet, print}
const names = new Map(); // ids of sockets

function within(promise, what) {
    let timer;
    const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`not in time: ${what}`)), patience)));
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// JSON in which ids are names.
function json(value) {
    return JSON.stringify(toPlain(value) ?? null, (_, each) => {
        if (!each || typeof each !== "object" || Array.isArray(each))
            return names.get(each) ?? each;
        return Object.fromEntries(Object.entries(each).map(([key, member]) => [names.get(key) ?? key, member]));
    });
}

const clients = () => (setting.puppet ? require("../puppet") : require("socket.io-client"));

// A puppet is told by name.
function parser() {
    if (!setting.msgpack) return {};
    return setting.puppet ? { msgpack: true } : { parser: require("socket.io-msgpack-parser") };
}

class Guest {
    constructor(name, { nsp = "/", house = "main", auth = {}, manager, ackTimeout, retries, ...options } = {}) {
        Object.assign(this, { name, lines: [], waiting: [], transports: [] });
        const url = `http://127.0.0.1:${setting.ports[house]}`;
        const { transports } = setting;
        const { Manager } = clients();
        const usual = { transports, reconnection: false, autoConnect: false, ...parser() };
        this.manager = manager ?? new Manager(url, { ...usual, ...options });
        const own = { ackTimeout, retries, auth: typeof auth === "function" ? auth : { name, ...auth } };
        this.socket = this.manager.socket(nsp, own);
        this.listen();
        if (options.open !== false)
            this.socket.connect();
    }

    listen() {
        const { socket } = this;
        socket.on("connect", () => {
            names.set(socket.id, `ID OF ${this.name}`);
            this.note(`connect${socket.recovered ? ", recovered" : ""}`);
        });
        socket.on("connect_error", (error) => {
            const data = error.data === undefined ? "" : ` ${json(error.data)}`;
            this.note(`connect_error: ${error.message}${data}${socket.active ? "" : ", not active"}`);
        });
        socket.on("disconnect", (reason) => this.note(`disconnect: ${reason}${socket.active ? "" : ", not active"}`));
        socket.onAny((event, ...args) => {
            const question = typeof args.at(-1) === "function";
            this.note(`event ${event} ${this.text(question ? args.slice(0, -1) : args)}${question ? ", asks" : ""}`);
        });
    }

    text(args) {
        return json(args);
    }

    note(line) {
        this.lines.push(line);
        this.waiting = this.waiting.filter((look) => !look());
    }

    // The line has been noted, as often as that.
    until(line, times = 1) {
        const has = () => this.lines.filter((each) => each === line).length >= times;
        if (has()) return undefined;
        return within(new Promise((resolve) => this.waiting.push(() => has() && (resolve(), true))), `${this.name}: ${line}`);
    }

    // Connected, and upgraded if there is something to upgrade to.
    async ready(line = "connect") {
        await this.until(line);
        const { engine } = this.manager;
        const last = setting.transports.at(-1);
        if (engine.transport.name !== last)
            await within(new Promise((resolve) => engine.once("upgrade", resolve)), "upgrade");
        return this;
    }

    // All that the server has said before has been heard.
    async sync() {
        await within(this.socket.emitWithAck("echo", "sync"), `${this.name}: sync`);
    }

    ask(event, ...args) {
        return within(this.socket.emitWithAck(event, ...args), `${this.name}: answer to ${event}`);
    }

    say(line) {
        setting.print(`${this.name}: ${line}`);
    }

    // Prints what was noted.
    tell() {
        this.lines.splice(0).forEach((line) => this.say(line));
    }

    async leave() {
        this.manager._close();
    }
}

class Control extends Guest {
    constructor() {
        super("control", { nsp: "/control" });
    }

    // See scenario_server.js. {"name": ..., "nsp": ..., "house": ...} says who.
    do(where, ...operations) {
        return this.ask("do", where, operations);
    }

    // Prints what the server has noted of somebody, when it has noted a line that begins so.
    async notes(who, until) {
        const lines = await this.ask("notes", who, until);
        lines.forEach((line) => setting.print(`  server: ${line}`));
    }
}

function begin(given) {
    setting = given;
}

module.exports = { Control, Guest, begin, json, setting: () => setting, within };

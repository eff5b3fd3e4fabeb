// One scripted connection. A step is a string (a text message) or an object with one of these members:
//   open: {...}      the Engine.IO open packet, members overridden
//   accept: "S1" or {...}                  await CONNECT and answer with this sid, or these members
//   text: "..."      a text message        binary: "hex"              a binary message
//   frame: {opcode, fin, rsv1, text | hex} one WebSocket frame        ping: "text"  pong: "text"
//   raw: "latin1"    hex: "..."            bytes as they are; chunk: n beside raw, hex or frame splits the write
//   expect: "43"     await a text message with this prefix, or "binary"
//   wait: ms         repeat: n with steps: [...]
//   close: code      (0: no code) with reason: "..."
//   terminate, reset, end: true            FIN at once, RST, FIN after what was written
"use strict";

const { record } = require("./channel");

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function frameBytes({ opcode = 1, fin = true, rsv1 = false, text = "", hex }) {
    const payload = hex === undefined ? Buffer.from(text) : Buffer.from(hex, "hex");
    const first = (fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode;
    let head = Buffer.from([first, payload.length]);
    if (payload.length >= 65536) {
        head = Buffer.alloc(10);
        head.writeUInt8(first, 0);
        head.writeUInt8(127, 1);
        head.writeBigUInt64BE(BigInt(payload.length), 2);
    } else if (payload.length >= 126) {
        head = Buffer.from([first, 126, payload.length >> 8, payload.length & 0xff]);
    }
    return Buffer.concat([head, payload]);
}

class Connection {
    constructor(index, socket, plan) {
        Object.assign(this, { index, socket, plan, ws: null, messages: [], read: 0, wake: null });
        this.done = Promise.resolve();
    }

    // After the steps that are already under way.
    run(steps) {
        this.done = this.done.then(() => this.follow(steps));
        return this.done;
    }

    async follow(steps) {
        for (const step of steps)
            await this.step(typeof step === "string" ? { text: step } : step);
    }

    attach(ws) {
        this.ws = ws;
        const here = { connection: this.index };
        ws.on("message", (data, binary) => {
            const message = binary ? { binary: data.toString("hex") } : { text: data.toString() };
            this.messages.push(message);
            record("message", { ...here, ...message });
            this.wake?.();
        });
        ws.on("ping", (data) => record("ping", { ...here, text: data.toString() }));
        ws.on("pong", (data) => record("pong", { ...here, text: data.toString() }));
        ws.on("error", (error) => record("error", { ...here, message: error.message }));
        ws.on("close", (code, reason) => record("close", { ...here, code, reason: reason.toString() }));
    }

    // The next message that fits; earlier ones that do not are passed over.
    async expect(prefix) {
        for (;;) {
            while (this.read < this.messages.length) {
                const message = this.messages[this.read++];
                if (prefix === "binary" ? message.binary !== undefined : message.text?.startsWith(prefix))
                    return message;
            }
            await new Promise((resolve) => (this.wake = resolve));
        }
    }

    open(overrides) {
        const times = { pingInterval: 25000, pingTimeout: 20000 };
        const fields = { sid: `raw-${this.index}`, upgrades: [], ...times, maxPayload: 1000000, ...overrides };
        this.ws.send(`0${JSON.stringify(fields)}`);
    }

    async accept(answer) {
        const { text } = await this.expect("40");
        const namespace = /^40(\/[^,]*)/.exec(text);
        const fields = typeof answer === "string" ? { sid: answer } : answer;
        this.ws.send(`40${namespace ? `${namespace[1]},` : ""}${JSON.stringify(fields)}`);
    }

    async raw(data, chunk = Infinity) {
        const bytes = typeof data === "string" ? Buffer.from(data, "latin1") : data;
        if (!Number.isFinite(chunk))
            return this.socket.write(bytes);
        for (let at = 0; at < bytes.length; at += chunk) {
            await new Promise((resolve) => this.socket.write(bytes.subarray(at, at + chunk), resolve));
            await pause(1);
        }
    }

    close({ close, reason = "" }) {
        if (close)
            this.ws.close(close, reason);
        else
            this.ws.close();
    }

    async repeat({ repeat, steps }) {
        for (let round = 0; round < repeat && !this.socket.destroyed; ++round)
            await this.follow(steps);
    }

    step(step) {
        const names = Object.keys(actions).filter((name) => Object.hasOwn(step, name));
        if (names.length !== 1)
            throw new Error(`not a step: ${JSON.stringify(step)}`);
        return actions[names[0]](this, step);
    }
}

const actions = {
    open: (connection, { open }) => connection.open(open),
    accept: (connection, { accept }) => connection.accept(accept),
    text: (connection, { text }) => connection.ws.send(text),
    binary: (connection, { binary }) => connection.ws.send(Buffer.from(binary, "hex")),
    frame: (connection, { frame, chunk }) => connection.raw(frameBytes(frame), chunk),
    ping: (connection, { ping }) => connection.ws.ping(ping),
    pong: (connection, { pong }) => connection.ws.pong(pong),
    raw: (connection, { raw, chunk }) => connection.raw(raw, chunk),
    hex: (connection, { hex, chunk }) => connection.raw(Buffer.from(hex, "hex"), chunk),
    expect: (connection, { expect }) => connection.expect(expect),
    wait: (connection, { wait }) => pause(wait),
    repeat: (connection, step) => connection.repeat(step),
    close: (connection, step) => connection.close(step),
    terminate: (connection) => connection.socket.destroy(),
    reset: (connection) => connection.socket.resetAndDestroy(),
    end: (connection) => connection.socket.end(),
};

module.exports = { Connection };

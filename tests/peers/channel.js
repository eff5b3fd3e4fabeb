// A peer's line to its test: one JSON command per line on stdin, one JSON answer per line on stdout,
// in the same order as long as the test waits for each answer. A failed command answers {"error": "..."}.
// Keeps the log of what the peer saw. Knows nothing of Socket.IO.
"use strict";

const readline = require("node:readline");

const log = [];
let waiting = [];

// What JSON cannot say: bytes become {"hex": "..."}, functions are left out.
function toPlain(value) {
    if (Buffer.isBuffer(value) || value instanceof Uint8Array || value instanceof ArrayBuffer)
        return { hex: Buffer.from(value).toString("hex") };
    if (Array.isArray(value))
        return value.map(toPlain);
    if (value && typeof value === "object" && typeof value.toJSON !== "function")
        return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toPlain(member)]));
    return typeof value === "function" ? undefined : value;
}

function fromPlain(value) {
    if (Array.isArray(value))
        return value.map(fromPlain);
    if (value && typeof value === "object") {
        if (typeof value.hex === "string" && Object.keys(value).length === 1)
            return Buffer.from(value.hex, "hex");
        return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fromPlain(member)]));
    }
    return value;
}

function say(answer) {
    process.stdout.write(JSON.stringify(toPlain(answer) ?? null) + "\n");
}

// {"what": "event", "where": {"nsp": "/"}, "starts": {"text": "43"}}: every part may be missing.
function matcher({ what, where = {}, starts = {} }) {
    return (entry) =>
        (what === undefined || entry.what === what) &&
        Object.entries(where).every(([key, wanted]) => JSON.stringify(entry[key]) === JSON.stringify(wanted)) &&
        Object.entries(starts).every(([key, prefix]) => String(entry[key]).startsWith(prefix));
}

const picked = (entry, pick) => (pick === undefined ? entry : entry[pick] ?? null);

function record(what, details = {}) {
    log.push(toPlain({ what, ...details }));
    waiting = waiting.filter((look) => !look());
}

const common = {
    // All entries that match, or one member of each.
    log: (command) => log.filter(matcher(command)).map((entry) => picked(entry, command.pick)),
    count: (command) => log.filter(matcher(command)).length,
    clear: () => {
        log.length = 0;
        return true;
    },
    // Answers with the `count`th entry that matches, as soon as there is one.
    wait: (command) =>
        new Promise((resolve) => {
            const look = () => {
                const found = log.filter(matcher(command));
                const enough = found.length >= (command.count ?? 1);
                if (enough)
                    resolve(picked(found[(command.count ?? 1) - 1], command.pick));
                return enough;
            };
            if (!look())
                waiting.push(look);
        }),
};

// `commands` maps the command's "do" to a function; what it returns, or resolves to, is the answer.
function serve(commands) {
    const all = { ...common, ...commands };
    const lines = readline.createInterface({ input: process.stdin });
    lines.on("line", async (line) => {
        try {
            const command = JSON.parse(line);
            if (!Object.hasOwn(all, command.do))
                throw new Error(`no such command: ${line}`);
            say(await all[command.do](command));
        } catch (error) {
            say({ error: error.message });
        }
    });
    lines.on("close", () => process.exit());
}

const options = () => JSON.parse(process.argv[2] || "{}");

module.exports = { fromPlain, options, record, say, serve, toPlain };

// Runs one example against the server that its text names: node run.js <program> <source.cpp>
// The server's lines are shown with "[server]" in front. Ends with the program's exit status;
// after a minute everything is ended. Without a server in the text the program runs alone.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");
const { spawn } = require("node:child_process");

const [program, source] = process.argv.slice(2);
const children = [];

function finish(status, why) {
    if (why) console.error(why);
    children.forEach((child) => child.kill("SIGKILL"));
    process.exit(status);
}

function start(command, args, stdio) {
    const child = spawn(command, args, { stdio });
    child.on("error", (error) => finish(1, String(error)));
    children.push(child);
    return child;
}

function run(args) {
    const child = start(path.resolve(program), args, ["ignore", "inherit", "inherit"]);
    child.on("exit", (status, signal) =>
        finish(status === null ? 1 : status, signal && `${program} was ended by ${signal}`),
    );
}

setTimeout(() => finish(1, "not done after 60 seconds"), 60000).unref();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => finish(1));

const named = /peer\/(\w+\.js)/.exec(fs.readFileSync(source, "utf8"));
if (!named) {
    run([]);
} else {
    const server = start(process.execPath, [path.join(__dirname, named[1])], ["ignore", "pipe", "inherit"]);
    server.on("exit", () => finish(1, "the server ended"));
    let running = false;
    readline.createInterface({ input: server.stdout }).on("line", (line) => {
        console.log(`[server] ${line}`);
        const ready = /^listening (\d+)$/.exec(line);
        if (!ready || running) return;
        running = true;
        run([`http://127.0.0.1:${ready[1]}`]);
    });
}

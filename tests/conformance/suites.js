// Runs the test suites of Engine.IO's and Socket.IO's protocols, as they are, against suite_server:
//     node suites.js <suite_server> <suite>...
// A suite is the folder `test-suite` of a checked-out github.com/socketio/engine.io-protocol or .../socket.io-protocol,
// with its npm packages installed. Both want port 3000. Succeeds if all of every suite passes.
"use strict";
const { spawn, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const [program, ...suites] = process.argv.slice(2);
if (!suites.length) {
    console.error("usage: node suites.js <suite_server> <suite>...");
    process.exit(2);
}

async function run(suite) {
    const { name } = JSON.parse(fs.readFileSync(path.join(suite, "package.json"), "utf8"));
    const server = spawn(path.resolve(program), [/^(engine|socket)\.io/.exec(name)[0]], { stdio: ["ignore", "pipe", "inherit"] });
    try {
        await new Promise((resolve, reject) => {
            server.stdout.once("data", resolve);
            server.once("exit", () => reject(new Error("the server does not start")));
        });
        console.log(name);
        const mocha = [path.join("node_modules", "mocha", "bin", "mocha"), "--require", path.join(__dirname, "one_at_a_time.js")];
        const { status } = spawnSync(process.execPath, [...mocha, "test-suite.js"], { cwd: suite, stdio: "inherit" });
        if (server.exitCode !== null || server.signalCode !== null)
            throw new Error("the server has ended");
        return status === 0;
    } finally {
        server.kill("SIGKILL");
    }
}

async function main() {
    for (const suite of suites)
        if (!(await run(suite)))
            process.exitCode = 1;
}
main().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
});

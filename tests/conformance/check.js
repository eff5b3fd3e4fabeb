// Whether the two echo programs do what a fuzzing peer expects of them: node check.js <ws_echo_client> <ws_echo_server>.
// The peer is npm's ws (tests/peers/ws_peer.js); the real suites are run by hand.
"use strict";
const assert = require("node:assert");
const { spawn } = require("node:child_process");
const path = require("node:path");
const readline = require("node:readline");

const [client, server] = process.argv.slice(2);
const peer = path.join(__dirname, "../peers/ws_peer.js");
const children = [];

function start(command, ...words) {
    const child = spawn(command, words, { stdio: ["pipe", "pipe", "inherit"] });
    children.push(child);
    const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ended = new Promise((resolve) => child.on("exit", resolve));
    return { line: async () => (await lines.next()).value, ended };
}

async function main() {
    const fuzzer = start(process.execPath, peer, JSON.stringify({ serve: true, settings: { perMessageDeflate: true } }));
    const { listening } = JSON.parse(await fuzzer.line());
    const echo = start(client, `ws://127.0.0.1:${listening}`, "check");
    assert.strictEqual(await echo.ended, 0);
    const { results } = JSON.parse(await fuzzer.line());
    const all = { right: 7, code: 1000, reason: "" };
    assert.deepStrictEqual(results, [all, all]);

    const serving = start(server, "0");
    const port = /^listening on (\d+)$/.exec(await serving.line())[1];
    const talk = start(process.execPath, peer, JSON.stringify({ url: `ws://127.0.0.1:${port}/` }));
    const said = JSON.parse(await talk.line());
    assert.deepStrictEqual([said.right, said.code, said.ponged], [7, 1000, "are you there?"]);
    console.log("both programs echo");
}
main()
    .catch((error) => {
        console.error(error);
        process.exitCode = 1;
    })
    .finally(() => children.forEach((child) => child.kill("SIGKILL")));

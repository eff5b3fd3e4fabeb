// Real pages in a real browser, with npm's client, against servers of this library:
//   node browser.js <the example chat_room> <the example dashboard>
// Ends with 77 where there is no Chromium. Deadlines only end a test that has failed.
"use strict";
const assert = require("node:assert");
const { spawn } = require("node:child_process");
const { once } = require("node:events");
const path = require("node:path");
const readline = require("node:readline");
const { findBrowser, launch } = require("./chromium.js");

const [chatRoom, dashboard] = process.argv.slice(2).map((program) => path.resolve(program));
const scripts = path.join(path.dirname(require.resolve("socket.io-client/package.json")), "dist");
const patience = 60000;

// A server that is a program: its URL, and how to stop it as Ctrl+C does.
async function start(program, ...args) {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "exit");
    process.on("exit", () => child.kill("SIGKILL"));
    const lines = readline.createInterface({ input: child.stdout });
    const url = await Promise.race([
        once(lines, "line").then(([line]) => /^open (http:\S+)$/.exec(line)[1]),
        ended.then(([status]) => assert.fail(`${program} ended with ${status}`)),
    ]);
    const stop = async () => {
        child.kill("SIGINT");
        assert.deepStrictEqual(await ended, [0, null], "the server ends cleanly");
    };
    return { url, port: new URL(url).port, stop };
}

async function open(browser, url) {
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(patience);
    page.complaints = [];
    page.polls = 0;
    page.webSockets = 0;
    page.on("pageerror", (error) => page.complaints.push(String(error)));
    page.on("console", (said) => said.type() === "error" && page.complaints.push(said.text()));
    page.on("request", (request) => (page.polls += request.url().includes("transport=polling") ? 1 : 0));
    page.on("websocket", () => ++page.webSockets);
    await page.route("https://**", (route) => route.abort()); // nothing from elsewhere
    await page.goto(url);
    return page;
}

const shows = (page, text, id = "log") => page.locator(`#${id}`, { hasText: text }).waitFor();

async function fill(page, form, text) {
    await page.fill(`#${form} input`, text);
    await page.click(`#${form} button`);
}

async function join(browser, url, name) {
    const page = await open(browser, url);
    await shows(page, "connected by", "status");
    await fill(page, "join", name);
    return page;
}

async function chat(browser) {
    let server = await start(chatRoom, "0", scripts);

    // It begins with long-polling, and goes on by WebSocket.
    const ada = await join(browser, server.url, "Ada");
    await shows(ada, "connected by websocket", "status");
    assert.ok(ada.polls > 0);
    assert.strictEqual(ada.webSockets, 1);

    // The client in C++ greets, and all hear one another, in any script and without being taken for HTML.
    await shows(ada, "Host: Welcome, Ada!");
    const bob = await join(browser, server.url, "Bob");
    await shows(ada, "Bob has come");
    const text = "is <b>this</b> text, 北京 or 🦜?";
    await fill(bob, "say", text);
    await shows(bob, `Bob: ${text}`); // has been acknowledged
    await shows(ada, `Bob: ${text}`);
    await shows(ada, "Host: Good question, Bob.");
    await shows(bob, "Host: Good question, Bob.");
    assert.strictEqual(await ada.locator("#log b").count(), 0);

    // Long-polling by itself.
    const how = await bob.evaluate(
        () =>
            new Promise((resolve) => {
                const socket = io({ transports: ["polling"], forceNew: true });
                socket.emit("join", "Eve");
                socket.emit("say", "with patience", () => {
                    resolve(socket.io.engine.transport.name);
                    socket.disconnect();
                });
            }),
    );
    assert.strictEqual(how, "polling");
    await shows(ada, "Eve: with patience");
    await shows(ada, "Eve has gone");

    // A browser ends a WebSocket whose subprotocols were not answered.
    const chosen = await bob.evaluate(
        () =>
            new Promise((resolve) => {
                const socket = io({ transports: ["websocket"], forceNew: true, protocols: ["one", "two"] });
                socket.on("connect", () => resolve(socket.io.engine.transport.ws.protocol) ?? socket.disconnect());
                socket.on("connect_error", (error) => resolve(error.message));
            }),
    );
    assert.strictEqual(chosen, "one");

    // A closed page is a client that has gone.
    await bob.close();
    await shows(ada, "Bob has gone");
    assert.deepStrictEqual(ada.complaints, []);
    assert.deepStrictEqual(bob.complaints, []);

    // The page lives through a restart of the server.
    await server.stop();
    await shows(ada, "not connected", "status");
    await ada.evaluate(() => document.getElementById("log").replaceChildren());
    server = await start(chatRoom, server.port, scripts);
    await shows(ada, "Host: Welcome, Ada!");
    await shows(ada, "connected by websocket", "status");
    await ada.close();
    await server.stop();
}

async function board(browser) {
    const server = await start(dashboard, "0");
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(patience);
    // As if somebody had put it into the folder public.
    await page.route("**/socket.io.min.js", (route) => route.fulfill({ path: path.join(scripts, "socket.io.min.js") }));
    await page.goto(server.url);
    await shows(page, "500 ms", "chosen");
    await page.locator("#interval").fill("40");
    await shows(page, "40 ms", "chosen"); // as the device has answered
    const shown = await page.textContent("#now");
    await page.waitForFunction((before) => document.getElementById("now").textContent !== before, shown);
    const curve = await page.getAttribute("#curve", "points");
    assert.match(curve, /^(\S+,\S+ ?)+$/);
    await server.stop();
    await page.locator("#now.stale").waitFor();
}

async function main() {
    if (!findBrowser()) {
        console.log("skipped: there is no Chromium here (apt-get install chromium)");
        process.exit(77);
    }
    const browser = await launch();
    console.log(`Chromium ${browser.version()}`);
    for (const test of [chat, board]) {
        await test(browser);
        console.log(`${test.name}: fine`);
    }
    await browser.close();
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});

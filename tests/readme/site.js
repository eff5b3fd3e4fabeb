// Builds the site of the documentation, and looks at it in a real browser: node site.js <folder to build it in>.
// Ends with 77 where there is no MkDocs or no Chromium. Deadlines only end a test that has failed.
"use strict";
const assert = require("node:assert");
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const { once } = require("node:events");
const { spawnSync } = require("node:child_process");
const { findBrowser, launch } = require("../peers/chromium.js");

const folder = path.resolve(process.argv[2]);
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json" };

// Serves the files of the site: a browser lets no page search that comes from a file.
async function serve() {
    const server = http.createServer((request, response) => {
        const name = decodeURIComponent(new URL(request.url, "http://site").pathname);
        const file = path.join(folder, name.endsWith("/") ? `${name}index.html` : name);
        if (!file.startsWith(folder) || !fs.existsSync(file)) return response.writeHead(404).end();
        response.writeHead(200, { "Content-Type": types[path.extname(file)] ?? "application/octet-stream" });
        response.end(fs.readFileSync(file));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return server;
}

// Every link of every page to another page, to a file, and to a place on a page. MkDocs looks at the first only.
function checkLinks() {
    const { find } = require("../support/sources.js");
    const page = (file) => fs.readFileSync(file, "utf8");
    let count = 0;
    for (const file of find(folder, /^(?!404).*\.html$/)) {
        assert.ok(!/^<p>```/m.test(page(file)), `${file}: code that MkDocs takes for text`);
        for (const [, target] of page(file).matchAll(/ href="([^":]+)"/g)) {
            const [place, anchor] = target.replace(/&amp;/g, "&").split("#");
            const meant = place ? path.join(path.dirname(file), decodeURIComponent(place)) : file;
            const found = fs.statSync(meant, { throwIfNoEntry: false })?.isDirectory() ? `${meant}/index.html` : meant;
            assert.ok(fs.existsSync(found), `${file}: ${target} leads nowhere`);
            const isThere = !anchor || page(found).includes(` id="${decodeURIComponent(anchor)}"`);
            assert.ok(isThere, `${file}: ${target}: no such place`);
            ++count;
        }
    }
    assert.ok(count > 1000, `${count} links`);
}

async function look(page, url) {
    await page.goto(url);
    assert.strictEqual(await page.locator("h1").first().innerText(), "socketio-hpp");
    await page.locator("pre", { hasText: "./examples/run" }).first().waitFor();

    await page.locator("nav a", { hasText: /^server$/ }).first().click();
    await page.locator("h1", { hasText: "The server" }).waitFor();
    await page.locator("td", { hasText: "`" }).first().waitFor({ state: "detached" }); // no Markdown is left in tables
    await page.locator("a[href='#slow-readers']").first().click();
    assert.ok(page.url().endsWith("/docs/server/#slow-readers"));

    await page.fill("input[name=q]", "ack_timeout");
    await page.press("input[name=q]", "Enter");
    const hit = page.locator("#mkdocs-search-results a", { hasText: "Acknowledgements" }).first();
    await hit.click();
    await page.locator("main, [role=main]", { hasText: "ack_timeout" }).first().waitFor();
}

async function main() {
    const built = spawnSync("tools/site", [folder], { stdio: "inherit" }).status;
    assert.ok(built === 0 || built === 77);
    if (built === 77 || !findBrowser()) {
        console.log("skipped: there is no MkDocs or no Chromium here (apt-get install mkdocs chromium)");
        process.exit(77);
    }
    checkLinks();
    const browser = await launch();
    const server = await serve();
    const own = `http://127.0.0.1:${server.address().port}/`;
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(60000);
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => request.url().startsWith(own) || complaints.push(`asks ${request.url()}`));
    await look(page, own);
    assert.deepStrictEqual(complaints, []);
    await browser.close();
    server.close();
    console.log("the site: fine");
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});

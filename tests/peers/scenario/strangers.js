// What HTTP clients are answered that are not Socket.IO's.
"use strict";

const http = require("node:http");

const { setting, within } = require("./guest");

const shown = ["content-type", "x-first", "x-every", "access-control-allow-origin", "access-control-allow-credentials",
    "access-control-allow-headers", "access-control-allow-methods", "set-cookie", "upgrade"];

function request(house, { method = "GET", query = "", body, headers = {} }) {
    const path = `/socket.io/?${query}`;
    const options = { host: "127.0.0.1", port: setting().ports[house], path, method, headers, agent: false };
    const answered = new Promise((resolve, reject) => {
        const asking = http.request(options, async (response) => {
            let text = "";
            for await (const piece of response.setEncoding("utf8"))
                text += piece;
            resolve({ response, text });
        });
        asking.on("error", reject);
        asking.on("upgrade", (response, socket) => {
            socket.destroy();
            resolve({ response, text: "" });
        });
        asking.end(body);
    });
    return within(answered, `${method} ${path}`);
}

const upgrade = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

async function strangers(_invite, control, print) {
    const ask = async (what) => {
        const { house = "main", ...parts } = what;
        const { response, text } = await request(house, parts);
        const { sid } = text.startsWith("0{") ? JSON.parse(text.slice(1)) : {};
        const hide = (said) => said.replace(/"sid":"[^"]*"/g, '"sid":"SID"');
        print(`${parts.method ?? "GET"} ${house} ${(parts.query ?? "").replace(/sid=.+/, "sid=SID")}`);
        print(`  ${response.statusCode} ${hide(text)}`);
        for (const name of shown)
            if (response.headers[name] !== undefined) print(`  ${name}: ${hide(String(response.headers[name]))}`);
        return sid;
    };
    const query = "EIO=4&transport=polling";
    const websocket = "EIO=4&transport=websocket";
    await ask({});
    await ask({ query: "EIO=4" });
    await ask({ query: "EIO=4&transport=pigeon" });
    await ask({ query: "transport=polling" });
    await ask({ query: "EIO=3&transport=polling" });
    await ask({ query, method: "POST", body: "40" });
    await ask({ query, method: "PUT" });
    await ask({ query, method: "OPTIONS" });
    await ask({ query: `${query}&sid=nobody` });
    await ask({ query: `${query}&deny=1` });
    await ask({ query: websocket });
    await ask({ query: websocket, headers: upgrade });
    await ask({ query: `${websocket}&sid=nobody`, headers: upgrade });

    const sid = await ask({ query });
    const mine = `${query}&sid=${sid}`;
    await ask({ query: `EIO=4&transport=websocket&sid=${sid}` });
    await ask({ query: mine, method: "POST", body: '40/other,{"name":"a stranger"}' });
    await ask({ query: mine });
    await ask({ query: mine, method: "POST", body: '42/other,7["echo",1]\x1e42/other,["echo",2]' });
    await ask({ query: mine });
    await ask({ query: mine, method: "POST", body: "1" });
    await ask({ query: mine });
    await control.notes("refused", "refused: ");
}

// For pages of other origins.
async function pages(_invite, _control, print) {
    const query = "EIO=4&transport=polling";
    const ask = async (parts) => {
        const { response } = await request("open", { query, ...parts });
        print(`${parts.method ?? "GET"} ${JSON.stringify(parts.headers)}: ${response.statusCode}`);
        for (const name of shown)
            if (response.headers[name] !== undefined)
                print(`  ${name}: ${String(response.headers[name]).replace(/io=[^;]*/, "io=SID")}`);
    };
    await ask({ headers: { origin: "http://one.example" } });
    await ask({ headers: { origin: "http://two.example" } });
    await ask({ headers: { origin: "http://one.example", "access-control-request-headers": "x-a, x-b" }, method: "OPTIONS" });
    await ask({ headers: { ...upgrade, origin: "http://one.example" }, query: "EIO=4&transport=websocket" });
}

module.exports = { strangers, pages };

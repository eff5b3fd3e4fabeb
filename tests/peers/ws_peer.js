// ws at the other end of this library's own WebSocket.
//   node ws_peer.js '{"serve": true}'       an echo server; prints {"listening": PORT}. Its paths /getCaseCount,
//                                           /runCase?case=N and /updateReports are those of a fuzzing server.
//   node ws_peer.js '{"url": "ws://..."}'   talks to an echo server, with "protocols" asked for,
//                                           and prints what it saw, as one line of JSON
"use strict";

const { WebSocket, WebSocketServer } = require("ws");

const { serve = false, url = "", protocols = [], settings = {} } = JSON.parse(process.argv[2] ?? "{}");
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const messages = ["", "text", "\u00e4\u20ac\u{1f600}", "x".repeat(70000), Buffer.alloc(0), Buffer.from([0, 255, 128]), Buffer.alloc(300000, 7)];

// Sends each message when the one before has come back; resolves to the number of right answers.
function play(socket) {
    return new Promise((resolve) => {
        let right = 0;
        const next = () => (right < messages.length ? socket.send(messages[right]) : socket.close(1000, "enough"));
        socket.on("message", (data, binary) => {
            const sent = messages[right];
            const same = binary === Buffer.isBuffer(sent) && Buffer.compare(data, Buffer.from(sent)) === 0;
            if (!same) return socket.close(3999, "not what was sent");
            right += 1;
            next();
        });
        socket.on("close", (code, reason) => resolve({ right, code, reason: String(reason) }));
        next();
    });
}

function startServer() {
    const results = [];
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1", ...settings }, () => say({ listening: server.address().port }));
    server.on("connection", async (socket, request) => {
        const path = new URL(request.url, "ws://here").pathname;
        if (path === "/getCaseCount") return socket.send("2", () => socket.close(1000));
        if (path === "/runCase") return results.push(await play(socket));
        if (path === "/updateReports") return socket.close(1000, JSON.stringify(results.length), say({ results }));
        if (path === "/say") socket.send(JSON.stringify({ protocol: socket.protocol, headers: request.headers }));
        if (path === "/bye") return socket.close(4001, "go away");
        if (path === "/cut") return socket.terminate();
        socket.on("ping", (data) => socket.send(`pinged ${data}`));
        socket.on("message", (data, binary) => socket.send(data, { binary }));
    });
}

async function startClient() {
    const socket = new WebSocket(url, protocols, settings);
    let ponged = "";
    socket.on("pong", (data) => (ponged = String(data)));
    socket.on("error", (error) => say({ error: error.message }));
    socket.on("open", async () => {
        socket.ping("are you there?");
        const result = await play(socket);
        say({ ...result, ponged, protocol: socket.protocol, extensions: socket.extensions });
    });
}

process.stdin.on("end", () => process.exit()).resume();
if (serve) startServer();
else startClient();

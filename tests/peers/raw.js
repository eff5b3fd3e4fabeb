// A server that does exactly what a test scripts, right or wrong: ws for the WebSocket framing, http for the head.
// usage: node raw.js '{"steps": [...]}' or '{"plans": [plan, ...]}'; prints {"listening": PORT}.
// TCP connection n follows plan n, the last plan serves all later ones. A plan is one of
//   {"steps": [...]}                               accept the upgrade and run the steps (steps.js)
//   {"refuse": {"status", "headers", "body"}}      answer the upgrade, or any request, as plain HTTP
//   {"answer": "bytes", "steps": [...]}            these bytes instead of the 101 ("{accept}" is filled in), then steps
//   {"silent": true}                               read the request and never answer
//   {"reset": true}                                RST before anything is said
"use strict";

const crypto = require("node:crypto");
const { STATUS_CODES } = require("node:http");
const { WebSocketServer } = require("ws");
const { options, record, say, serve } = require("./channel");
const listener = require("./listener");
const { Connection } = require("./steps");

const { port: wanted = 0, host = "127.0.0.1", tls, steps, plans = [{ steps: steps ?? [] }], ...settings } = options();
const connections = [];
const http = listener.create(tls);
const sockets = new WebSocketServer({ noServer: true, skipUTF8Validation: true, ...settings });
let port = wanted;

function accepted(key) {
    return crypto.createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

function refuse(socket, { status = 404, headers = {}, body = "" }) {
    const lines = Object.entries({ "Content-Length": Buffer.byteLength(body), Connection: "close", ...headers });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${head}\r\n${body}`);
}

function answer(connection, request, bytes) {
    connection.raw(bytes.replace("{accept}", accepted(request.headers["sec-websocket-key"])));
    connection.socket.on("data", (data) => record("bytes", { connection: connection.index, data }));
    connection.run(connection.plan.steps ?? []);
}

function open(connection, request, head) {
    sockets.handleUpgrade(request, connection.socket, head, (ws) => {
        connection.attach(ws);
        connection.run(connection.plan.steps ?? []);
    });
}

function serveRequest(request, head) {
    const { socket, method, url, headers } = request;
    const connection = connections[socket.index];
    record("request", { connection: connection.index, method, url, headers });
    if (connection.plan.silent)
        return;
    if (connection.plan.refuse)
        refuse(socket, connection.plan.refuse);
    else if (connection.plan.answer !== undefined)
        answer(connection, request, connection.plan.answer);
    else if (head)
        open(connection, request, head);
    else
        refuse(socket, { status: 404, body: "not here" });
}

http.on(tls ? "secureConnection" : "connection", (socket) => {
    socket.index = connections.length;
    socket.setNoDelay(true);
    const connection = new Connection(socket.index, socket, plans[Math.min(socket.index, plans.length - 1)]);
    connections.push(connection);
    record("tcp open", { connection: socket.index });
    socket.on("error", () => {});
    socket.on("end", () => record("tcp end", { connection: socket.index }));
    socket.on("close", () => record("tcp close", { connection: socket.index }));
    if (connection.plan.reset)
        socket.resetAndDestroy();
});
http.on("upgrade", (request, socket, head) => serveRequest(request, head));
http.on("request", (request) => serveRequest(request, null));
http.on("clientError", (error, socket) => {
    record("not http", { connection: socket.index, message: error.message });
    socket.destroy();
});

async function listen() {
    port = await listener.listen(http, port, host);
    record("listening", { port });
    return port;
}

const commands = {
    // Runs steps on a connection, by default the newest, and answers when they are done.
    async run({ connection = connections.length - 1, steps: extra }) {
        if (!connections[connection])
            throw new Error("no such connection");
        await connections[connection].run(extra);
        return true;
    },
    "stop listening": () => listener.stop(http),
    listen,
};

listen().then((listening) => {
    say({ listening });
    serve(commands);
});

// node's HTTP server, for the client's HTTP, steered by a test over stdin and stdout (channel.js).
// usage: node http.js '{"tls": {...}, "keepAliveTimeout": milliseconds}'; prints {"listening": PORT}.
// Paths: /echo, /gzip/BYTES, /chunks/COUNT (one for each turn), /close, /early (refuses a body before it came), /hints
// (103 first), /cookie, /to/PATH (redirects there).
"use strict";

const zlib = require("node:zlib");
const { options, record, say, serve } = require("./channel");
const listener = require("./listener");

const { tls, keepAliveTimeout = 5000 } = options();
const server = listener.create(tls);
server.keepAliveTimeout = keepAliveTimeout;
let connections = 0;

function chunks(response, left) {
    if (left === 0)
        return response.end();
    response.write("chunk;");
    setImmediate(chunks, response, left - 1);
}

const paths = {
    echo(request, response) {
        const parts = [];
        request.on("data", (part) => parts.push(part));
        request.on("end", () => response.end(Buffer.concat(parts)));
    },
    gzip(request, response, count) {
        const body = Buffer.alloc(Number(count), "x");
        if (!/\bgzip\b/.test(request.headers["accept-encoding"] ?? ""))
            return response.end(body);
        response.setHeader("Content-Encoding", "gzip");
        response.end(zlib.gzipSync(body));
    },
    chunks: (request, response, count) => chunks(response, Number(count)),
    close(request, response) {
        response.setHeader("Connection", "close");
        response.end("bye");
    },
    early(request, response) {
        response.writeHead(413, { Connection: "close" });
        response.end("too large");
    },
    hints(request, response) {
        response.writeEarlyHints({ link: "</a>; rel=preload" });
        response.end("hinted");
    },
    cookie(request, response) {
        response.setHeader("Set-Cookie", ["AWSALB=1; Path=/", "AWSALBCORS=1; Path=/; SameSite=None"]);
        response.end(request.headers.cookie ?? "");
    },
    to(request, response, path) {
        response.writeHead(307, { Location: `/${path}` });
        response.end("moved");
    },
};

server.on(tls ? "secureConnection" : "connection", (socket) => {
    socket.number = connections++;
    socket.on("close", () => record("closed", { connection: socket.number }));
});
server.on("request", (request, response) => {
    const [, name, argument] = request.url.split(/[/?]/);
    record("request", { connection: request.socket.number, method: request.method, url: request.url, headers: request.headers });
    if (paths[name])
        return paths[name](request, response, argument);
    response.writeHead(404);
    response.end("not here");
});

const commands = {
    connections: () => connections,
    "close idle": () => {
        server.closeIdleConnections();
        return true;
    },
};

listener.listen(server, 0, "127.0.0.1").then((listening) => {
    say({ listening });
    serve(commands);
});

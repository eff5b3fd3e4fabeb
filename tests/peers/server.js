// npm's socket.io server, steered by a test over stdin and stdout (channel.js).
// usage: node server.js '{"port": 0, "host": "127.0.0.1", "greet": true, "tls": {...}, ...options of socket.io}'
// Prints {"listening": PORT}. "greet" emits "welcome" right after the connection.
"use strict";

const { Server } = require("socket.io");
const { fromPlain, options, record, say, serve } = require("./channel");
const listener = require("./listener");
const handle = require("./handlers");
const numbered = require("./numbered");

const { port: wanted = 0, host = "127.0.0.1", greet = false, tls, ...settings } = options();
if (settings.parser) settings.parser = require(settings.parser);
const refusals = new Map();
let port = wanted;
let http;
let io;

function admit(socket, next) {
    const refusal = refusals.get(socket.nsp.name);
    if (refusal === undefined)
        return next();
    const error = new Error(refusal.message);
    error.data = refusal.data;
    next(error);
}

function authorize(socket, next) {
    if (socket.handshake.auth.token === "abc")
        return next();
    const error = new Error("not authorized");
    error.data = { code: 42 };
    next(error);
}

function watch(socket) {
    const who = { nsp: socket.nsp.name, id: socket.id };
    const { auth, query, headers, url } = socket.handshake;
    record("connection", { ...who, auth, query, headers, url, recovered: socket.recovered });
    socket.onAny((event, ...args) => {
        const ack = typeof args.at(-1) === "function";
        record("event", { ...who, event, args: ack ? args.slice(0, -1) : args, ack });
    });
    socket.on("error", (error) => record("error", { ...who, message: error.message }));
    socket.on("disconnect", (reason) => record("disconnect", { ...who, reason }));
}

function welcome(socket) {
    watch(socket);
    handle(socket);
    if (greet)
        socket.emit("welcome", socket.id);
}

function watchEngine(engine) {
    engine.on("connection_error", ({ code, message }) => record("refused", { code, message }));
    engine.on("connection", (connection) => {
        record("engine open", { transport: connection.transport.name });
        connection.on("close", (reason) => record("engine close", { reason }));
        connection.on("upgrade", (transport) => record("engine upgrade", { transport: transport.name }));
        connection.on("packet", ({ type }) => type === "pong" && record("pong"));
    });
}

function build() {
    http = listener.create(tls);
    io = new Server(http, settings);
    const slow = (socket, next) => setTimeout(next, 100);
    const namespaces = [["/"], ["/custom"], ["/admin", authorize], ["/slow", slow], [/^\/dynamic-\d+$/]];
    for (const [name, ...middlewares] of namespaces) {
        const namespace = io.of(name);
        for (const middleware of [admit, ...middlewares])
            namespace.use(middleware);
        namespace.on("connection", welcome);
    }
    io.of(/^\/numbered-\d+$/).on("connection", numbered);
    watchEngine(io.engine);
}

async function listen() {
    port = await listener.listen(http, port, host);
    record("listening", { port });
    return port;
}

// The socket with this id, or the one that connected last.
function find({ nsp = "/", id }) {
    const sockets = io.of(nsp).sockets;
    const socket = id === undefined ? [...sockets.values()].at(-1) : sockets.get(id);
    if (!socket)
        throw new Error(`nobody in ${nsp}`);
    return socket;
}

const commands = {
    emit({ nsp = "/", room, event, args = [], volatile = false }) {
        const target = volatile ? io.of(nsp).volatile : io.of(nsp);
        (room === undefined ? target : target.to(room)).emit(event, ...fromPlain(args));
        return true;
    },
    // Emits to one socket and answers with the arguments of its ack, or {"error"} after `timeout`.
    ask: (command) =>
        new Promise((resolve, reject) => {
            const { event, args = [], timeout = 10000 } = command;
            find(command)
                .timeout(timeout)
                .emit(event, ...fromPlain(args), (error, ...answer) => (error ? reject(error) : resolve(answer)));
        }),
    disconnect(command) {
        find(command).disconnect(command.close === true);
        return true;
    },
    // Loses the connection under the socket: "close" (WebSocket close), "terminate" (FIN) or "reset" (RST).
    lose(command) {
        const { conn } = find(command);
        const ways = {
            close: () => conn.close(),
            terminate: () => conn.transport.socket.terminate(),
            reset: () => {
                const socket = conn.transport.socket._socket;
                const below = socket._handle?._parent; // of a TLS socket
                below ? below.reset(() => socket.destroy()) : socket.resetAndDestroy();
            },
        };
        ways[command.how ?? "terminate"]();
        return true;
    },
    // What its WebSocket has agreed on, and the bytes that TCP has carried.
    transport(command) {
        const { socket } = find(command).conn.transport;
        const { params = null } = socket._extensions["permessage-deflate"] ?? {};
        const { bytesRead, bytesWritten } = socket._socket;
        return { params, bytesRead, bytesWritten };
    },
    sockets: ({ nsp = "/" }) => [...io.of(nsp).sockets.keys()],
    // From now on the namespace refuses with this message; without one it admits again.
    refuse({ nsp = "/", message, data }) {
        if (message === undefined)
            refusals.delete(nsp);
        else
            refusals.set(nsp, { message, data });
        return true;
    },
    "stop listening": () => listener.stop(http),
    listen,
    async close() {
        await io.close();
        return true;
    },
    // Answers when all is closed; the log says "listening" when the port is served again.
    async restart({ after = 0 }) {
        await io.close();
        setTimeout(() => {
            build();
            listen();
        }, after);
        return true;
    },
};

build();
listen().then((listening) => {
    say({ listening });
    serve(commands);
});

// The server of several examples: it sends every event back, and answers with its arguments.
// It prints "listening <port>" once it can be reached.
"use strict";
const { createServer } = require("node:http");
const { Server } = require("socket.io");

const http = createServer();
new Server(http).on("connection", (socket) => {
    socket.onAny((event, ...args) => {
        const reply = typeof args.at(-1) === "function" ? args.pop() : () => {};
        reply(...args);
        socket.emit(event, ...args);
    });
});
http.listen(Number(process.argv[2] || 0), "127.0.0.1", () => console.log(`listening ${http.address().port}`));

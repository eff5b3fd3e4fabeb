// The server of examples/01_conversation: npm's socket.io with a few events and one namespace.
// It prints "listening <port>" once it can be reached.
"use strict";
const { createServer } = require("node:http");
const { Server } = require("socket.io");

const downtime = 300; // milliseconds between going down and being back

function serve(port) {
    const http = createServer();
    const io = new Server(http);

    io.on("connection", (socket) => {
        socket.on("hello", (name) => {
            socket.emit("welcome", `Welcome, ${name}!`, io.of("/").sockets.size);
        });
        socket.on("sum", (numbers, reply) => {
            reply(numbers.reduce((total, n) => total + n, 0));
        });
        socket.on("restart please", () => {
            const { port: same } = http.address();
            console.log(`going down for ${downtime} ms`);
            io.close(() => setTimeout(serve, downtime, same));
        });
        socket.on("bye", () => {
            console.log("somebody says bye");
            socket.disconnect();
        });
    });

    io.of("/clock").on("connection", (socket) => {
        let n = 0;
        const timer = setInterval(() => socket.emit("tick", ++n), 100);
        socket.emit("tick", ++n);
        socket.on("disconnect", () => clearInterval(timer));
    });

    http.listen(port, "127.0.0.1", () => console.log(`listening ${http.address().port}`));
}

serve(Number(process.argv[2] || 0));

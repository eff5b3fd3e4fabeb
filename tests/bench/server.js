// npm's socket.io server with the events of the benchmark: node server.js [port]
// It is slower than the client: good for a look at latencies and connections, and as a check of the
// messages; rates in W1, W2 and W4 are this server's own.
"use strict";
const { createServer } = require("http");
const { Server } = require("socket.io");

const http = createServer();
const io = new Server(http, { maxHttpBufferSize: 1e8, serveClient: false });
const burst = 1000;
const most_unsent = 1 << 20; // bytes
const most_waiting = 2 * burst; // packets that no poll has fetched

const is_behind = ({ transport, writeBuffer }) =>
  transport.name === "polling" ? writeBuffer.length > most_waiting : transport.socket.bufferedAmount > most_unsent;

io.on("connection", (socket) => {
  let count = 0;
  let ids = 0;
  socket.on("msg", (message) => {
    ++count;
    ids += message.id;
  });
  socket.on("count", (callback) => {
    callback(count, ids);
    count = ids = 0;
  });
  socket.on("echo", (data, callback) => callback(data));
  socket.on("join", (callback) => {
    socket.join("all");
    callback();
  });
  socket.on("cast", (data) => io.to("all").emit("news", data));
  socket.on("blast", (n, callback) => {
    callback();
    let sent = 0;
    const go_on = () => {
      if (!socket.connected) return;
      if (is_behind(socket.conn)) {
        setTimeout(go_on, 1);
        return;
      }
      for (const end = Math.min(n, sent + burst); sent < end; ++sent)
        socket.emit("msg", { id: 100000 + (sent % 4096), text: "hello world", ok: true });
      if (sent < n) setImmediate(go_on);
    };
    go_on();
  });
});
http.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => console.log(`listening ${http.address().port}`));

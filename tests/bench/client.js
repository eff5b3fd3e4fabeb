// npm's client under the loads W1 to W4, as bench_client: node client.js <url> <workload>[:polling] <n> [size]
"use strict";
const { io } = require("socket.io-client");

const [url, workload, count, size] = process.argv.slice(2);
const [name, variant] = (workload ?? "").split(":");
const n = Number(count);
const warm_up = Math.min(Math.floor(n / 10), 10000);
const transports = [variant === "polling" ? "polling" : "websocket"];
const nth = (i) => ({ id: 100000 + (i % 4096), text: "hello world", ok: true });
const is_nth = (i, message) => message.id === nth(i).id && message.text === "hello world" && message.ok;

const workloads = {
  emit: (socket, n) =>
    new Promise((done) => {
      let sent = 0;
      const burst = () => {
        for (const end = Math.min(n, sent + 1000); sent < end; ++sent) socket.emit("msg", nth(sent));
        if (sent < n) setImmediate(burst);
        else socket.emit("count", (counted) => done(counted === n));
      };
      burst();
    }),
  recv: (socket, n) =>
    new Promise((done) => {
      let got = 0;
      let right = 0;
      socket.on("msg", (message) => {
        right += is_nth(got++, message);
        if (got < n) return;
        socket.off("msg");
        done(right === n);
      });
      socket.emit("blast", n, () => {});
    }),
  ack_pipe: (socket, n, window = Number(size ?? 64)) =>
    new Promise((done) => {
      let asked = 0;
      let answered = 0;
      let right = 0;
      const ask = () => {
        const i = asked++;
        socket.emit("echo", nth(i), (message) => {
          right += is_nth(i, message);
          if (++answered === n) done(right === n);
          else if (asked < n) ask();
        });
      };
      for (let i = 0; i < Math.min(window, n); ++i) ask();
    }),
  ack_seq: (socket, n) => workloads.ack_pipe(socket, n, 1),
};

if (!workloads[name] || !(n > 0)) {
  console.error("usage: node client.js <url> emit|recv|ack_seq|ack_pipe[:polling] <n> [size]");
  process.exit(2);
}
const socket = io(url, { transports, upgrade: false, reconnection: false });
socket.once("connect_error", (why) => {
  console.error(why.message);
  process.exit(1);
});
socket.once("connect", async () => {
  let ok = warm_up === 0 || (await workloads[name](socket, warm_up));
  const cpu = process.cpuUsage();
  const began = process.hrtime.bigint();
  ok = (await workloads[name](socket, n)) && ok;
  const wall_s = Number(process.hrtime.bigint() - began) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  const msgs_per_s = Math.round(n / wall_s);
  console.log(JSON.stringify({ workload, n, wall_s, msgs_per_s, cpu_us_per_msg: (user + system) / n, ok }));
  process.exit(ok ? 0 : 1);
});

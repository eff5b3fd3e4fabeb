// An HTTP server that can leave its port and come back to it. Knows nothing of what is spoken on it.
"use strict";

const http = require("node:http");
const https = require("node:https");
const fs = require("node:fs");
const { record } = require("./channel");

// `tls` names files: {"key": "...", "cert": "...", "ca": "..."}; with "ca" it asks for a client certificate.
// What else is in it are options of node's (minVersion, maxVersion, requestCert, rejectUnauthorized).
function create(tls) {
    if (!tls)
        return http.createServer();
    const { key, cert, ca, ...others } = tls;
    const read = (name) => name && fs.readFileSync(name);
    const files = { key: read(key), cert: read(cert), ca: read(ca), requestCert: Boolean(ca) };
    const server = https.createServer({ ...files, ...others });
    server.on("secureConnection", (socket) =>
        record("secure", {
            protocol: socket.getProtocol(),
            reused: socket.isSessionReused(),
            host: socket.servername || null,
            alpn: socket.alpnProtocol,
            client: socket.getPeerCertificate().subject?.CN ?? null,
        }),
    );
    server.on("tlsClientError", (error) => record("tls error", { message: error.message }));
    return server;
}

// Somebody else may hold the port for a moment after a restart: try again for five seconds.
async function listen(server, port, host) {
    for (let attempt = 0; ; ++attempt) {
        try {
            await new Promise((resolve, reject) => {
                server.once("error", reject);
                server.listen(port, host, () => {
                    server.off("error", reject);
                    resolve();
                });
            });
            return server.address().port;
        } catch (error) {
            if (error.code !== "EADDRINUSE" || port === 0 || attempt === 100)
                throw error;
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
    }
}

// Stops accepting; connections that were upgraded live on.
function stop(server) {
    server.close();
    return true;
}

module.exports = { create, listen, stop };

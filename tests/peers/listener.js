// An HTTP server that can leave its port and come back to it. Knows nothing of what is spoken on it.
"use strict";

const http = require("node:http");
const https = require("node:https");
const fs = require("node:fs");

// `tls` names files: {"key": "...", "cert": "...", "ca": "..."}; with "ca" it asks for a client certificate.
function create(tls) {
    if (!tls)
        return http.createServer();
    const read = (name) => tls[name] && fs.readFileSync(tls[name]);
    return https.createServer({ key: read("key"), cert: read("cert"), ca: read("ca"), requestCert: Boolean(tls.ca) });
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

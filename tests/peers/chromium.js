// The system's Chromium, for tests of pages.
"use strict";
const { spawnSync } = require("node:child_process");

function findBrowser() {
    const names = [process.env.SOCKETIO_CHROMIUM, "chromium", "chromium-browser", "google-chrome"].filter(Boolean);
    return names.map((name) => spawnSync("which", [name]).stdout?.toString().trim()).find(Boolean);
}

// A deadline only ends a test that has failed.
function launch() {
    const { chromium } = require("playwright-core");
    const args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
    return chromium.launch({ executablePath: findBrowser(), args, timeout: 60000 });
}

module.exports = { findBrowser, launch };

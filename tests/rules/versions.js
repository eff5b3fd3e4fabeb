// The version stands in core/config.hpp, where CMake and Meson read it. What cannot read it there says the same.
"use strict";
const crypto = require("node:crypto");
const fs = require("node:fs");
const { report } = require("../support/sources.js");

const config = fs.readFileSync("include/socketio/core/config.hpp", "utf8");
const part = (name) => new RegExp(`^#define SOCKETIO_VERSION_${name} (\\d+)$`, "m").exec(config)[1];
const version = ["MAJOR", "MINOR", "PATCH"].map(part).join(".");
const minor = version.replace(/\.\d+$/, "");

const checksum = (file) => crypto.createHash("md5").update(fs.readFileSync(file)).digest("hex");

// Each file with the words around its version: every one that is found has to be ours, and one at least is found.
const places = [
    ["CHANGELOG.md", /^## (\d\S*)/m, version],
    ["tests/packaging/consumer/CMakeLists.txt", /find_package\(socketio (\S+)/g, minor],
    ["tests/packaging/consumer/CMakeLists.txt", /GIT_TAG v(\S+)/g, version],
    ["tests/packaging/consumer/meson.build", /library, version: '>= ([^']+)'/g, minor],
    ["tests/packaging/consume.sh", /tag v(\S+)/g, version],
    ["docs/packaging.md", /(?:GIT_TAG v|socketio-hpp\/|-dev_)(\d+\.\d+\.\d+)/g, version],
    ["docs/packaging.md", /find_package\(socketio (\d\S*) CONFIG/g, minor],
    ["packaging/meson/socketio.wrap", /^revision = v(\S+)/gm, version],
    ["packaging/vcpkg/vcpkg.json", /"version": "(\S+)"/g, version],
    ["packaging/debian/changelog", /^socketio-hpp \(([^-]+)-\d+\)/m, version],
    [`packaging/yocto/socketio-hpp_${version}.bb`, /LICENSE;md5=(\w+)/g, checksum("LICENSE")],
];

const complaints = [];
for (const [file, pattern, expected] of places) {
    if (!fs.existsSync(file)) {
        complaints.push(`${file}: there is no such file`);
        continue;
    }
    const text = fs.readFileSync(file, "utf8");
    const found = pattern.global ? [...text.matchAll(pattern)] : [pattern.exec(text)].filter(Boolean);
    if (found.length === 0) complaints.push(`${file}: no version is found`);
    for (const each of found)
        if (each[1] !== expected) complaints.push(`${file}: says ${each[1]}, not ${expected}`);
}
report(`version ${version} in ${places.length} files`, complaints);

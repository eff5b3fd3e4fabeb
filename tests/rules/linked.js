// Programs of several translation units are one library each: node linked.js header_only|compiled <compiler and its flags>.
// "compiled" has the library in a unit of its own, and Asio in each.
"use strict";
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { spawnSync } = require("node:child_process");
const { find, inPairs, run, report } = require("../support/sources.js");

const [mode, ...command] = process.argv.slice(2);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "linked-"));
const sources = find("tests/rules/separate", /\.cpp$/);
const flags = [];
if (mode === "compiled") {
    flags.push("-DSOCKETIO_SEPARATE_COMPILATION");
    sources.unshift(path.join(folder, "library.cpp"));
    fs.writeFileSync(sources[0], "#include <socketio/src.hpp>\n");
}

// The linker of a program that has no file with the library says what to do.
async function withoutLibrary(object) {
    const words = "one_source_file_must_include_socketio_src_hpp";
    const said = await run([...command, ...sources.slice(1).map(object), "-o", path.join(folder, "bare"), "-pthread"]);
    return said.includes(words) ? [] : [`without the library the linker does not name ${words}:\n${said}`];
}

async function main() {
    const complaints = [];
    const built = async (...more) => complaints.push(...[await run([...command, ...flags, ...more])].filter(Boolean));
    const object = (source) => path.join(folder, `${path.basename(source)}.o`);
    await inPairs(sources, (source) => built("-c", source, "-o", object(source)));
    const program = path.join(folder, "program");
    if (!complaints.length) await built(...sources.map(object), "-o", program, "-pthread");
    if (!complaints.length && spawnSync(program).status !== 0) complaints.push("linked, but they are not one library");
    if (!complaints.length && mode === "compiled") complaints.push(...(await withoutLibrary(object)));
    fs.rmSync(folder, { recursive: true });
    report(`${sources.length} units, ${mode}`, complaints);
}
main();

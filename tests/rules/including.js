// The price of an include, in numbers that do not depend on the clock:
// node including.js <compiler and its flags>.
// The ceilings are some 5 % above the state at which they were set. Lower them when the library gets smaller.
"use strict";
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { execFile } = require("node:child_process");
const { inPairs, report } = require("../support/sources.js");

const command = process.argv.slice(2).filter((flag) => !/^-W/.test(flag));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "including-"));
const complaints = [];

function run(program, ...flags) {
    return new Promise((resolve, reject) => {
        execFile(program, flags, { maxBuffer: 1 << 28 }, (error, out, said) => (error ? reject(new Error(said)) : resolve(out)));
    });
}
const compile = (...flags) => run(command[0], ...command.slice(1), ...flags);

function source(name, text) {
    const file = path.join(folder, name);
    fs.writeFileSync(file, text);
    return file;
}

function check(what, count, most) {
    console.log(`${what}: ${count} (at most ${most})`);
    if (count > most) complaints.push(`${what}: ${count}, at most ${most} are allowed`);
}

// Lines that say something, of the header that a file sees if the library is compiled separately.
async function checkLines() {
    const file = source("thin.cpp", "#include <socketio/client.hpp>\n");
    const text = await compile("-DSOCKETIO_SEPARATE_COMPILATION", "-E", file);
    check("preprocessed lines of client.hpp", text.split("\n").filter((line) => /^\s*[^#\s]/.test(line)).length, ceilings.lines);
}

// Asio finds its services by the address of a static member, which every file has. (Without optimization g++ also
// emits each inline coroutine, used or not.)
const serviceIds = /::id$|asio::detail::service_id<|execution_context_service_base</;

async function checkSymbols() {
    const file = source("umbrella.cpp", "#include <socketio/socketio.hpp>\n");
    await compile("-O1", "-c", file, "-o", `${file}.o`);
    const listed = await run("nm", "-C", "--defined-only", `${file}.o`);
    const ours = listed.split("\n").filter((line) => /socketio/.test(line) && !serviceIds.test(line.trim()));
    check("symbols of a file that only includes socketio.hpp", ours.length, 0);
    complaints.push(...ours.slice(0, 20));
}

// The first program of the README, as a client alone.
function firstOfReadme() {
    const found = /```cpp\n([^`]*int main[^`]*)```/.exec(fs.readFileSync("README.md", "utf8"));
    return source("client.cpp", found[1]);
}

async function checkProgram(name, file, most, ...flags) {
    const program = path.join(folder, name.replace(/\W+/g, "_"));
    await compile("-Os", ...flags, file, "-o", program, "-pthread");
    await run("strip", program);
    check(`stripped kilobytes of a ${name}`, Math.ceil(fs.statSync(program).size / 1024), most);
    return program;
}

// The size of a file is rounded up to pages; that of the sections is not.
async function sectionBytes(program) {
    const listed = await run("size", "-A", program);
    return [...listed.matchAll(/^\.\S+ +(\d+) +(\d+)/gm)].reduce((sum, [, bytes, at]) => sum + (at === "0" ? 0 : Number(bytes)), 0);
}

async function checkPolling() {
    const file = firstOfReadme();
    const whole = await checkProgram("client", file, ceilings.client);
    const bare = await checkProgram("client without long-polling", file, ceilings.bareClient, "-DSOCKETIO_NO_POLLING");
    check("bytes of long-polling", (await sectionBytes(whole)) - (await sectionBytes(bare)), ceilings.polling);
}

// Other compilers count in other ways; they have only the symbols of the umbrella to show.
const ceilings = { lines: 90000, client: 630, bareClient: 590, polling: 40 * 1024, clientAndServer: 910 };

async function main() {
    const version = await run(command[0], "--version");
    const checks = [checkSymbols];
    if (/Free Software Foundation/.test(version)) {
        const both = "tests/rules/including/client_and_server.cpp";
        checks.push(checkLines);
        checks.push(checkPolling);
        checks.push(() => checkProgram("client and server", both, ceilings.clientAndServer));
    }
    await inPairs(checks, (one) => one().catch((error) => complaints.push(error.message)));
    fs.rmSync(folder, { recursive: true });
    report("the price of an include", complaints);
}
main();

// For the rule scripts: finds files, reads C++ without its comments and strings, runs compilers two at a time.
"use strict";
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { spawn, spawnSync } = require("node:child_process");

// Every file below `folder` whose name matches, sorted; no folder is no files.
function find(folder, pattern) {
    if (!fs.existsSync(folder)) return [];
    const skipped = /^(build.*|node_modules|\..+)$/;
    return fs
        .readdirSync(folder, { withFileTypes: true })
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .flatMap((entry) => {
            const name = path.posix.join(folder, entry.name);
            if (entry.isDirectory()) return skipped.test(entry.name) ? [] : find(name, pattern);
            return pattern.test(entry.name) ? [name] : [];
        });
}

// Comments, directives and the insides of literals become blanks; every line keeps its number.
function code(text) {
    const token =
        /\/\/[^\n]*|\/\*[\s\S]*?\*\/|R"([^()\\\s]*)\([\s\S]*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'/g;
    const blanks = (part) => part.replace(/[^\n]/g, " ");
    const bare = text.replace(token, (all) => {
        const blank = blanks(all);
        return all[0] === "/" || all.length < 2
            ? blank
            : all[0].replace("R", '"') + blank.slice(2) + all[0].replace("R", '"');
    });
    return bare.replace(/^[ \t]*#(?:[^\n\\]|\\[^\n]|\\\n)*/gm, blanks);
}

function lineOf(text, at) {
    return text.slice(0, at).split("\n").length;
}

// Runs a compiler, with `text` as its standard input; resolves to what it said, '' when it was content.
function run(command, text = "") {
    return new Promise((resolve) => {
        const child = spawn(command[0], command.slice(1));
        let said = "";
        child.stdout.on("data", (part) => (said += part));
        child.stderr.on("data", (part) => (said += part));
        child.on("error", (error) => resolve(String(error)));
        child.on("close", (status) => resolve(status === 0 ? "" : said || `exit status ${status}`));
        child.stdin.on("error", () => {});
        child.stdin.end(text);
    });
}

const compile = (command, text) => run([...command, "-fsyntax-only", "-x", "c++", "-"], text);

// Compiles a header with this text once, for programs that begin with it; calls `use` with what the compiler's command
// becomes by it. (Both compilers look for such a file beside the header.)
async function withPrecompiled(command, text, use) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "precompiled-"));
    const header = path.join(folder, "preamble.hpp");
    fs.writeFileSync(header, text);
    // Where the compiler knows how (clang++), what the header uses of templates is made here, not in each program.
    const precompile = (...flags) =>
        spawnSync(command[0], [...command.slice(1), ...flags, "-x", "c++-header", header, "-o", `${header}.gch`]);
    if (precompile("-fpch-instantiate-templates").status !== 0) precompile();
    try {
        await use([...command, "-include", header]);
    } finally {
        fs.rmSync(folder, { recursive: true });
    }
}

// Runs `work` for every item, two at a time.
async function inPairs(items, work) {
    const queue = [...items];
    const worker = async () => {
        for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    };
    await Promise.all([worker(), worker()]);
}

// Prints the complaints, if any, and ends the program accordingly.
function report(what, complaints) {
    complaints.forEach((line) => console.log(line));
    console.log(complaints.length ? `${what}: ${complaints.length} complaint(s)` : `${what}: fine`);
    process.exitCode = complaints.length ? 1 : 0;
}

module.exports = { find, code, lineOf, run, compile, withPrecompiled, inPairs, report };

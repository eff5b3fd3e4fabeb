// Programs with a mistake that users make: the first line of error says what to do.
// node mistakes.js <compiler and its flags>. In mistakes.txt come, behind what all of them include, the programs, each below
// a line with the words of its first error: `## words`.
"use strict";
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { spawnSync } = require("node:child_process");
const { compile, inPairs, report } = require("../support/sources.js");

const command = [...process.argv.slice(2), "-DSOCKETIO_SEPARATE_COMPILATION", "-DASIO_SEPARATE_COMPILATION"];

const [preamble, ...programs] = fs.readFileSync("tests/rules/mistakes.txt", "utf8").split(/^## /m);
const mistakes = programs.map((program) => {
    const end = program.indexOf("\n");
    return { words: program.slice(0, end).trim(), text: program.slice(end) };
});

// Compiled once for all of them: both compilers look for such a file beside the header.
function precompile(folder) {
    const header = path.join(folder, "preamble.hpp");
    fs.writeFileSync(header, preamble);
    spawnSync(command[0], [...command.slice(1), "-x", "c++-header", header, "-o", `${header}.gch`]);
    return header;
}

async function main() {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "mistakes-"));
    const header = precompile(folder);
    const complaints = [];
    const checkOne = async ({ words, text }) => {
        const said = await compile([...command, "-include", header], `void mistake()\n{\n${text}\n}\n`);
        const first = said.split("\n").find((line) => /\berror: /.test(line)) ?? "(nothing)";
        if (words === "fine" ? said : !first.includes(words))
            complaints.push(`${text.trim()}\n    said: ${first}\n    not: ${words}`);
    };
    await inPairs(mistakes, checkOne);
    fs.rmSync(folder, { recursive: true });
    report(`${mistakes.length} mistakes`, complaints);
}
main();

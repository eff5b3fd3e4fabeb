// Programs with a mistake that users make: the first line of error says what to do.
// node mistakes.js <compiler and its flags>. In mistakes.txt come, behind what all of them include, the programs, each below
// a line with the words of its first error, or warning: `## words`.
"use strict";
const fs = require("node:fs");
const { compile, withPrecompiled, inPairs, report } = require("../support/sources.js");

const command = [...process.argv.slice(2), "-DSOCKETIO_SEPARATE_COMPILATION", "-DASIO_SEPARATE_COMPILATION"];

const [preamble, ...programs] = fs.readFileSync("tests/rules/mistakes.txt", "utf8").split(/^## /m);
const mistakes = programs.map((program) => {
    const end = program.indexOf("\n");
    return { words: program.slice(0, end).trim(), text: program.slice(end) };
});

// What is wrong is said before anything else, and without a hundred errors of other headers around it.
async function checkStandard(complaints) {
    const older = command.map((flag) => (flag.startsWith("-std=") ? "-std=c++17" : flag));
    for (const header of ["client", "server", "websocket", "parser"]) {
        const said = await compile([...older, "-fmax-errors=1"], `#include <socketio/${header}.hpp>\n`);
        const first = said.split("\n").find((line) => /\berror: /.test(line)) ?? "(nothing)";
        if (!first.includes("socketio needs C++20: compile with -std=c++20"))
            complaints.push(`${header}.hpp with C++17\n    said: ${first}`);
    }
}

async function main() {
    const complaints = [];
    await checkStandard(complaints);
    await withPrecompiled(command, preamble, async (behindPreamble) => {
        await inPairs(mistakes, async ({ words, text }) => {
            const said = await compile(behindPreamble, `void mistake()\n{\n${text}\n}\n`);
            const first = said.split("\n").find((line) => /\b(error|warning): /.test(line)) ?? "(nothing)";
            if (words === "fine" ? said : !first.includes(words))
                complaints.push(`${text.trim()}\n    said: ${first}\n    not: ${words}`);
        });
    });
    report(`${mistakes.length} mistakes`, complaints);
}
main();

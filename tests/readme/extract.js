// Compiles every C++ snippet of README.md and docs/*.md: node extract.js <compiler for most> <compiler> <flags of both>
// Those with co_await go to the second, as Asio 1.22 has no coroutines for clang++ 14. The first may be a quicker one.
// The README's programs are taken as they are, so that their includes are complete. All others stand behind
// preamble.hpp: programs, whose includes are looked at, and all other snippets of a page as one file: each is a
// function, or a namespace where it defines something. If that file does not compile, each of them is tried alone.
// `<!-- not compiled: reason -->` in the line before a snippet leaves it out.
"use strict";
const fs = require("node:fs");
const { find, code, compile, withPrecompiled, inPairs, report } = require("../support/sources.js");
const { isInclude, snippets, body } = require("./snippets.js");

// People compile snippets with their own warnings, not with ours.
const [quick, thorough, ...given] = process.argv.slice(2);
const flags = given.filter((flag) => !/^-W/.test(flag));

const isProgram = ({ text }) => /\bint\s+main\s*\(/.test(text);
const isAwaiting = ({ text }) => /\bco_await\b/.test(text);
const isSpecialization = ({ text }) => /\bstruct\s+socketio::convert</.test(text);
const isDefinition = ({ text }) => /^(template|SOCKETIO_FIELDS|class \w+|struct \w+|(void|int) \w+\(.*\)$|TEST_CASE\(.*\)$)/m.test(text);

const includes = (snippet) => snippet.lines.filter(isInclude).join("\n");
const asFunction = (snippet) =>
    `${isAwaiting(snippet) ? "asio::awaitable<void>" : "void"} snippet()\n{\n${body(snippet)}}\n`;

function asPart(snippet, shape) {
    if (isSpecialization(snippet)) return body(snippet); // outside of all namespaces
    return `namespace readme::at_${snippet.line} {\n${shape(snippet)}}\n`;
}

const asFile = (page, shape) =>
    `${page.map(includes).join("\n")}\n${page.map((snippet) => asPart(snippet, shape)).join("")}`;

async function checkAlone(snippet, command, complaints) {
    const first = await compile(command, asFile([snippet], asFunction));
    if (!first || !(await compile(command, asFile([snippet], body)))) return;
    complaints.push(`${snippet.page}:${snippet.line}: does not compile\n${first.split("\n").slice(0, 20).join("\n")}`);
}

async function checkPage(page, command, complaints) {
    const guess = (snippet) => (isDefinition(snippet) ? body(snippet) : asFunction(snippet));
    if (!(await compile(command, asFile(page, guess)))) return;
    for (const snippet of page) await checkAlone(snippet, command, complaints);
}

async function checkProgram({ page, line, text }, command, complaints) {
    const said = await compile(command, `#line ${line} "${page}"\n${text}\n`);
    if (said) complaints.push(`${page}:${line}: does not compile\n${said.split("\n").slice(0, 20).join("\n")}`);
}

// What programs forget, since they often compile without it.
const needed = {
    "#include <chrono>": /\b\d+(s|ms|min|h)\b|std::chrono/,
    "using namespace std::chrono_literals;": /\b\d+(s|ms|min|h)\b/,
    "#include <iostream>": /std::(cout|cerr|clog)\b/,
    "#include <map>": /std::map\b/,
    "#include <memory>": /std::(shared_ptr|make_shared|unique_ptr)\b/,
    "#include <string>": /std::(string|to_string)\b/,
    "#include <vector>": /std::vector\b/,
};

function checkIncludes({ page, line, text }, complaints) {
    const bare = code(text);
    for (const [words, use] of Object.entries(needed))
        if (use.test(bare) && !text.includes(words)) complaints.push(`${page}:${line}: the program lacks ${words}`);
}

// `pages` has the snippets of each page that belong to this compiler.
async function check(pages, command, complaints) {
    const programs = pages.flat().filter(isProgram);
    const others = pages.map((page) => page.filter((snippet) => !isProgram(snippet))).filter((page) => page.length);
    programs.forEach((program) => checkIncludes(program, complaints));
    await withPrecompiled(command, fs.readFileSync("tests/readme/preamble.hpp", "utf8"), async (behindPreamble) => {
        const as = ({ page }) => (page === "README.md" ? command : behindPreamble);
        const work = [
            ...others.map((page) => () => checkPage(page, behindPreamble, complaints)),
            ...programs.map((program) => () => checkProgram(program, as(program), complaints)),
        ];
        await inPairs(work, (one) => one());
    });
}

async function main() {
    const pages = [...(fs.existsSync("README.md") ? ["README.md"] : []), ...find("docs", /\.md$/)];
    const all = pages.map((page) => snippets(page, /^(cpp|c\+\+)$/));
    const complaints = [];
    if (all.flat().length < 50) // else a change of the fences would leave nothing to compile
        complaints.push(`only ${all.flat().length} snippets were found`);
    await check(all.map((page) => page.filter((snippet) => !isAwaiting(snippet))), [quick, ...flags], complaints);
    await check(all.map((page) => page.filter(isAwaiting)), [thorough, ...flags], complaints);
    report(`${all.flat().length} snippets`, complaints);
}
main();

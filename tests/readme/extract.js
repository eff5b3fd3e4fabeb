// Compiles every C++ snippet of README.md and docs/*.md: node extract.js <compiler for most> <compiler> <flags of both>.
// Those with co_await go to the second, as Asio 1.22 has no coroutines for clang++ 14. The first may be a quicker one.
// A whole program is taken as it is. Anything else is put into a function after preamble.hpp or, when
// it does not fit there (templates, functions), into a namespace. `<!-- not compiled: reason -->`
// in the line before a snippet leaves it out.
"use strict";
const fs = require("node:fs");
const { find, compile, withPrecompiled, inPairs, report } = require("../support/sources.js");

// People compile snippets with their own warnings, not with ours.
const [quick, thorough, ...given] = process.argv.slice(2);
const flags = given.filter((flag) => !/^-W/.test(flag));

function snippets(page) {
    const lines = fs.readFileSync(page, "utf8").split("\n");
    const found = [];
    for (let i = 0; i < lines.length; ++i) {
        if (!/^\s*```(cpp|c\+\+)\s*$/.test(lines[i])) continue;
        const end = lines.findIndex((line, n) => n > i && /^\s*```\s*$/.test(line));
        const skip = i > 0 && /^\s*<!-- not compiled: \S.*-->\s*$/.test(lines[i - 1]);
        if (!skip) found.push({ page, line: i + 2, lines: lines.slice(i + 1, end) });
        i = end < 0 ? lines.length : end;
    }
    return found;
}

const isProgram = (text) => /\bint\s+main\s*\(/.test(text);

// The snippet as translation units; it is fine when one of them compiles.
function units({ page, line, lines }) {
    const text = lines.join("\n");
    const here = `#line ${line} "${page}"\n`;
    if (isProgram(text)) return [`${here}${text}\n`];
    const isInclude = (one) => /^\s*#\s*include\b/.test(one);
    const includes = lines.filter(isInclude).join("\n");
    const body = lines.map((one) => (isInclude(one) ? "" : one)).join("\n");
    const result = /\bco_await\b/.test(body) ? "asio::awaitable<void>" : "void";
    const top = `${includes}\nnamespace readme {\n`;
    return [`${top}${result} snippet()\n{\n${here}${body}\n}\n}\n`, `${top}${here}${body}\n}\n`];
}

async function check(all, command, complaints) {
    await withPrecompiled(command, fs.readFileSync("tests/readme/preamble.hpp", "utf8"), async (behindPreamble) => {
        await inPairs(all, async (snippet) => {
            const asProgram = isProgram(snippet.lines.join("\n"));
            let first = null;
            for (const unit of units(snippet)) {
                const said = await compile(asProgram ? command : behindPreamble, unit);
                if (!said) return;
                first = first || said;
            }
            complaints.push(
                `${snippet.page}:${snippet.line}: does not compile\n${first.split("\n").slice(0, 20).join("\n")}`,
            );
        });
    });
}

async function main() {
    const pages = [...(fs.existsSync("README.md") ? ["README.md"] : []), ...find("docs", /\.md$/)];
    const all = pages.flatMap(snippets);
    const awaits = ({ lines }) => /\bco_await\b/.test(lines.join("\n"));
    const complaints = [];
    await check(all.filter((snippet) => !awaits(snippet)), [quick, ...flags], complaints);
    await check(all.filter(awaits), [thorough, ...flags], complaints);
    report(`${all.length} snippets`, complaints);
}
main();

// The code between fences of a page, for those who compile it.
"use strict";
const fs = require("node:fs");

const isInclude = (line) => /^\s*#\s*include\b/.test(line);

// Those whose fence has such words. `<!-- not compiled: reason -->` in the line before one leaves it out.
function snippets(page, words) {
    const lines = fs.readFileSync(page, "utf8").split("\n");
    const found = [];
    for (let i = 0; i < lines.length; ++i) {
        const [, said] = /^\s*```(\S.*?)\s*$/.exec(lines[i]) || [];
        if (said === undefined || !words.test(said)) continue;
        const end = lines.findIndex((line, n) => n > i && /^\s*```\s*$/.test(line));
        const skip = i > 0 && /^\s*<!-- not compiled: \S.*-->\s*$/.test(lines[i - 1]);
        const inside = lines.slice(i + 1, end);
        if (!skip) found.push({ page, line: i + 2, lines: inside, text: inside.join("\n") });
        i = end < 0 ? lines.length : end;
    }
    return found;
}

// Without its includes, which belong in front of everything.
const body = ({ page, line, lines }) =>
    `#line ${line} "${page}"\n${lines.map((one) => (isInclude(one) ? "" : one)).join("\n")}\n`;

module.exports = { isInclude, snippets, body };

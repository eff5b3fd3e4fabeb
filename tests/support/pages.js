// For the scripts that look at the documentation: reads Markdown as far as these pages need it.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

// The page without what is code, line by line, so that only prose has links and headings.
function prose(text) {
    let fence = null;
    return text.split("\n").map((line) => {
        const mark = /^\s*(```|~~~)/.exec(line)?.[1];
        if (fence ? mark === fence : mark) {
            fence = fence ? null : mark;
            return "";
        }
        return fence ? "" : line.replace(/(`+)[^`]+?\1/g, (code) => " ".repeat(code.length));
    });
}

// Each `](target)` that leads to something in the repository: the line from 1, the file it means ("" for the page
// itself) as a path from the root, and the anchor.
function links(page, text) {
    const found = [];
    prose(text).forEach((line, n) => {
        for (const [, target] of line.matchAll(/\]\(([^)\s]+)\)/g)) {
            if (/^[a-z]+:/.test(target)) continue;
            const [, file, anchor] = /^([^#]*)#?(.*)$/.exec(target);
            const meant = file ? path.posix.join(path.posix.dirname(page), file) : page;
            found.push({ line: n + 1, target, file: meant, anchor });
        }
    });
    return found;
}

// The anchors of a page's headings, as GitHub and MkDocs both make them of letters, digits, spaces and punctuation.
function anchors(text) {
    const seen = new Set();
    const headings = text.split("\n").filter((line, n, all) => /^#+ /.test(line) && !insideCode(all, n));
    for (const heading of headings) {
        const words = heading.replace(/^#+ +/, "").replace(/`/g, "").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
        seen.add(words.toLowerCase().replace(/[^\w\- ]/g, "").trim().replace(/ /g, "-"));
    }
    return seen;
}

const insideCode = (lines, n) => lines.slice(0, n).filter((line) => /^\s*```/.test(line)).length % 2 === 1;

// Every page of the documentation that stands in the repository's root or in docs/.
function pages() {
    const inDocs = fs.readdirSync("docs").filter((name) => name.endsWith(".md"));
    const atTop = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];
    return [...atTop, ...inDocs.sort().map((name) => `docs/${name}`)];
}

module.exports = { prose, links, anchors, pages };

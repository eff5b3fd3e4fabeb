// Every relative link and anchor of the documentation leads somewhere, the README is short, docs/README.md lists every
// page, docs/errors.md explains every error, and some page names every header that programs include.
"use strict";
const fs = require("node:fs");
const { report } = require("../support/sources.js");
const { links, anchors, pages } = require("../support/pages.js");

const complaints = [];
const read = (file) => fs.readFileSync(file, "utf8");

let count = 0;
for (const page of pages()) {
    for (const { line, target, file, anchor } of links(page, read(page))) {
        ++count;
        if (!fs.existsSync(file)) complaints.push(`${page}:${line}: ${target} leads nowhere`);
        else if (anchor && !(file.endsWith(".md") && anchors(read(file)).has(anchor)))
            complaints.push(`${page}:${line}: ${file} has no heading #${anchor}`);
    }
}

const lines = read("README.md").trimEnd().split("\n").length;
if (lines > 200) complaints.push(`README.md: has ${lines} lines, at most 200 are a page`);
const listed = new Set(links("docs/README.md", read("docs/README.md")).map(({ file }) => file));
for (const page of pages())
    if (page !== "docs/README.md" && !listed.has(page)) complaints.push(`docs/README.md: does not list ${page}`);

// The enumerators stand one to a line, up to the end of the enumeration.
const [, inside] = /enum class error \{([\s\S]*?)\n\};/.exec(read("include/socketio/core/error.hpp"));
const errors = [...inside.matchAll(/^ {4}(\w+)/gm)].map(([, name]) => name);
if (errors.length < 50) complaints.push(`core/error.hpp: only ${errors.length} errors were found`);
const explained = read("docs/errors.md");
for (const name of errors)
    if (!explained.includes(`\n| \`${name}\` |`)) complaints.push(`docs/errors.md: has no line for error::${name}`);

// The messages are adjacent literals.
const literals = (text) => [...text.matchAll(/"((?:\\.|[^"\\])*)"/g)].map(([, part]) => part).join("");
const words = read("include/socketio/core/impl/error.ipp");
for (const [, name, text] of words.matchAll(/case error::(\w+):\s*return ((?:"(?:\\.|[^"\\])*"\s*)+);/g))
    if (!explained.replace(/`</g, "<").replace(/>`/g, ">").includes(`\n| ${literals(text)} | \`${name}\` |`))
        complaints.push(`docs/errors.md: does not have the message of error::${name}: ${literals(text)}`);

const all = pages().filter((page) => page !== "CHANGELOG.md").map(read).join("");
const headers = ["", "convert/"].flatMap((folder) =>
    fs.readdirSync(`include/socketio/${folder}`).filter((name) => name.endsWith(".hpp")).map((name) => folder + name));
for (const header of headers)
    if (!all.includes(`<socketio/${header}>`)) complaints.push(`no page names <socketio/${header}>`);
report(`${count} links, ${errors.length} errors, ${headers.length} headers`, complaints);

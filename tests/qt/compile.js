// Each header of <socketio/qt.hpp> compiles alone, and so does each snippet of docs/qt.md whose fence says "cpp qt":
// node compile.js <compiler> <folders of Qt's headers>...
"use strict";
const fs = require("node:fs");
const { find, compile, inPairs, report } = require("../support/sources.js");

const [compiler, ...folders] = process.argv.slice(2);
const command = [
    compiler, "-std=c++20", "-fPIC", "-DASIO_STANDALONE", "-DSOCKETIO_SEPARATE_COMPILATION",
    "-DASIO_SEPARATE_COMPILATION", "-Iinclude",
    ...new Set(folders.filter((folder) => folder !== "").flatMap((folder) => ["-isystem", folder])),
];
if (/g\+\+$/.test(compiler) && !/clang/.test(compiler)) command.push("-fcoroutines");
const strict = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"];
const complaints = [];

// A whole program is taken as it is; classes and functions stand in a namespace, all else in a function with a socket.
function units(lines) {
    const isInclude = (line) => /^\s*#\s*include\b/.test(line);
    const includes = lines.filter(isInclude).join("\n");
    const body = lines.filter((line) => !isInclude(line)).join("\n");
    const top = `#include <socketio/client.hpp>\n#include <socketio/qt.hpp>\n${includes}\nusing namespace std::chrono_literals;\n`;
    const given = "class window : public QObject { public: void show_news(QString) {} void set_title(QString) {} void show_sum(int) {} void ask(socketio::socket& socket); };";
    const result = /\bco_await\b/.test(body) ? "asio::awaitable<void>" : "void";
    return [
        lines.join("\n"),
        `${top}namespace {\n${given}\n}\n${result} window::ask(socketio::socket& socket)\n{\n${body}\n}\n`,
        `${top}namespace {\n${body}\n}\n`,
    ];
}

function snippets(page) {
    const lines = fs.readFileSync(page, "utf8").split("\n");
    return lines.flatMap((line, at) => {
        if (!/^\s*```cpp qt\s*$/.test(line)) return [];
        const end = lines.findIndex((other, n) => n > at && /^\s*```\s*$/.test(other));
        return [{ name: `${page}:${at + 2}`, lines: lines.slice(at + 1, end) }];
    });
}

async function checkHeader(name) {
    const include = `#include <${name.replace("include/", "")}>\n`;
    const said = await compile([...command, ...strict], include + include);
    if (said) complaints.push(`${name} does not compile alone:\n${said.split("\n").slice(0, 30).join("\n")}`);
}

async function checkSnippet({ name, lines }) {
    const all = [];
    for (const unit of units(lines)) {
        const said = await compile(command, unit);
        if (!said) return;
        all.push(said.split("\n").slice(0, 15).join("\n"));
    }
    complaints.push(`${name}: does not compile\n${all.join("\n")}`);
}

async function main() {
    const headers = ["include/socketio/qt.hpp", ...find("include/socketio/qt", /\.hpp$/)];
    const shown = find("docs", /\.md$/).flatMap(snippets);
    await inPairs([...headers.map((name) => () => checkHeader(name)), ...shown.map((one) => () => checkSnippet(one))],
        (check) => check());
    report(`${headers.length} headers and ${shown.length} snippets with Qt`, complaints);
}
main();

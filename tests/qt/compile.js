// Each header of <socketio/qt.hpp> compiles alone, and so does each snippet of docs/qt.md whose fence says "cpp qt":
// node compile.js <compiler> <folders of Qt's headers>...
"use strict";
const fs = require("node:fs");
const { find, compile, inPairs, report } = require("../support/sources.js");

const [compiler, ...folders] = process.argv.slice(2);
const command = [
    compiler, "-std=c++20", "-fPIC", "-DASIO_STANDALONE", "-DSOCKETIO_SEPARATE_COMPILATION",
    "-DASIO_SEPARATE_COMPILATION", "-Iinclude",
    ...new Set(folders.filter((folder) => folder !== "").map((folder) => `-isystem${folder}`)),
];
if (/g\+\+$/.test(compiler) && !/clang/.test(compiler)) command.push("-fcoroutines");
const strict = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"];
const complaints = [];

// What the snippets may take for granted: those that are no classes or functions stand in a member function of this.
const given = `
class window : public QObject {
public:
    void show_news(QString) {}
    void set_title(QString) {}
    void show_sum(int) {}
    void ask(socketio::socket& socket);
};
`;
const isInclude = (line) => /^\s*#\s*include\b/.test(line);
const isDefinition = ({ lines }) => /^(class|struct|SOCKETIO_FIELDS|asio::awaitable)\b/m.test(lines.join("\n"));

// One file of all that are given, each in a namespace of its own.
function unit(snippets) {
    const includes = snippets.flatMap(({ lines }) => lines.filter(isInclude)).join("\n");
    const parts = snippets.map((snippet, n) => {
        const body = `#line ${snippet.line} "${snippet.page}"\n${snippet.lines.map((line) => (isInclude(line) ? "" : line)).join("\n")}\n`;
        const inside = isDefinition(snippet) ? body : `${given}void window::ask(socketio::socket& socket)\n{\n${body}}\n`;
        return `namespace snippet_${n} {\n${inside}}\n`;
    });
    return (
        `#include <socketio/client.hpp>\n#include <socketio/qt.hpp>\n#include <QDebug>\n${includes}\n` +
        `using namespace std::chrono_literals;\n${parts.join("")}`
    );
}

// Asio 1.22 has no coroutines for clang++ 14.
const coroutines = "#include <asio/awaitable.hpp>\n#if !defined(ASIO_HAS_CO_AWAIT)\n#error \"none\"\n#endif\n";

function snippets(page) {
    const lines = fs.readFileSync(page, "utf8").split("\n");
    return lines.flatMap((line, at) => {
        if (!/^\s*```cpp qt\s*$/.test(line)) return [];
        const end = lines.findIndex((other, n) => n > at && /^\s*```\s*$/.test(other));
        return [{ page, line: at + 2, lines: lines.slice(at + 1, end) }];
    });
}

async function checkHeader(name) {
    const include = `#include <${name.replace("include/", "")}>\n`;
    const said = await compile([...command, ...strict], include + include);
    if (said) complaints.push(`${name} does not compile alone:\n${said.split("\n").slice(0, 30).join("\n")}`);
}

async function checkSnippets(snippets) {
    const said = await compile(command, unit(snippets));
    if (said) complaints.push(`a snippet does not compile:\n${said.split("\n").slice(0, 40).join("\n")}`);
}

async function main() {
    const headers = ["include/socketio/qt.hpp", ...find("include/socketio/qt", /\.hpp$/)];
    const awaits = (await compile(command, coroutines)) === "";
    const shown = find("docs", /\.md$/).flatMap(snippets).filter(({ lines }) => awaits || !/co_await/.test(lines.join()));
    await inPairs([() => checkSnippets(shown), ...headers.map((name) => () => checkHeader(name))], (check) => check());
    report(`${headers.length} headers and ${shown.length} snippets with Qt`, complaints);
}
main();

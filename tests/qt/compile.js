// Each header of <socketio/qt.hpp> compiles alone, and so does each snippet of docs/qt.md whose fence says "cpp qt", or
// "cpp qml" where Qt's QML is among the folders:
// node compile.js <compiler> <folders of Qt's headers>...
"use strict";
const { find, compile, inPairs, report } = require("../support/sources.js");
const { isInclude, snippets, body } = require("../readme/snippets.js");

const [compiler, ...named] = process.argv.slice(2);
// The system's own folder, which Qt's Gui names for OpenGL, would be looked into too early.
const folders = named.filter((folder) => folder !== "" && folder !== "/usr/include");
const command = [
    compiler, "-std=c++20", "-fPIC", "-DASIO_STANDALONE", "-DSOCKETIO_SEPARATE_COMPILATION",
    "-DASIO_SEPARATE_COMPILATION", "-Iinclude",
    ...new Set(folders.map((folder) => `-isystem${folder}`)),
];
if (/g\+\+$/.test(compiler) && !/clang/.test(compiler)) command.push("-fcoroutines");
const strict = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"];
const hasQml = folders.some((folder) => /QtQml$/.test(folder));
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
const isDefinition = ({ text }) => /^(class|struct|SOCKETIO_FIELDS|asio::awaitable|int main)\b/m.test(text);

// One file of all that are given, each in a namespace of its own.
function unit(shown) {
    const includes = shown.flatMap(({ lines }) => lines.filter(isInclude)).join("\n");
    const parts = shown.map((snippet, n) => {
        const inside = body(snippet);
        const whole = isDefinition(snippet) ? inside : `${given}void window::ask(socketio::socket& socket)\n{\n${inside}}\n`;
        return `namespace snippet_${n} {\n${whole}}\n`;
    });
    return (
        `#include <socketio/client.hpp>\n#include <socketio/qt.hpp>\n#include <QDebug>\n${includes}\n` +
        `using namespace std::chrono_literals;\n${parts.join("")}`
    );
}

// Asio 1.22 has no coroutines for clang++ 14.
const coroutines = "#include <asio/awaitable.hpp>\n#if !defined(ASIO_HAS_CO_AWAIT)\n#error \"none\"\n#endif\n";

async function checkHeader(name) {
    const include = `#include <${name.replace("include/", "")}>\n`;
    const said = await compile([...command, ...strict], include + include);
    if (said) complaints.push(`${name} does not compile alone:\n${said.split("\n").slice(0, 30).join("\n")}`);
}

async function checkSnippets(shown) {
    const said = await compile(command, unit(shown));
    if (said) complaints.push(`a snippet does not compile:\n${said.split("\n").slice(0, 40).join("\n")}`);
}

async function main() {
    const headers = ["include/socketio/qt.hpp", ...find("include/socketio/qt", /\.hpp$/)];
    const awaits = (await compile(command, coroutines)) === "";
    const all = find("docs", /\.md$/).flatMap((page) => snippets(page, hasQml ? /^cpp (qt|qml)$/ : /^cpp qt$/));
    const shown = all.filter(({ text }) => awaits || !/co_await/.test(text));
    if (all.length < 3) complaints.push(`only ${all.length} snippets were found`);
    await inPairs([() => checkSnippets(shown), ...headers.map((name) => () => checkHeader(name))], (check) => check());
    report(`${headers.length} headers and ${shown.length} snippets with Qt`, complaints);
}
main();

// Makes single headers of the library, for programs that copy one file: node tools/amalgamate.js [folder]
// Into the folder, build/single-header if none is given, come socketio_client.hpp, socketio_server.hpp and
// socketio.hpp, which is both and the WebSockets by themselves. The same sources give the same files.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "..");
const opted = ["#if defined(SOCKETIO_WITH_MSGPACK)", "#include <socketio/msgpack.hpp>", "#endif"];
const singles = {
    "socketio_client.hpp": ["the Socket.IO client", "client", "parser"],
    "socketio_server.hpp": ["the Socket.IO server", "server", "static_files", "parser"],
    "socketio.hpp": ["the Socket.IO client and server, and WebSockets", "socketio", "static_files", "parser"],
};

const read = (name) => fs.readFileSync(path.join(root, name), "utf8");
const linesOf = (name, without = "") => read(`include/${name}`).replace(without, "").split("\n");
const includeOf = (line) => /^\s*#\s*include\s*(?:<([^>]+)>|(SOCKETIO_ASIO\(.*))/.exec(line)?.slice(1).find(Boolean);
const isOurs = (target) => target.startsWith("socketio/");
const isMacros = (target) => /^socketio\/core\/foreign_macros_/.test(target);
const isStandard = (target) => /^[a-z_]+$/.test(target);

// What a header adds when nothing is compiled separately stands at the end of the single header instead.
function headerLines(name) {
    const implementation =
        /^#if defined\(SOCKETIO_(?:TLS_|MSGPACK_)?HEADER_ONLY\)\n(?:#include .*\.ipp>\n|\n)*#endif$/gm;
    return linesOf(name, implementation).filter((line) => line !== "#pragma once");
}

// All files that a program gets that includes these, the implementation too.
function reached(names, found = new Set()) {
    for (const name of names) {
        if (found.has(name)) continue;
        found.add(name);
        reached(linesOf(name).map(includeOf).filter((target) => target && isOurs(target)), found);
    }
    return found;
}

// The lines of src.hpp for those files, which also stand in its order.
function sourceLines(files) {
    const lines = linesOf("socketio/src.hpp");
    const begin = lines.findIndex((line) => isMacros(includeOf(line) || ""));
    return lines.slice(begin).filter((line) => !/\.ipp>/.test(line) || files.has(includeOf(line)));
}

// The conditions of the preprocessor around a line.
class Conditions {
    constructor(outer) {
        this.stack = [...outer];
    }
    pass(line) {
        const [, directive, rest] = /^\s*#\s*(if|ifdef|ifndef|elif|else|endif)\b\s*(.*)/.exec(line) || [];
        if (!directive) return;
        if (directive === "endif") this.stack.pop();
        else if (/^if/.test(directive)) this.stack.push(directive + rest);
        else this.stack.push(`${this.stack.pop()} ${directive} ${rest}`);
    }
}

// Files one after the other, each where it is first included.
class Writer {
    constructor() {
        this.places = new Map(); // of each file, under which conditions it stands already
        this.standard = new Set();
        this.lines = [];
    }
    // True if whoever comes here has the file already; otherwise it is written here.
    hasMet(target, conditions) {
        const before = this.places.get(target) || [];
        if (before.some((known) => known.every((condition) => conditions.includes(condition)))) return true;
        this.places.set(target, [...before, [...conditions]]);
        return false;
    }
    addFile(name, conditions) {
        const guard = `SOCKETIO_SINGLE_${name.slice("socketio/".length).toUpperCase().replace(/\W/g, "_")}`;
        this.lines.push("", `#ifndef ${guard} // <${name}>`, `#define ${guard}`);
        this.addLines(headerLines(name), conditions);
        this.lines.push(`#endif // <${name}>`, "");
    }
    // Such a file has no guard, and is written each time; what it includes is not.
    addMacros(name, conditions) {
        for (const line of linesOf(name).filter((each) => /^#(?!pragma once)/.test(each))) {
            const target = includeOf(line);
            if (!target) this.lines.push(line);
            else if (!this.hasMet(target, conditions)) this.addFile(target, conditions);
        }
    }
    addLines(lines, outer) {
        const conditions = new Conditions(outer);
        for (const line of lines) {
            conditions.pass(line);
            const target = includeOf(line);
            if (!target) this.lines.push(line);
            else if (isMacros(target)) this.addMacros(target, conditions.stack);
            else if (isOurs(target) && /\.ipp$/.test(target) && !this.implements) continue;
            else if (isStandard(target) && conditions.stack.length === this.depth) this.standard.add(target);
            else if (this.standard.has(target) || this.hasMet(target, conditions.stack)) continue;
            else if (isOurs(target)) this.addFile(target, conditions.stack);
            else this.lines.push(line);
        }
    }
    // A part that begins with the standard library's headers; those of an earlier part are not repeated.
    part(lines, conditions, implementation) {
        this.implements = implementation;
        this.depth = conditions.length;
        const earlier = new Set(this.standard);
        const start = this.lines.length;
        this.addLines(lines, conditions);
        const standard = [...this.standard].filter((target) => !earlier.has(target)).sort();
        this.lines.splice(start, 0, ...standard.map((target) => `#include <${target}>`));
    }
}

// Conditions around nothing, and more than one empty line, are left out.
function tidy(text) {
    for (let before = ""; before !== text; ) {
        before = text;
        text = text.replace(/^#if[^\n]*\n\n*#endif[^\n]*\n/gm, "").replace(/\n{3,}/g, "\n\n");
    }
    return text;
}

function version() {
    const config = read("include/socketio/core/config.hpp");
    const part = (name) => new RegExp(`^#define SOCKETIO_VERSION_${name} (\\d+)$`, "m").exec(config)[1];
    return ["MAJOR", "MINOR", "PATCH"].map(part).join(".");
}

const preface = (what) => `// socketio-hpp ${version()}: ${what}, as a single header over Asio and RapidJSON.
//
// The program's macros, the same in all of its files, say what it uses:
//   SOCKETIO_USE_BOOST_ASIO         Boost.Asio, instead of standalone Asio
//   SOCKETIO_WITH_TLS               https and wss, with OpenSSL (-lssl -lcrypto)
//   SOCKETIO_WITH_ZLIB              compression (-lz)
//   SOCKETIO_WITH_MSGPACK           MessagePack, socketio::msgpack_parser
//   SOCKETIO_NO_POLLING             no HTTP long-polling in the client
//   SOCKETIO_SEPARATE_COMPILATION   the library is compiled once: one file defines SOCKETIO_IMPLEMENTATION as well
//
${read("LICENSE").trim().replace(/^/gm, "// ").replace(/ +$/gm, "")}
#pragma once

#if defined(SOCKETIO_VERSION_MAJOR) && !defined(SOCKETIO_SINGLE_HEADER)
#error "a program includes either the single header or <socketio/...>"
#endif
#define SOCKETIO_SINGLE_HEADER 1
`;

// The remedy that the linker names where the library is missing is another one here.
function renamed(lines) {
    return lines.map((line) => line.replace(/one_source_file_must_include_socketio_src_hpp/g,
        "one_source_file_must_define_SOCKETIO_IMPLEMENTATION"));
}

function amalgamate([what, ...umbrellas]) {
    const names = umbrellas.map((each) => `socketio/${each}.hpp`);
    const writer = new Writer();
    writer.part([...names.map((name) => `#include <${name}>`), ...opted], [], false);
    const implementation = "defined(SOCKETIO_HEADER_ONLY) || defined(SOCKETIO_IMPLEMENTATION)";
    writer.lines.push(`#if ${implementation}`);
    writer.part(sourceLines(reached([...names, "socketio/msgpack.hpp"])), [implementation], true);
    writer.lines.push("#endif", "");
    return tidy(`${preface(what)}\n${renamed(writer.lines).join("\n")}`);
}

if (process.argv.length > 3 || (process.argv[2] || "").startsWith("-")) {
    console.error("usage: node tools/amalgamate.js [folder]");
    process.exit(2);
}
const folder = process.argv[2] || path.join(root, "build/single-header");
fs.mkdirSync(folder, { recursive: true });
for (const [file, parts] of Object.entries(singles)) fs.writeFileSync(path.join(folder, file), amalgamate(parts));

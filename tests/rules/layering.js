// The architecture: what may include what, how long files and lines are, and that the library prints nothing.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { find, code, lineOf, report } = require("../support/sources.js");

const root = "include/socketio";
const below = {
    core: [],
    codec: ["core"],
    wire: ["core"],
    session: ["core", "codec", "wire"],
    net: ["core", "codec", "wire", "session"],
    client: ["core", "codec", "wire", "session", "net"],
    server: ["core", "codec", "wire", "session", "net"],
    websocket: ["core", "wire", "session", "net"],
    convert: ["core"],
    compat: ["core"], // and what programs include
    testing: ["core", "codec", "wire", "session", "net", "client", "server"], // and the umbrellas of both halves
    qt: ["core", "codec", "wire", "session", "net", "client"],
};
const complaints = [];
const files = find(root, /\.(hpp|ipp)$/);

const layerOf = (file) => {
    const [first, ...rest] = path.posix.relative(root, file).split("/");
    return rest.length ? first : "";
};
// What a header adds at its end when nothing is compiled separately is its implementation, not what it needs.
const withoutImplementation = (text) =>
    text.replace(/^#if defined\(SOCKETIO_(?:TLS_|MSGPACK_|TESTING_)?HEADER_ONLY\)\n(?:#include .*\n|\n)*#endif$/gm, "");

function checkInclude(file, line, target) {
    const say = (what) => complaints.push(`${file}:${line}: ${what}: ${target}`);
    const layer = layerOf(file);
    const ours = /^<socketio\/(.+)>$/.exec(target);
    if (/^[<"](boost\/)?asio/.test(target) && layer !== "net") say("Asio is included under net/ only");
    if (/^[<"]rapidjson/.test(target) && !/\/core\/(impl\/)?json[^/]*$/.test(file))
        say("RapidJSON is included in core/json* only");
    if (target === "<zlib.h>" && !/\/session\/impl\/zlib_codec\.ipp$/.test(file))
        say("zlib is included in session/impl/zlib_codec.ipp only");
    if (/^[<"]openssl\//.test(target) && !file.startsWith(`${root}/net/tls/`))
        say("OpenSSL is included under net/tls/ only");
    if (/^[<"](nlohmann|boost\/json)\b/.test(target) && layer !== "convert")
        say("other libraries' JSON is included under convert/ only");
    if (/^<Q/.test(target) && layer !== "qt") say("Qt is included under qt/ only");
    if (/^<(iostream|print|syncstream)>$/.test(target)) say("the library prints nothing");
    if (target.startsWith('"')) say("includes are written <socketio/layer/file.hpp>");
    if (!ours) return;
    const included = path.posix.join(root, ours[1]);
    const to = layerOf(included);
    if (!fs.existsSync(included)) say("there is no such file");
    if (layer !== "" && layer !== "compat" && layer !== "testing" && to === "") say("a layer does not include an umbrella");
    if (layer !== "" && to !== "" && to !== layer && !(below[layer] || []).includes(to)) say("runs up or across");
}

const graph = new Map();
for (const file of files) {
    const source = fs.readFileSync(file, "utf8");
    const layer = layerOf(file);
    if (layer !== "" && !below[layer]) complaints.push(`${file}: no such layer: ${layer}`);
    const lines = source.split("\n").length - 1;
    if (lines > 500) complaints.push(`${file}: ${lines} lines, 500 are allowed`);
    source.split("\n").forEach((text, at) => {
        if ([...text].length > 120) complaints.push(`${file}:${at + 1}: ${[...text].length} columns, 120 are allowed`);
    });
    if (file.endsWith(".hpp") && !/foreign_macros_/.test(file) && !/^#pragma once$/m.test(source)) complaints.push(`${file}: no #pragma once`);

    const bare = code(source);
    const forbidden =
        /\bstd::(cout|cerr|clog|print|println)\b|\b(f|v|vf)?printf\s*\(|\b(f?puts|putchar)\s*\(|\bthread_local\b|\bassert\s*\(/g;
    // One line for a likely mistake of the program, unless its log is set.
    const mayWarn = file === `${root}/core/impl/log.ipp`;
    for (const found of mayWarn ? [] : bare.matchAll(forbidden))
        complaints.push(`${file}:${lineOf(bare, found.index)}: not in the library: ${found[0]}`);

    // Peers cause names that the standard library's hash maps to one number.
    const unseeded = /\bstd::unordered_(map|set)<std::string|\bstd::hash<std::(string|string_view)>/g;
    if (file !== `${root}/core/text_hash.hpp`)
        for (const found of bare.matchAll(unseeded))
            complaints.push(`${file}:${lineOf(bare, found.index)}: texts are hashed by core/text_hash.hpp: ${found[0]}`);

    const includes = (part) =>
        [...part.replace(/SOCKETIO_ASIO\(([^)]+)\)/g, "<asio/$1>").matchAll(/^[ \t]*#[ \t]*include[ \t]*([<"][^>"]+[>"])/gm)];
    for (const found of includes(source)) checkInclude(file, lineOf(source, found.index), found[1]);
    graph.set(
        file,
        includes(withoutImplementation(source)).map((found) => path.posix.join("include", found[1].slice(1, -1))),
    );
}

// Depth first; what is found again on the way down closes a circle.
const done = new Set();
function walk(file, way) {
    if (way.includes(file)) {
        complaints.push(`circle of includes: ${[...way.slice(way.indexOf(file)), file].join(" -> ")}`);
        return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) || []) walk(next, [...way, file]);
    done.add(file);
}
for (const file of graph.keys()) walk(file, []);

// A header and its implementation are one room. The room of a .ipp is the header of its name or, when one class has
// several, the header of the class whose members it defines.
const roomOf = (file) => {
    if (!file.endsWith(".ipp")) return file;
    const named = file.replace("/impl/", "/").replace(/\.ipp$/, ".hpp");
    if (graph.has(named)) return named;
    const folder = path.posix.dirname(named);
    const defined = [...fs.readFileSync(file, "utf8").matchAll(/\b(\w+)::~?\w+\(/g)].map((found) => `${folder}/${found[1]}.hpp`);
    const headers = defined.filter((name) => graph.has(name));
    const count = (name) => headers.filter((each) => each === name).length;
    const most = headers.sort((a, b) => count(b) - count(a))[0];
    return most || (graph.get(file) || []).find((name) => path.posix.dirname(name) === folder) || file;
};
const rooms = new Map();
for (const [file, includes] of graph) {
    const room = roomOf(file);
    if (!rooms.has(room)) rooms.set(room, new Set());
    for (const next of includes) if (next !== room) rooms.get(room).add(next);
}

// The rooms that reach each other (Tarjan's strongly connected components).
function circles() {
    const found = [];
    const order = new Map();
    const low = new Map();
    const path_ = [];
    const visit = (room) => {
        order.set(room, order.size);
        low.set(room, order.get(room));
        path_.push(room);
        for (const next of rooms.get(room) || []) {
            if (!order.has(next)) visit(next);
            if (path_.includes(next)) low.set(room, Math.min(low.get(room), low.get(next)));
        }
        if (low.get(room) !== order.get(room)) return;
        const circle = path_.splice(path_.indexOf(room));
        if (circle.length > 1) found.push(circle.map((name) => path.posix.relative(root, name)).sort());
    };
    for (const room of rooms.keys()) if (!order.has(room)) visit(room);
    return found;
}

for (const circle of circles()) complaints.push(`circle, with the implementations: ${circle.join(", ")}`);

// Header-only, some header of the layer brings in each .ipp; compiled separately, src.hpp brings in all of them.
const text = (file) => (fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "");
const everything = text(`${root}/src.hpp`);
for (const file of files.filter((name) => name.endsWith(".ipp"))) {
    const include = `<${path.posix.relative("include", file)}>`;
    const headers = files.filter((name) => name.endsWith(".hpp") && layerOf(name) === layerOf(file));
    if (!headers.some((name) => text(name).includes(include)))
        complaints.push(`${file}: included by no header of its layer`);
    if (everything && !everything.includes(include)) complaints.push(`${file}: not included by ${root}/src.hpp`);
}
report(`layering of ${files.length} files`, complaints);

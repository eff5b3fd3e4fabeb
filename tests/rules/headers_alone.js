// Every header compiles alone: node headers_alone.js all|all-without-tls|sans-io <compiler and its flags>.
// "sans-io" takes the layers that must also build without exceptions and RTTI.
"use strict";
const fs = require("node:fs");
const { find, compile, withPrecompiled, inPairs, report } = require("../support/sources.js");

const [which, ...command] = process.argv.slice(2);
const sansIo = /^include\/socketio\/(core|codec|wire|session)\//;
const needsOpenssl = /^include\/socketio\/(tls\.hpp|net\/tls\/)/;
const chosen = {
    all: () => true,
    "all-without-tls": (name) => !needsOpenssl.test(name),
    "sans-io": (name) => sansIo.test(name),
};
const headers = find("include", /\.hpp$/).filter(chosen[which]);

// What is for programs with another library is passed over where there is none.
const others = [
    [/zlib|\/deflate\.hpp$/, "zlib.h"],
    [/\/nlohmann_json\.hpp$/, "nlohmann/json.hpp"],
    [/\/boost_json\.hpp$/, "boost/json.hpp"],
    [/^socketio\/qt[./]/, "QObject"], // compiled by tests/qt, which knows where Qt is
];
const include = (name) => {
    const line = `#include <${name}>\n`;
    const other = others.find(([where]) => where.test(name));
    return other ? `#if __has_include(<${other[1]}>)\n${line}#endif\n` : line;
};

const nameOf = (header) => header.replace("include/", "");

// What a header includes at its top, and what those include. All of it is there before the header's first own line.
const tops = new Map();
function topOf(name) {
    if (!tops.has(name)) {
        const lines = fs.readFileSync(`include/${name}`, "utf8").split("\n");
        const end = lines.findIndex((line) => !/^(#|\/\/|\s*$)/.test(line));
        const own = lines.slice(0, end).flatMap((line) => /^#include <(socketio\/[^>]+\.hpp)>/.exec(line)?.[1] ?? []);
        tops.set(name, new Set(own.flatMap((one) => [one, ...topOf(one)])));
    }
    return tops.get(name);
}

// Headers that many include at their tops, those with most in them first: whoever includes one is compiled behind it, precompiled.
// It would be there anyway, so that this hides nothing that is missing; and it is itself compiled alone.
const shared = [
    "server/peer_core", "net/lane", "net/deadline_timer", "net/asio", "net/executor", "session/typed_listener", "core/value",
    "wire/http", "core/bytes", "core/config",
].map((name) => `socketio/${name}.hpp`);

// What programs include is taken as they do; of the rest the declarations, which is several times faster. src.hpp is
// for one translation unit of a separately compiled library.
const isWhole = (name) => name.split("/").length === 2 && !name.endsWith("/src.hpp");
const separately = [...command, "-DSOCKETIO_SEPARATE_COMPILATION", "-DASIO_SEPARATE_COMPILATION"];

const complaints = [];
async function checkOne(name, withFlags) {
    // The one header that is the second half of another: it gives back what that one has put away.
    const before = name.endsWith("_end.hpp") ? [name.replace("_end.hpp", "_begin.hpp")] : [];
    const pair = [...before, name].map(include).join("");
    const said = await compile(withFlags, pair + pair);
    if (said) complaints.push(`${name} does not compile alone:\n${said.split("\n").slice(0, 30).join("\n")}`);
}

async function checkEach() {
    const names = headers.map(nameOf);
    const firstOf = (name) => shared.find((one) => topOf(name).has(one));
    await inPairs(names.filter(isWhole), (name) => checkOne(name, command));
    const parts = names.filter((name) => !isWhole(name));
    await inPairs(parts.filter((name) => !firstOf(name)), (name) => checkOne(name, separately));
    await inPairs(shared, (one) =>
        withPrecompiled(separately, include(one), async (behind) => {
            for (const name of parts.filter((part) => firstOf(part) === one)) await checkOne(name, behind);
        }),
    );
}

async function main() {
    // Without exceptions one file with all of them is enough: each alone is checked with exceptions.
    if (which !== "sans-io") {
        await checkEach();
    } else {
        const said = await compile(command, headers.map(nameOf).map(include).join(""));
        if (said) complaints.push(said);
    }
    report(`${headers.length} headers`, complaints);
}
main();

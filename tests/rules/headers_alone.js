// Every header compiles alone: node headers_alone.js all|all-without-tls|sans-io <compiler and its flags>.
// "sans-io" takes the layers that must also build without exceptions and RTTI.
"use strict";
const { find, compile, inPairs, report } = require("../support/sources.js");

const [which, ...command] = process.argv.slice(2);
const sansIo = /^include\/socketio\/(core|codec|wire|session)\//;
const needsOpenssl = /^include\/socketio\/(tls\.hpp|net\/tls\/)/;
const chosen = {
    all: () => true,
    "all-without-tls": (name) => !needsOpenssl.test(name),
    "sans-io": (name) => sansIo.test(name),
};
const headers = find("include", /\.hpp$/).filter(chosen[which]);

// What is for programs with zlib is passed over where there is none.
const include = (name) => {
    const line = `#include <${name}>\n`;
    return /zlib|\/deflate\.hpp$/.test(name) ? `#if __has_include(<zlib.h>)\n${line}#endif\n` : line;
};

async function main() {
    const complaints = [];
    const checkOne = async (header) => {
        const name = header.replace("include/", "");
        // What programs include is taken as they do; of the rest the declarations, which is several times faster. src.hpp is
        // for one translation unit of a separately compiled library.
        const whole = name.split("/").length === 2 && !name.endsWith("/src.hpp");
        const flags = whole ? [] : ["-DSOCKETIO_SEPARATE_COMPILATION", "-DASIO_SEPARATE_COMPILATION"];
        // The one header that is the second half of another: it gives back what that one has put away.
        const before = name.endsWith("_end.hpp") ? [name.replace("_end.hpp", "_begin.hpp")] : [];
        const pair = [...before, name].map(include).join("");
        const said = await compile([...command, ...flags], pair + pair);
        if (said) complaints.push(`${header} does not compile alone:\n${said.split("\n").slice(0, 30).join("\n")}`);
    };
    // Without exceptions one file with all of them is enough: each alone is checked with exceptions.
    if (which !== "sans-io") {
        await inPairs(headers, checkOne);
    } else {
        const text = headers.map((name) => include(name.replace("include/", ""))).join("");
        const said = await compile(command, text);
        if (said) complaints.push(said);
    }
    report(`${headers.length} headers`, complaints);
}
main();

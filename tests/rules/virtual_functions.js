// No class has a vtable that a file emits only because it includes a header: a virtual function that is declared in a
// class without a body, and is not pure, is declared SOCKETIO_DECL (or SOCKETIO_MSGPACK_DECL, SOCKETIO_TESTING_DECL). Without that word it would be the key function.
"use strict";
const fs = require("node:fs");
const { find, code, lineOf, report } = require("../support/sources.js");

const files = find("include/socketio", /\.(hpp|ipp)$/);
const complaints = [];
for (const file of files) {
    const bare = code(fs.readFileSync(file, "utf8"));
    // From the end of the statement or the access specifier before, to the semicolon; a body ends in a brace.
    for (const found of bare.matchAll(/(?<=[;{}:])\s*([^;{}]*)(?=;)/g)) {
        const declaration = found[1].trim().replace(/^(public|protected|private)\s*:\s*/, "");
        const overrides = /\)\s*(const\s*)?(noexcept\s*)?(override|final)\b/.test(declaration);
        if (!overrides && !/^(?:[\w[\]]+\s+)*virtual\b/.test(declaration)) continue;
        if (/=\s*(0|default|delete)\s*$/.test(declaration) || /\bSOCKETIO_(MSGPACK_|TESTING_)?DECL\b/.test(declaration)) continue;
        const line = lineOf(bare, found.index + found[0].indexOf(found[1]));
        complaints.push(`${file}:${line}: declare it with SOCKETIO_DECL: ${declaration.replace(/\s+/g, " ")}`);
    }
}
report(`virtual functions of ${files.length} files`, complaints);

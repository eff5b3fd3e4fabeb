// A moment and a duration are added by core/clock.hpp alone, where the sum saturates; and what waits, waits on a
// clock that goes on while the machine sleeps.
"use strict";
const fs = require("node:fs");
const { find, code, lineOf, report } = require("../support/sources.js");

const moment = String.raw`(?:\b\w*(?:now|since|deadline|expires|expiry|until)_?)(?:\(\))?`;
const any = String.raw`(?:${moment}|\b\w+_at_?)`;
const rules = [
    [new RegExp(`${any}\\s*\\+(?![+=])`, "g"), "deadline_after() adds a duration to a moment"],
    [new RegExp(`(?<!\\+)\\+\\s*(?:\\w+(?:::|\\.|->))*${moment}(?![\\w(])`, "g"), "deadline_after() adds a duration to a moment"],
    [/\b(?:steady_timer|system_timer|expires_after)\b/g, "clock_timer and deadline_timer notice that the machine has slept"],
];
// Each with the reason why it may.
const allowed = [
    ["core/clock.hpp", /./, "here it saturates"],
    ["wire/impl/cookies.ipp", /now \+ \*max_age/, "bounded where it is read"],
    ["net/asio.hpp", /./, "users find it there"],
    // The option of that name.
    ["net/emits.hpp", /expires_after\(/, "an option of emits"],
    ["testing/timer.hpp", /void expires_after\(/, "as Asio names it"],
];

const root = "include/socketio/";
const complaints = [];
const files = find(root.slice(0, -1), /\.(hpp|ipp)$/);
for (const file of files) {
    const source = fs.readFileSync(file, "utf8");
    const lines = source.split("\n");
    const bare = code(source);
    for (const [pattern, words] of rules)
        for (const found of bare.matchAll(pattern)) {
            const line = lineOf(bare, found.index);
            const may = allowed.some(([name, text]) => file === root + name && text.test(lines[line - 1]));
            if (!may) complaints.push(`${file}:${line}: ${words}: ${lines[line - 1].trim()}`);
        }
}
report(`sums of time in ${files.length} files`, complaints);

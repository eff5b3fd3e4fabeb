// The clock and the random numbers of the system are asked for in few places: all else takes them from the execution
// context, so that a test can hold them.
"use strict";
const fs = require("node:fs");
const { find, code, lineOf, report } = require("../support/sources.js");

const asks = [
    [/\b(?:system_clock|steady_clock|high_resolution_clock|clock)::now\(/g, "deadline_timer, lane and sources tell the time"],
    [/\b(?:std::time|clock_gettime|gettimeofday|timespec_get)\s*\(/g, "deadline_timer, lane and sources tell the time"],
    [/\b(?:random_device|getrandom|mt19937\w*|rand)\b/g, "sources give random bytes"],
    [/(?<!\.|->)\b(?:fill_random|random_seed)\(/g, "sources give random bytes"],
];
// Each with the reason why it may.
const allowed = {
    "core/clock.hpp": "the system's clock",
    "core/random.hpp": "the system's random bytes",
    "core/impl/random.ipp": "the system's random bytes",
    "core/sources.hpp": "where no source is installed",
    "core/impl/text_hash.ipp": "one seed for all hash tables of the process, whose order shows nowhere",
    "net/deadline_timer.hpp": "where no source is installed",
    "net/lane.hpp": "when the context has gone",
    "net/impl/suspend_watch.ipp":
        "only timers without a time_source are watched: a source says itself when its time has come",
    "testing/real_time.hpp": "tests that keep real time",
};

const root = "include/socketio/";
const complaints = [];
const files = find(root.slice(0, -1), /\.(hpp|ipp)$/);
for (const file of files) {
    if (allowed[file.slice(root.length)]) continue;
    const source = fs.readFileSync(file, "utf8");
    const lines = source.split("\n");
    const bare = code(source);
    for (const [pattern, words] of asks)
        for (const found of bare.matchAll(pattern)) {
            const line = lineOf(bare, found.index);
            complaints.push(`${file}:${line}: ${words}: ${lines[line - 1].trim()}`);
        }
}
report(`clocks and random numbers in ${files.length} files`, complaints);

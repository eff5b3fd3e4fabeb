// `co_await` stands only in `co_await e;`, `T x = co_await e;` and `x = co_await e;`: g++ 12 miscompiles
// much of the rest, silently. No lambda is a coroutine, and none is made inside what is awaited.
"use strict";
const fs = require("node:fs");
const { find, code, lineOf, report } = require("../support/sources.js");

const head = /^\s*(?:(?:[\w:<>&*,\s]+[\s&*])?[\w.]+(?:(?:->|::|\.)\w+)*\s*=\s*)?$/;
const lambda =
    /\[[^\[\]]*\]\s*(?:<[^<>{}]*>\s*)?(?:\([^{}]*\))?\s*(?:mutable|noexcept|constexpr|\s)*(?:->\s*[\w:<>&*,\s]+)?$/;

// Where the statement that holds position `at` begins.
function statementStart(text, at) {
    let depth = 0;
    for (let i = at - 1; i >= 0; --i) {
        if (text[i] === ")") ++depth;
        if (text[i] === "(" && depth-- === 0) return i + 1; // inside an unclosed parenthesis
        if (depth <= 0 && (text[i] === ";" || text[i] === "{" || text[i] === "}")) return i + 1;
    }
    return 0;
}

// The text in front of every brace that is open at position `at`.
function enclosing(text, at) {
    const fronts = [];
    let depth = 0;
    for (let i = at - 1; i >= 0; --i) {
        if (text[i] === "}") ++depth;
        if (text[i] !== "{") continue;
        if (depth === 0) fronts.push(text.slice(Math.max(0, i - 300), i));
        else --depth;
    }
    return fronts;
}

// `if (done) x = co_await e;`, `else co_await e;` and `case 1: co_await e;` are statements of their own.
function withoutControl(front) {
    const control =
        /^\s*(?:(?:if|while|for|switch)\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|else|do|case\s+[\w:]+\s*:|default\s*:)/;
    while (control.test(front)) front = front.replace(control, "");
    return front;
}

// A brace after a value or a name begins a list: `agg{`, `= {`, `f({`. A function's comes after `)` or its return type.
function beginsList(front) {
    const block = /(?:\)|->[^;{}]*|\b(?:else|do|try|const|noexcept|override|final|mutable))\s*$/;
    return !block.test(front) && /[\w>=(,]\s*$/.test(front);
}

function wrong(text, at) {
    const start = statementStart(text, at);
    const end = text.indexOf(";", at);
    const rest = text.slice(at + "co_await".length, end < 0 ? text.length : end);
    if (text[start - 1] === "(" || !head.test(withoutControl(text.slice(start, at))))
        return "not a statement of its own";
    if (/\?/.test(rest)) return "a condition in what is awaited";
    if (/\bco_await\b/.test(rest)) return "two in one statement";
    if (/(^|[(,{=\s])\[[^\]]*\]\s*[({]/.test(rest)) return "a lambda in what is awaited";
    const around = enclosing(text, at);
    if (around.length && beginsList(around[0])) return "in a braced list";
    if (around.some((front) => lambda.test(front))) return "a lambda that is a coroutine";
    return "";
}

const complaints = [];
function check(name, text) {
    const bare = code(text);
    for (const found of bare.matchAll(/\bco_await\b/g)) {
        const why = wrong(bare, found.index);
        if (why) complaints.push(`${name}:${lineOf(bare, found.index)}: ${why}`);
    }
    for (const found of bare.matchAll(/\boperator\s+co_await\b/g))
        complaints.push(`${name}:${lineOf(bare, found.index)}: an awaitable has members, not operator co_await`);
}

let named = process.argv.slice(2);
// The folder of the project means all of it, as for the other rules.
if (named.length === 1 && fs.statSync(named[0]).isDirectory()) {
    process.chdir(named[0]);
    named = [];
}
const sources = /\.(hpp|ipp|cpp)$/;
const files = named.length ? named : ["include", "examples", "tests"].flatMap((folder) => find(folder, sources));
for (const file of files) check(file, fs.readFileSync(file, "utf8"));
const pages = named.length ? [] : [...(fs.existsSync("README.md") ? ["README.md"] : []), ...find("docs", /\.md$/)];
for (const page of pages) {
    const text = fs.readFileSync(page, "utf8");
    // Everything outside of the C++ blocks is blanked, so that line numbers stay.
    const blank = (part) => part.replace(/[^\n]/g, " ");
    let last = 0;
    let kept = "";
    for (const block of text.matchAll(/^```cpp\n([\s\S]*?)^```/gm)) {
        kept += blank(text.slice(last, block.index + 7)) + block[1];
        last = block.index + 7 + block[1].length;
    }
    check(page, kept);
}
report(`co_await in ${files.length + pages.length} files`, complaints);

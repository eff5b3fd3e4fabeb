// The headers that define what a program names: each is listed here, begins with its public class, and holds none of
// the classes that begin operations.
"use strict";
const fs = require("node:fs");
const { find, code, lineOf, report } = require("../support/sources.js");

const root = "include/socketio/";
// Programs include the umbrellas (client.hpp, server.hpp, websocket.hpp, ...), which bring these in.
const publicHeaders = [
    "client/buffered_event.hpp",
    "client/connection_snapshot.hpp",
    "client/emit_operator.hpp",
    "client/event_stream.hpp",
    "client/manager.hpp",
    "client/options.hpp",
    "client/socket.hpp",
    "client/stream_state.hpp",
    "codec/msgpack_parser.hpp",
    "codec/packet.hpp",
    "codec/packet_parser.hpp",
    "core/clock.hpp",
    "core/convert_base.hpp",
    "core/error.hpp",
    "core/json_writer.hpp",
    "core/log.hpp",
    "core/provided.hpp",
    "core/sources.hpp",
    "core/spread.hpp",
    "core/tape.hpp",
    "core/value.hpp",
    "core/value_builder.hpp",
    "core/value_encoder.hpp",
    "core/value_type.hpp",
    "net/background_context.hpp",
    "net/byte_stream.hpp",
    "net/callback_executor.hpp",
    "net/emits.hpp",
    "net/http_message.hpp",
    "net/listener_handle.hpp",
    "net/listens.hpp",
    "net/network_options.hpp",
    "net/tls_options.hpp",
    "server/adapter.hpp",
    "server/broadcast_operator.hpp",
    "server/client_connection.hpp",
    "server/encoded_packet.hpp",
    "server/http_responder.hpp",
    "server/middleware.hpp",
    "server/namespace_verbs.hpp",
    "server/room_names.hpp",
    "server/room_operators.hpp",
    "server/server.hpp",
    "server/server_namespace.hpp",
    "server/server_options.hpp",
    "server/server_snapshot.hpp",
    "server/server_socket.hpp",
    "server/socket_handshake.hpp",
    "server/static_files.hpp",
    "session/ack.hpp",
    "session/buffer_limits.hpp",
    "session/failure.hpp",
    "websocket/websocket.hpp",
    "websocket/websocket_options.hpp",
    "websocket/websocket_server.hpp",
    "wire/permessage_deflate.hpp",
];
// Each with the reason why it may.
const beginsOtherwise = {
    "client/event_stream.hpp": "the classes that begin its operations are templates of its results",
    "core/json_writer.hpp": "a function of json_writer needs the class of names before it",
    "session/ack.hpp": "answering is a template, which needs the state of an acknowledgement before it",
};
const holdsInitiations = {
    "client/event_stream.hpp": "as above",
};

// The classes and enumerations that a header defines, each with its namespace; no specializations.
function definitions(bare) {
    const found = [];
    const open = []; // per brace: the name of a namespace, or null
    const word =
        /\bnamespace\b\s*([\w:]*)\s*\{|\b(?:class|struct|enum(?: class)?)\s+(\w+)(?:\s+final)?\s*(?::[^;{}()]*)?\{|\{|\}/g;
    for (const match of bare.matchAll(word)) {
        if (match[0] === "}") {
            open.pop();
        } else if (match[0].startsWith("namespace")) {
            open.push(match[1]);
        } else {
            if (match[2] && !open.includes(null))
                found.push({ name: match[2], space: open.join("::"), at: match.index });
            open.push(null);
        }
    }
    return found;
}

const complaints = [];
const used = new Set(); // exceptions
const files = find(root.slice(0, -1), /\.hpp$/);
for (const file of files) {
    const name = file.slice(root.length);
    const bare = code(fs.readFileSync(file, "utf8"));
    const all = definitions(bare);
    // Nothing to say where the exception holds.
    const unless = (exceptions, at, words) => (exceptions[name] ? used.add(name) : say(at, words));
    const say = (at, words) => complaints.push(`${file}:${lineOf(bare, at)}: ${words}`);
    const first = all.find((each) => each.space === "socketio");
    if (!publicHeaders.includes(name)) {
        if (first)
            say(first.at, `${first.name} is public, so its header is to be listed in tests/rules/public_headers.js`);
        continue;
    }
    if (!first) {
        complaints.push(`${file}: listed as a public header, but defines nothing public`);
        continue;
    }
    if (all[0] !== first) unless(beginsOtherwise, all[0].at, `stands before ${first.name}: ${all[0].name}`);
    for (const each of all)
        if (each.name.endsWith("_initiation")) unless(holdsInitiations, each.at, `belongs elsewhere: ${each.name}`);
}
for (const name of Object.keys({ ...beginsOtherwise, ...holdsInitiations }))
    if (!used.has(name)) complaints.push(`${root}${name}: an exception that is not needed`);
for (const name of publicHeaders)
    if (!files.includes(root + name)) complaints.push(`${root}${name}: there is no such file`);
report(`${publicHeaders.length} public headers`, complaints);

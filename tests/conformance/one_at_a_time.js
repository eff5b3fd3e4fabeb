// For mocha's --require. As in a browser, each message is an event of its own turn: several that came with one read would
// otherwise be told in one go by some versions of npm's ws, and the suites, which ask for the next message when they have
// seen one, would miss those in between.
"use strict";
const { WebSocket } = require(require.resolve("ws", { paths: [process.cwd()] }));

const { emit } = WebSocket.prototype;
WebSocket.prototype.emit = function (event, ...details) {
    if (event !== "message" && event !== "close")
        return emit.call(this, event, ...details);
    setImmediate(() => emit.call(this, event, ...details));
    return true;
};

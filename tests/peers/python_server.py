# python-socketio's server, with as many events of handlers.js as the tests need.
# usage: python3 python_server.py '{"ping_interval": 25, ...options of socketio.AsyncServer}'
# Prints {"listening": PORT}, ends with its stdin.
import asyncio
import json
import socket
import sys
import threading

import socketio
import uvicorn

# (It takes 16 packets at a time by default, and drops all of a larger payload with an answer of 200.)
settings = json.loads(sys.argv[1] if len(sys.argv) > 1 else "{}")
server = socketio.AsyncServer(async_mode="asgi", **settings)


class Talk(socketio.AsyncNamespace):
    async def on_connect(self, sid, environ, auth=None):
        token = (auth or {}).get("token")
        if self.namespace == "/admin" and token != "abc":
            raise socketio.exceptions.ConnectionRefusedError("not authorized", {"code": 42})

    async def on_echo(self, sid, *args):
        return args

    async def on_echo_event(self, sid, *args):
        await self.emit("echo event", args, to=sid)

    async def on_sum(self, sid, *numbers):
        return sum(numbers)

    async def on_many(self, sid, count):
        for number in range(count):
            await self.emit("item", number, to=sid)

    async def on_ask_me(self, sid, *args):
        async def answered(*answer):
            await self.emit("answered", answer, to=sid)

        await self.emit("question", args, to=sid, callback=answered)

    async def on_transport(self, sid):
        return server.eio.transport(server.manager.eio_sid_from_sid(sid, self.namespace))

    async def on_join(self, sid, room):
        self.enter_room(sid, room)

    async def on_tell(self, sid, room, *args):
        await self.emit("told", args, room=room)

    async def on_kick(self, sid):
        await self.disconnect(sid)

    # Names of events with a space are no names of methods.
    async def trigger_event(self, event, *args):
        return await super().trigger_event(event.replace(" ", "_"), *args)


def main():
    for namespace in ["/", "/custom", "/admin"]:
        server.register_namespace(Talk(namespace))
    listener = socket.create_server(("127.0.0.1", 0))
    http = uvicorn.Server(uvicorn.Config(socketio.ASGIApp(server), log_level="error", ws="wsproto"))

    def watch():
        sys.stdin.read()
        http.should_exit = True

    threading.Thread(target=watch, daemon=True).start()
    print(json.dumps({"listening": listener.getsockname()[1]}, separators=(",", ":")), flush=True)
    asyncio.run(http.serve(sockets=[listener]))


main()

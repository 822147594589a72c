"""server.py LIBRARY PORT KEYS: a WebSocket server over TLS by aiohttp or tornado; see server.js for its paths."""
import asyncio, json, os, random, ssl, sys

lib, port, keys = sys.argv[1], int(sys.argv[2]), sys.argv[3]
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(os.environ["WORK"] + "/c.pem", os.environ["WORK"] + "/k.pem")
context.keylog_filename = keys
rnd = lambda n: random.randint(1, n)


async def serve(path, send, ping, messages):
    async def every(seconds, f):
        while True:
            await asyncio.sleep(seconds)
            await f()

    async def push(): await send("x" * rnd(220))
    async def tick(): await send(json.dumps({"s": "EURUSD", "p": random.random()}))
    tasks = []
    if path == "/push": tasks.append(asyncio.ensure_future(every(0.06 + rnd(100) / 1000, push)))
    if path == "/beat": tasks.append(asyncio.ensure_future(every(0.5, ping)))
    try:
        async for m in messages:
            if path == "/rpc": await send(json.dumps({"id": 1, "result": "x" * rnd(300)}))
            elif path == "/echo": await send(m)
            elif path == "/ticker" and not tasks: tasks.append(asyncio.ensure_future(every(0.05, tick)))
    finally:
        for t in tasks: t.cancel()


if lib == "aiohttp":
    from aiohttp import web

    async def handler(request):
        w = web.WebSocketResponse(compress=False)
        await w.prepare(request)

        async def messages():
            async for m in w:
                if isinstance(m.data, (str, bytes)): yield m.data if isinstance(m.data, str) else m.data.decode()
        await serve(request.path, w.send_str, lambda: w.ping(b"p"), messages())
        return w
    app = web.Application()
    app.router.add_get("/{path}", handler)
    web.run_app(app, host="127.0.0.1", port=port, ssl_context=context, print=None)
else:
    import tornado.httpserver, tornado.web, tornado.websocket

    class Handler(tornado.websocket.WebSocketHandler):
        def check_origin(self, origin): return True

        def open(self):
            self.queue = asyncio.Queue()

            async def send(m): await self.write_message(m)
            async def ping(): self.ping(b"p")

            async def messages():
                while (m := await self.queue.get()) is not None: yield m
            self.task = asyncio.ensure_future(serve(self.request.path, send, ping, messages()))

        def on_message(self, m): self.queue.put_nowait(m)
        def on_close(self): self.task.cancel()

    async def main():
        tornado.httpserver.HTTPServer(tornado.web.Application([(r"/.*", Handler)]), ssl_options=context).listen(port, "127.0.0.1")
        await asyncio.Event().wait()
    asyncio.run(main())

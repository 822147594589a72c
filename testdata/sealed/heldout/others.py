"""others.py TRUTH COUNT: TLS conversations that are no WebSocket, COUNT of each, by Python's ssl, asyncio and aiohttp; TRUTH gets a line
"port name" for each kind."""
import asyncio, json, os, random, ssl, struct, sys

truth, count = sys.argv[1], int(sys.argv[2])
server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
server.load_cert_chain(os.environ["WORK"] + "/c.pem", os.environ["WORK"] + "/k.pem")
client = ssl.create_default_context()
client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
old = ssl.create_default_context()
old.check_hostname, old.verify_mode, old.maximum_version = False, ssl.CERT_NONE, ssl.TLSVersion.TLSv1_2
rnd = lambda n: random.randint(1, n)
pause = lambda ms: asyncio.sleep(rnd(ms) / 1000)


def lsp(o): b = json.dumps(o).encode(); return b"Content-Length: %d\r\n\r\n%s" % (len(b), b)


async def lsp_server(r, w):
    async def push():
        while True:
            await pause(500)
            w.write(lsp({"jsonrpc": "2.0", "method": "textDocument/publishDiagnostics", "params": {"uri": "file:///a.go", "diagnostics": ["d" * rnd(90)]}}))
    t = asyncio.ensure_future(push())
    while b := await r.read(65536):
        w.write(lsp({"jsonrpc": "2.0", "id": 1, "result": {"capabilities": "c" * 300} if b"initialize" in b else "r" * rnd(200)}))
    t.cancel()


async def lsp_client(r, w):
    w.write(lsp({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"capabilities": "c" * 400}}))
    for i in range(8 + rnd(10)):
        await pause(150)
        w.write(lsp({"jsonrpc": "2.0", "id": i, "method": "textDocument/hover", "params": {"uri": "file:///a.go", "position": rnd(9999)}}))


def packet(b): return struct.pack(">H", len(b)) + b


async def game_server(r, w):
    await r.read(65536)
    w.write(packet(b"w" * (200 + rnd(100))))
    async def tick():
        while True:
            await asyncio.sleep(0.033)
            w.write(packet(b"s" * (20 + rnd(60))))
    t = asyncio.ensure_future(tick())
    while b := await r.read(65536):
        if len(b) == 11: w.write(b)
    t.cancel()


async def game_client(r, w):
    w.write(packet(b"l" * (170 + rnd(60))))
    await asyncio.sleep(0.1)
    for i in range(40):
        w.write(packet(b"p" * (9 if i % 10 == 0 else 8 + rnd(40))))
        await asyncio.sleep(0.03)


async def syslog_server(r, w):
    while await r.read(65536): pass


async def syslog_client(r, w):
    for i in range(10 + rnd(20)):
        m = b"<34>1 2026-12-01T00:00:00Z host app %d - - %s" % (i, b"m" * rnd(150))
        w.write(b"%d %s" % (len(m), m))
        await pause(150)


async def attach_server(r, w):
    await r.readuntil(b"\r\n\r\n")
    w.write(b"HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
    while b := await r.read(65536):
        w.write(b)
        await pause(30)
        w.write(b"output of " + b + b"o" * rnd(300) + b"\n$ ")


async def attach_client(r, w):
    w.write(b"POST /v1.41/containers/4fa6e0f0c6786287e131c3852c58a2e01cc697a68231826813597e4994f1d6e2/attach?stdin=1&stdout=1&stream=1 HTTP/1.1\r\n"
            b"Host: localhost:2376\r\nUser-Agent: Docker-Client/20.10\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
    await asyncio.sleep(0.1)
    for _ in range(5 + rnd(10)):
        w.write(b"l" * rnd(30) + b"\n")
        await pause(250)


async def terminal_server(r, w):
    w.write(b"login: ")
    while b := await r.read(65536): w.write(b if b != b"\n" else b"\r\n" + b"o" * rnd(400) + b"$ ")


async def terminal_client(r, w):
    for i in range(40 + rnd(30)):
        w.write(b"k" if rnd(9) > 1 else b"\n")
        await pause(60)


async def json_server(r, w):
    async def push():
        while True:
            await pause(400)
            w.write(json.dumps({"event": "update", "data": "u" * rnd(120)}).encode() + b"\n")
    t = asyncio.ensure_future(push())
    while b := await r.read(65536): w.write(json.dumps({"ok": True, "reply": "r" * (200 if b"hello" in b else rnd(100))}).encode() + b"\n")
    t.cancel()


async def json_client(r, w):
    w.write(json.dumps({"op": "hello", "token": "t" * (150 + rnd(200))}).encode() + b"\n")
    for _ in range(10 + rnd(10)):
        await pause(200)
        w.write(json.dumps({"op": "get", "key": "k" * rnd(40)}).encode() + b"\n")


streams = {"lsp": (lsp_server, lsp_client), "game": (game_server, game_client), "syslog": (syslog_server, syslog_client),
           "attach": (attach_server, attach_client), "terminal": (terminal_server, terminal_client), "json-lines": (json_server, json_client)}


async def stream(name, lines):
    serve, talk = streams[name]

    async def each(r, w):
        try: await serve(r, w)
        except (OSError, asyncio.IncompleteReadError): pass
        w.close()
    s = await asyncio.start_server(each, "127.0.0.1", 0, ssl=server)
    port = s.sockets[0].getsockname()[1]
    lines.append(f"{port} {name}")

    async def one(i):
        await pause(900)
        r, w = await asyncio.open_connection("127.0.0.1", port, ssl=old if i % 3 == 0 else client)
        async def drain():
            while await r.read(65536): pass
        t = asyncio.ensure_future(drain())
        await talk(r, w)
        await asyncio.sleep(0.2)
        w.close()
        await asyncio.sleep(0.1)
        t.cancel()
    await asyncio.gather(*(one(i) for i in range(count)), return_exceptions=True)


async def web(lines):
    import aiohttp
    from aiohttp import web as aioweb

    async def events(q):
        w = aioweb.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await w.prepare(q)
        for i in range(20):
            await w.write(b": ping\n\n" if i % 4 == 3 else b"data: %s\n\n" % (b"e" * rnd(120)))
            await pause(300)
        return w

    async def poll(q):
        await asyncio.sleep(rnd(500) / 1000)
        return aioweb.json_response({"changes": "c" * rnd(80)})

    async def api(q):
        await q.read()
        return aioweb.json_response({"r": "r" * rnd(60)}) if rnd(4) > 1 else aioweb.Response(status=204)

    async def session(name, port, path, times, gap):
        await pause(900)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=client, limit=1)) as s:
            for i in range(times):
                async with s.get(f"https://127.0.0.1:{port}{path}") if i % 2 else s.post(f"https://127.0.0.1:{port}{path}", json={"q": "q" * rnd(40)}) as a:
                    await a.read()
                await pause(gap)
    jobs = []
    for name, handler, times, gap in (("aiohttp-events", events, 1, 10), ("aiohttp-poll", poll, 8, 5), ("aiohttp-api", api, 14, 150)):
        app = aioweb.Application()
        app.router.add_route("*", "/x", handler)
        runner = aioweb.AppRunner(app)
        await runner.setup()
        site = aioweb.TCPSite(runner, "127.0.0.1", 0, ssl_context=server)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]
        lines.append(f"{port} {name}")
        jobs += [session(name, port, "/x", times, gap) for _ in range(count)]
    await asyncio.gather(*jobs, return_exceptions=True)


async def main():
    lines = []
    await asyncio.gather(web(lines), *(stream(name, lines) for name in streams))
    with open(truth, "a") as f: f.write("\n".join(lines) + "\n")
asyncio.run(main())

"""client.py LIBRARY BASE COUNT: clients of each path of BASE at once, by aiohttp, tornado, websocket-client or wsproto; see client.js."""
import asyncio, json, random, ssl, sys, threading, time

lib, base, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
rnd = lambda n: random.randint(1, n)


def plan(path):
    """What is sent, and how long to wait after it."""
    if path == "/echo": return [("y" * (1000 * rnd(9) if i % 5 == 4 else rnd(150)), rnd(120) / 1000) for i in range(10 + rnd(10))]
    if path == "/push": return [(None, 1.5), ("thanks", 0.4)]
    if path == "/rpc": return [(json.dumps({"id": i, "method": "y" * rnd(20), "params": ["y" * rnd(80)]}), rnd(150) / 1000) for i in range(8 + rnd(10))]
    if path == "/beat": return [('{"hello":1}', 4)]
    return [('{"op":"subscribe"}', 1.2)]


async def one(path):
    await asyncio.sleep(rnd(400) / 1000)
    if lib == "aiohttp":
        import aiohttp
        async with aiohttp.ClientSession() as session, session.ws_connect(base + path, ssl=context) as w:
            async def drain():
                async for _ in w: pass
            t = asyncio.ensure_future(drain())
            for m, wait in plan(path):
                if m: await w.send_str(m)
                await asyncio.sleep(wait)
            t.cancel()
            await asyncio.sleep(0)
            await w.close()
    else:
        import tornado.httpclient, tornado.websocket
        w = await tornado.websocket.websocket_connect(tornado.httpclient.HTTPRequest(base + path, ssl_options=context), on_message_callback=lambda m: None)
        for m, wait in plan(path):
            if m: await w.write_message(m)
            await asyncio.sleep(wait)
        w.close(1000, "done")
        await asyncio.sleep(0.1)


def blocking(path):
    import websocket
    time.sleep(rnd(400) / 1000)
    w = websocket.WebSocketApp(base + path)
    threading.Thread(target=w.run_forever, kwargs={"sslopt": {"cert_reqs": ssl.CERT_NONE}}, daemon=True).start()
    while not (w.sock and w.sock.connected): time.sleep(0.02)
    for m, wait in plan(path):
        if m: w.send(m)
        time.sleep(wait)
    w.close()
    time.sleep(0.2)


paths = ["/echo", "/push", "/rpc", "/beat", "/ticker"] * count
if lib == "websocket-client":
    threads = [threading.Thread(target=blocking, args=(p,)) for p in paths]
    for t in threads: t.start()
    for t in threads: t.join()
else:
    async def main(): await asyncio.gather(*map(one, paths), return_exceptions=True)
    asyncio.run(main())

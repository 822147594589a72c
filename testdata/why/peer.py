"""peer.py server SPEC | clients LIST: as peer.js, on Python's websockets."""
import asyncio, json, random, signal, sys, time
import websockets

role, spec = sys.argv[1], json.loads(sys.argv[2])
vary = lambda s: s * (0.7 + 0.6 * random.random())


async def server(o):
    async def serve(ws, path):
        async def end():
            await asyncio.sleep(o["age"])
            await ws.close(o.get("ageCode", 1008), o.get("ageReason", "token expired"))

        async def push():
            while True:
                await ws.send("p" * o.get("pushSize", 60))
                await asyncio.sleep(o["push"])

        jobs = [asyncio.create_task(f()) for f, on in ((end, "age"), (push, "push")) if on in o]
        try:
            if o.get("idle"):  # a time-out of its own, in the application
                while True:
                    await ws.send(await asyncio.wait_for(ws.recv(), o["idle"]))
            async for m in ws:
                if "crash" in o and "crash" in m:
                    raise RuntimeError(m)
                if not o.get("mute"):
                    await ws.send(m)
        except (asyncio.TimeoutError, websockets.ConnectionClosed):
            pass
        finally:
            for j in jobs:
                j.cancel()

    s = await websockets.serve(serve, o["host"], o["port"], max_size=o.get("max", 2**20), ping_interval=o.get("ping"),
                               ping_timeout=o.get("pongWithin"), compression="deflate" if o.get("deflate") else None, max_queue=o.get("queue", 32))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print("ready", flush=True)
    await stop.wait()
    s.close()
    await s.wait_closed()


async def client(o):
    await asyncio.sleep(o.get("at", 0))
    while True:
        try:
            await connect(o)
        except Exception as e:
            print(type(e), e, file=sys.stderr)
        if "again" not in o:
            return
        await asyncio.sleep(o["again"])


async def connect(o):
    ws = await websockets.connect(o["url"], local_addr=(o["local"], 0), ping_interval=o.get("ping"), ping_timeout=o.get("pongWithin"),
                                  close_timeout=o.get("closeWithin", 2), extra_headers=o.get("headers"), compression=None, max_size=o.get("max", 2**24))
    begun = time.time()

    async def talk():
        while time.time() - begun < o["talk"]:
            await asyncio.sleep(vary(o["every"]))
            await ws.send(json.dumps({"text": "m" * int(vary(o.get("size", 40)))}))

    async def read():
        async for _ in ws:
            pass

    async def at(key, do):
        await asyncio.sleep(o[key][0])
        await do()

    jobs = [read()]
    if "every" in o:
        jobs.append(talk())
    if "big" in o:
        jobs.append(at("big", lambda: ws.send("b" * o["big"][1])))
    if "say" in o:
        jobs.append(at("say", lambda: ws.send(o["say"][1])))
    if "close" in o:
        jobs.append(at("close", lambda: ws.close(*o["close"][1:])))
    await asyncio.gather(*jobs)


async def main():
    await (server(spec) if role == "server" else asyncio.gather(*map(client, spec)))


asyncio.run(main())

"""feed.py server|client PORT REGRESSION: a market's feed, which pushes at random intervals, lists of random length among it."""
import asyncio, json, os, random, sys, time
import websockets

role, port, regression = sys.argv[1], int(sys.argv[2]), sys.argv[3]
drops = 5 if regression == "reconnect-loop" else 0


def worse(name):
    return regression == name


async def pump(ws, say):
    for n in range(14):
        await asyncio.sleep(0.02 + random.random() * 0.03)
        trade = {"op": "fill" if worse("renamed-event") else "trade", "seq": n, "px": round(random.random() * 100, 2),
                 "qty": random.randint(1, 900), "side": random.choice(["buy", "sell"])}
        if worse("dropped-field"):
            del trade["side"]
        await say(trade)
        if worse("duplicate-message") and n == 5:
            await say(trade)
        if n % 4 == 3:
            levels = random.randint(3, 12) * (8 if worse("larger-payload") else 1)
            await say({"op": "depth", "levels": [{"px": random.random(), "qty": random.randint(1, 99)} for _ in range(levels)]})
        if n == 7 and worse("protocol-violation"):  # a length of 11, written in 16 bits
            ws.transport.write(bytes([0x81, 126, 0, 11]) + b'{"op":"hb"}')
        elif n == 7:
            await say({"op": "hb"})
    await ws.close(4000 if worse("wrong-close-code") else 1000, "end of session")


async def serve(ws, path):
    global drops
    if drops > 0:
        drops -= 1
        return ws.transport.abort()

    async def say(message):
        await ws.send(json.dumps(message))

    async for text in ws:
        message = json.loads(text)
        if message["op"] == "auth":
            await say({"op": "authed", "user": message["user"], "expires": int(time.time()) + 60})
        elif message["op"] == "terms":
            await say({"op": "termsOk"})
        elif message["op"] == "sub":
            if worse("slower-operation"):
                await asyncio.sleep(0.25)
            answers = [{"op": "subscribed", "channels": message["channels"]},
                       {"op": "snapshot", "book": [[100 + i, random.randint(1, 50)] for i in range(10)]}]
            for answer in reversed(answers) if worse("out-of-order") else answers:
                await say(answer)
            asyncio.ensure_future(pump(ws, say))


class Client(websockets.WebSocketClientProtocol):
    async def pong(self, data=b""):
        if not worse("missing-pong"):
            await super().pong(data)


async def watch(ws):
    await ws.send(json.dumps({"op": "auth", "user": "desk-4", "sig": os.urandom(12).hex()}))
    await ws.recv()
    if worse("extra-round-trip"):
        await ws.send(json.dumps({"op": "terms", "accepted": True}))
        await ws.recv()
    await ws.send(json.dumps({"op": "sub", "channels": ["trades", "depth"]}))
    async for _ in ws:
        pass


async def client():
    while True:
        try:
            async with websockets.connect(f"ws://127.0.0.1:{port}/feed/v2", create_protocol=Client, ping_interval=None) as ws:
                return await watch(ws)
        except (websockets.ConnectionClosedError, websockets.InvalidMessage, ConnectionError) as end:
            if getattr(end, "code", 1006) != 1006:
                return
            await asyncio.sleep(0.03)


async def server():
    compression = None if worse("compression-off") else "deflate"
    async with websockets.serve(serve, "127.0.0.1", port, compression=compression, ping_interval=0.15):
        print("ready", flush=True)
        await asyncio.Future()


asyncio.run(server() if role == "server" else client())

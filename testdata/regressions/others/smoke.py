"""smoke.py server|client PORT REGRESSION: one flow in which each operation is done once, as smoke tests do."""
import asyncio, json, os, random, sys
import websockets

role, port, regression = sys.argv[1], int(sys.argv[2]), sys.argv[3]
drops = 3 if regression == "reconnect-loop" else 0


def worse(name):
    return regression == name


async def serve(ws, path):
    global drops
    if drops > 0:
        drops -= 1
        return await ws.close(1012)

    async def say(**message):
        await ws.send(json.dumps(message))

    async for text in ws:
        action = json.loads(text)["action"]
        await asyncio.sleep(0.008)
        if action == "login":
            await say(action="loginOk", token=os.urandom(8).hex(), roles=["user"])
            await ws.ping()
        elif action == "mfa":
            await say(action="mfaOk")
        elif action == "getCart":
            if worse("slower-operation"):
                await asyncio.sleep(0.49)
            items = [{"sku": "A1", "qty": 2, "price": 9.5}, {"sku": "B7", "qty": 1, "price": 3.2}]
            cart = {"items": items * (30 if worse("larger-payload") else 1), "currency": "EUR", "total": 22.2}
            if worse("dropped-field"):
                del cart["currency"]
            await say(action="basket" if worse("renamed-event") else "cart", **cart)
        elif action == "checkout":
            steps = [{"action": "paymentAccepted", "ref": os.urandom(4).hex()}, {"action": "orderPlaced", "order": random.randint(1, 9999)}]
            if worse("out-of-order"):
                steps.reverse()
            for step in steps + (steps[1:] if worse("duplicate-message") else []):
                await say(**step)
            if worse("protocol-violation"):  # a ping whose length is written in 16 bits
                await asyncio.sleep(0.01)
                ws.transport.write(bytes([0x89, 126, 0, 1, 0x31]))
        elif action == "bye":
            await ws.close(1011 if worse("wrong-close-code") else 1000)


class Client(websockets.WebSocketClientProtocol):
    async def pong(self, data=b""):
        if not worse("missing-pong"):
            await super().pong(data)


async def buy(ws):
    async def ask(answers=1, **message):
        await ws.send(json.dumps(message))
        for _ in range(answers):
            await ws.recv()

    await ask(action="login", user="ada", password="x")
    if worse("extra-round-trip"):
        await ask(action="mfa", code="123456")
    await ask(action="getCart")
    await ask(action="checkout", answers=3 if worse("duplicate-message") else 2)
    await asyncio.sleep(0.03)
    await ws.send(json.dumps({"action": "bye"}))
    async for _ in ws:
        pass


async def client():
    while True:
        async with websockets.connect(f"ws://127.0.0.1:{port}/ws", ping_interval=None, create_protocol=Client) as ws:
            try:
                return await buy(ws)
            except websockets.ConnectionClosed as end:
                if end.code != 1012:
                    return
                await asyncio.sleep(0.05)


async def server():
    compression = None if worse("compression-off") else "deflate"
    async with websockets.serve(serve, "127.0.0.1", port, compression=compression, ping_interval=None):
        print("ready", flush=True)
        await asyncio.Future()


asyncio.run(server() if role == "server" else client())

"""game.py server|client PORT REGRESSION: a text adventure, in which commands and answers are plain text."""
import asyncio, random, sys
import websockets

role, port, regression = sys.argv[1], int(sys.argv[2]), sys.argv[3]
drops = 4 if regression == "reconnect-loop" else 0


def worse(name):
    return regression == name


async def move(ws):
    if worse("slower-operation"):
        await asyncio.sleep(0.2)
    room = f"ROOM {random.randint(1, 40)} exits=n,e" + ("" if worse("dropped-field") else " light=dim")
    if worse("larger-payload"):
        room += " " + "dusty " * 200
    loot = f"{'ITEMS' if worse('renamed-event') else 'LOOT'} {random.choice(['coin', 'key', 'none'])} {random.randint(0, 9)}"
    for answer in [loot, room] if worse("out-of-order") else [room, loot]:
        await ws.send(answer)
    if worse("duplicate-message"):
        await ws.send(loot)


async def serve(ws, path):
    global drops
    if drops > 0:
        drops -= 1
        return ws.transport.abort()
    async for text in ws:
        verb, *rest = text.split()
        if verb == "LOGIN":
            await ws.send(f"WELCOME {rest[0]} {random.randint(1000, 9999)}")
        elif verb == "COLOR":
            await ws.send("OK")
        elif verb == "MOVE":
            await move(ws)
        elif verb == "SCORE" and worse("protocol-violation"):  # a length of 8, written in 16 bits
            ws.transport.write(bytes([0x81, 126, 0, 8]) + b"SCORE 12")
        elif verb == "SCORE":
            await ws.send(f"SCORE {random.randint(10, 99)}")
        elif verb == "QUIT":
            await ws.close(1008 if worse("wrong-close-code") else 1000)


class Client(websockets.WebSocketClientProtocol):
    async def pong(self, data=b""):
        if not worse("missing-pong"):
            await super().pong(data)


async def play(ws):
    async def ask(command, answers=1):
        await ws.send(command)
        for _ in range(answers):
            await ws.recv()

    await ask("LOGIN ada")
    if worse("extra-round-trip"):
        await ask("COLOR on")
    for _ in range(5):
        await ask("MOVE " + random.choice("nesw"), 3 if worse("duplicate-message") else 2)
        await asyncio.sleep(0.05 + random.random() / 20)
    await ask("SCORE")
    await ws.send("QUIT")
    async for _ in ws:
        pass


async def client():
    while True:
        try:
            async with websockets.connect(f"ws://127.0.0.1:{port}/play", create_protocol=Client, ping_interval=None) as ws:
                return await play(ws)
        except (websockets.ConnectionClosedError, websockets.InvalidMessage, ConnectionError) as end:
            if getattr(end, "code", 1006) != 1006:
                return
            await asyncio.sleep(0.03)


async def server():
    compression = None if worse("compression-off") else "deflate"
    async with websockets.serve(serve, "127.0.0.1", port, compression=compression, ping_interval=0.12):
        print("ready", flush=True)
        await asyncio.Future()


asyncio.run(server() if role == "server" else client())

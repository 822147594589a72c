"""A market feed on Python's websockets: channels, snapshots and trades at random times; a connection for each test."""
import asyncio, json, random, secrets, string, sys, time, websockets

CHANGES = {
    "reply-lost": [["unanswered", "count", "message"], "subscri"], "status-changed": [["value"], "status"], "field-dropped": [["field"], "side"],
    "type-changed": [["field"], "price"], "event-renamed": [["message"], "trade"], "order-broken": [["order"], "snapshot|subscribed"], "slower": [["latency"], "subscri|book|candles"],
    "sequence-skips": [["sequence"], "seq"], "duplicate": [["repeated", "count", "sequence"], "trade|book"], "heartbeat-lost": [["heartbeat", "message", "count"], ""],
    "deflate-lost": [["extensions"], ""], "close-code": [["close"], ""], "new-message": [["message"], "halt"], "origin-lost": [["request", "finding"], "Origin|origin"],
}
TICKERS = ["BTC-USD", "ETH-EUR", "SOL-USD", "ADA-GBP"]
name, port, change = sys.argv[1], 0, "none"  # server, client or changes


def price(low=10, high=90000):
    p = round(random.uniform(low, high), 2)
    return str(p) if change == "type-changed" else p


async def session(ws):
    seq = 0
    tasks = []

    async def send(m, counted=False):
        nonlocal seq
        if counted:
            seq += 2 if change == "sequence-skips" and seq % 5 == 2 else 1
            m["seq"] = seq
        try:
            await ws.send(json.dumps(m))
        except websockets.ConnectionClosed:
            pass

    async def trades(symbol):
        while True:
            await asyncio.sleep(random.expovariate(12))
            m = {"channel": "trades", "type": "execution" if change == "event-renamed" else "trade", "symbol": symbol, "id": secrets.token_hex(6), "price": price(), "size": round(random.random(), 4), "side": random.choice(["buy", "sell"]), "ts": int(time.time() * 1000)}
            if change == "field-dropped":
                del m["side"]
            await send(m, True)
            if change == "duplicate":
                await ws.send(json.dumps(m))
            if change == "new-message" and random.random() < 0.4:
                await send({"channel": "trades", "type": "halt", "symbol": symbol, "until": int(time.time())}, True)

    async def beats():
        while change != "heartbeat-lost":
            await asyncio.sleep(0.25)
            await send({"channel": "system", "type": "alive", "ts": int(time.time() * 1000)})

    tasks.append(asyncio.create_task(beats()))
    await send({"channel": "system", "type": "hello", "version": "1.4", "session": secrets.token_urlsafe(12)})
    try:
        async for text in ws:
            m = json.loads(text)
            if m["op"] == "subscribe":
                await asyncio.sleep(0.08 if change == "slower" else 0.004)
                confirm = {"channel": m["channel"], "type": "subscribed", "symbol": m["symbol"], "req": m["req"], "status": "partial" if change == "status-changed" else "ok"}
                book = {"channel": m["channel"], "type": "snapshot", "symbol": m["symbol"], "bids": [[price(), random.random()] for _ in range(random.randint(2, 9))], "asks": [[price(), random.random()] for _ in range(random.randint(2, 9))]}
                parts = [confirm, book] if change != "order-broken" else [book, confirm]
                for part in parts:
                    if not (change == "reply-lost" and part is confirm):
                        await send(part)
                if m["channel"] == "trades":
                    tasks.append(asyncio.create_task(trades(m["symbol"])))
            elif m["op"] == "unsubscribe":
                for t in tasks[1:]:
                    t.cancel()
                await send({"channel": m["channel"], "type": "unsubscribed", "symbol": m["symbol"], "req": m["req"], "status": "ok"})
            elif m["op"] == "candles":
                await send({"channel": "candles", "type": "candles", "req": m["req"], "rows": [[int(time.time()), price(), price()] for _ in range(m["n"])]})
    except websockets.ConnectionClosed:
        pass
    finally:
        for t in tasks:
            t.cancel()


async def serve():
    async with websockets.serve(session, "127.0.0.1", port, compression=None if change == "deflate-lost" else "deflate", ping_interval=None):
        print("ready", flush=True)
        await asyncio.Future()


async def suite():
    class Client:
        async def __aenter__(self):
            self.ws = await websockets.connect(f"ws://127.0.0.1:{port}/v1/feed?key={''.join(random.choices(string.ascii_letters + string.digits, k=20))}", ping_interval=None, origin=None if change == "origin-lost" else "https://desk.example.org", compression="deflate")
            self.replies, self.n = {}, 0
            self.reader = asyncio.create_task(self.read())
            return self

        async def read(self):
            try:
                async for text in self.ws:
                    m = json.loads(text)
                    if m.get("req") in self.replies:
                        self.replies.pop(m["req"]).set_result(m)
            except (websockets.ConnectionClosed, asyncio.InvalidStateError):
                pass

        async def ask(self, op, **more):
            self.n += 1
            req = f"{secrets.token_hex(3)}-{self.n}"
            done = self.replies[req] = asyncio.get_running_loop().create_future()
            await self.ws.send(json.dumps({"op": op, "req": req, **more}))
            try:
                return await asyncio.wait_for(done, 0.8)
            except asyncio.TimeoutError:
                return None

        async def __aexit__(self, *_):
            await self.ws.close(1001 if change == "close-code" else 1000)
            await self.reader

    async with Client() as c:
        await c.ask("subscribe", channel="trades", symbol=random.choice(TICKERS))
        await asyncio.sleep(1.3)
        await c.ask("unsubscribe", channel="trades", symbol="BTC-USD")
    async with Client() as c:
        await c.ask("subscribe", channel="book", symbol="BTC-USD")
    async with Client() as c:
        for n in (3, 10, 5):
            await c.ask("candles", n=n, symbol=random.choice(TICKERS))
    async with Client() as c:
        await c.ask("subscribe", channel="book", symbol=random.choice(TICKERS))
        await c.ask("subscribe", channel="trades", symbol=random.choice(TICKERS))
        await asyncio.sleep(0.9)
    async with Client() as c:
        await asyncio.sleep(0.9)
        await c.ask("candles", n=1, symbol="ETH-EUR")
    async with Client() as c:
        await c.ask("subscribe", channel="trades", symbol="SOL-USD")
        await asyncio.sleep(random.uniform(0.5, 0.9))
        await c.ask("unsubscribe", channel="trades", symbol="SOL-USD")
        await c.ask("subscribe", channel="book", symbol="SOL-USD")


if name == "changes":
    print(json.dumps(CHANGES))
else:
    port, change = int(sys.argv[2]), sys.argv[3]
    asyncio.run(serve() if name == "server" else suite())

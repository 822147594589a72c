"""A depot's scanners on Tornado, server and client: one long connection a station, verbs with nested bodies, ULIDs; then short ones that are refused."""
import asyncio, json, random, secrets, sys, time
import tornado.httpclient, tornado.httpserver, tornado.web, tornado.websocket

CHANGES = {
    "reply-lost": [["unanswered", "count", "message"], "book|booked"], "status-changed": [["value"], "outcome"], "field-dropped": [["field"], "aisle"], "type-changed": [["field"], "weight"],
    "verb-renamed": [["message"], "belt|conveyor"], "order-broken": [["order"], "manifest|layout"], "slower": [["latency"], "locate"], "duplicate": [["repeated", "count"], "belt"],
    "heartbeat-lost": [["heartbeat", "pings", "count", "message"], ""], "close-code": [["close"], ""], "refusal-changed": [["handshake"], "403|401"], "header-lost": [["request", "finding"], "X-Station"],
    "new-message": [["message"], "jam"], "deflate-lost": [["extensions"], ""],
}
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
name, port, change = sys.argv[1], 0, "none"


def ulid():
    n, text = int(time.time() * 1000) << 80 | secrets.randbits(80), ""
    for _ in range(26):
        text, n = ALPHABET[n & 31] + text, n >> 5
    return text


class Station(tornado.websocket.WebSocketHandler):
    def check_origin(self, origin):
        return True

    def get_compression_options(self):
        return None if change == "deflate-lost" else {}

    async def prepare(self):
        if self.get_argument("badge", "") == "void":
            raise tornado.web.HTTPError(401 if change == "refusal-changed" else 403)

    def tell(self, verb, **body):
        try:
            self.write_message(json.dumps({"v": 2, "verb": verb, "ulid": ulid(), "body": body}))
        except tornado.websocket.WebSocketClosedError:
            pass

    def open(self, station):
        parts = [lambda: self.tell("manifest", pallets=[{"id": ulid(), "weight": random.randint(50, 900)} for _ in range(random.randint(1, 4))]), lambda: self.tell("layout", aisles=random.randint(3, 9), zone=random.choice(["cold", "dry"]))]
        for part in reversed(parts) if change == "order-broken" else parts:
            part()
        self.belt = asyncio.create_task(self.run())

    async def run(self):
        while True:
            await asyncio.sleep(random.expovariate(9))
            body = {"parcel": ulid(), "weight": str(random.randint(1, 90)) if change == "type-changed" else random.randint(1, 90), "lane": random.choice("ABC")}
            for _ in range(2 if change == "duplicate" else 1):
                self.tell("conveyor" if change == "verb-renamed" else "belt", **body)
            if change == "new-message" and random.random() < 0.5:
                self.tell("jam", lane=body["lane"], since=int(time.time()))

    async def on_message(self, text):
        m = json.loads(text)
        verb, body = m["verb"], m["body"]
        if verb == "locate":
            await asyncio.sleep(0.09 if change == "slower" else 0.005)
            place = {"aisle": random.randint(1, 40), "shelf": random.choice("abcdef"), "re": m["ulid"]}
            if change == "field-dropped":
                del place["aisle"]
            self.tell("location", **place)
        elif verb == "book":
            if change != "reply-lost":
                self.tell("booked", re=m["ulid"], outcome="short" if change == "status-changed" else random.choice(["full", "full", "part"]), units=random.randint(1, body["units"]))
        elif verb == "beat":
            if change != "heartbeat-lost":
                self.tell("beating")

    def on_close(self):
        if hasattr(self, "belt"):
            self.belt.cancel()


async def serve():
    tornado.web.Application([(r"/stations/([^/]+)/scan", Station)]).listen(port, "127.0.0.1")
    print("ready", flush=True)
    await asyncio.Future()


async def suite():
    class Client:
        async def __aenter__(self):
            headers = {"Origin": "https://depot.example.org"}
            if change != "header-lost":
                headers["X-Station"] = secrets.token_hex(4)
            url = f"ws://127.0.0.1:{port}/stations/dock-{random.randint(1, 99)}{random.choice('abcd')}/scan?badge={secrets.token_urlsafe(9)}"
            self.ws = await tornado.websocket.websocket_connect(tornado.httpclient.HTTPRequest(url, headers=headers), compression_options={})
            self.waiting = []
            self.tasks = [asyncio.create_task(self.read()), asyncio.create_task(self.beats())]
            return self

        async def read(self):
            while (text := await self.ws.read_message()) is not None:
                m = json.loads(text)
                if m["verb"] in ("location", "booked") and self.waiting:
                    self.waiting.pop(0).set_result(m)

        async def beats(self):
            while True:
                await asyncio.sleep(0.28)
                await self.ws.write_message(json.dumps({"v": 2, "verb": "beat", "ulid": ulid(), "body": {}}))

        async def ask(self, verb, **body):
            done = asyncio.get_running_loop().create_future()
            self.waiting.append(done)
            await self.ws.write_message(json.dumps({"v": 2, "verb": verb, "ulid": ulid(), "body": body}))
            try:
                await asyncio.wait_for(done, 0.7)
            except asyncio.TimeoutError:
                self.waiting.clear()

        async def __aexit__(self, *_):
            self.tasks[1].cancel()
            self.ws.close(4009 if change == "close-code" else 1000, "shift over")
            await asyncio.wait_for(self.tasks[0], 2)

    async with Client() as a:
        for _ in range(4):
            await a.ask("locate", sku=f"SKU-{random.randint(10000, 99999)}")
        await asyncio.sleep(0.6)
        for _ in range(3):
            await a.ask("book", sku=f"SKU-{random.randint(10000, 99999)}", units=random.randint(2, 9))
        async with Client() as b:
            await b.ask("book", sku=f"SKU-{random.randint(10000, 99999)}", units=random.randint(2, 9))
            await asyncio.sleep(random.uniform(0.3, 0.8))
            await b.ask("locate", sku=f"SKU-{random.randint(10000, 99999)}")
        await a.ask("book", sku=f"SKU-{random.randint(10000, 99999)}", units=random.randint(2, 9))
        await asyncio.sleep(0.7)
    async with Client() as c:
        await asyncio.sleep(0.9)
    for _ in range(2):
        try:
            await tornado.websocket.websocket_connect(f"ws://127.0.0.1:{port}/stations/dock-7a/scan?badge=void")
        except tornado.httpclient.HTTPClientError:
            pass


if name == "changes":
    print(json.dumps(CHANGES))
else:
    port, change = int(sys.argv[2]), sys.argv[3]
    asyncio.run(serve() if name == "server" else suite())

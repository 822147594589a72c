"""pypeer.py client|server SPEC: Python's websockets as an endpoint, with the steps and paths of the node endpoints."""
import asyncio, hashlib, http, json, ssl, sys, time
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, ServerPerMessageDeflateFactory
from websockets.frames import Close
from websockets.legacy.client import WebSocketClientProtocol, connect
from websockets.legacy.server import WebSocketServerProtocol, serve

OPCODES = {1: "text", 2: "binary", 9: "ping", 10: "pong"}
role, spec = sys.argv[1], json.loads(sys.argv[2])


def write(**event):
    with open(spec["log"], "a") as f:
        f.write(json.dumps({"t": time.time(), "who": role, **event}) + "\n")


def payload(kind, n):
    if kind == "text":
        s = f"{n}: the quick brown fox jumps over the lazy dog; ".encode()
        return (s * (n // len(s) + 1))[:n]
    out, x = bytearray(n), n + 1
    for i in range(n):
        x = (x * 1103515245 + 12345) & 0xFFFFFFFF
        out[i] = x >> 16 & 0xFF
    return bytes(out)


class Journaled:
    """Journals every frame at the place where the library reads and writes it, put together to messages."""
    parts = {}

    def note(self, ev, frame_fin, opcode, data):
        port = (self.local_address if role == "client" else self.remote_address)[1]
        if opcode == 8:
            close = Close.parse(data)
            write(port=port, ev=ev, type="close", code=None if close.code == 1005 else close.code, reason=close.reason)
        elif opcode in (9, 10):
            write(port=port, ev=ev, type=OPCODES[opcode], length=len(data), sha256=hashlib.sha256(data).hexdigest())
        else:
            self.parts = {**self.parts, ev: self.parts.get(ev, []) + [(opcode, bytes(data))]}
            if frame_fin:
                parts = self.parts.pop(ev)
                whole = b"".join(p for _, p in parts)
                write(port=port, ev=ev, type=OPCODES[parts[0][0]], length=len(whole),
                      sha256=hashlib.sha256(whole).hexdigest(), fragments=len(parts))

    async def read_frame(self, max_size):
        frame = await super().read_frame(max_size)
        self.note("received", frame.fin, frame.opcode, frame.data)
        return frame

    def write_frame_sync(self, fin, opcode, data):
        self.note("sent", fin, opcode, data)
        super().write_frame_sync(fin, opcode, data)

    def connection_lost(self, exc):
        if exc is not None:
            port = (self.local_address if role == "client" else self.remote_address)[1]
            write(port=port, ev="error", detail=type(exc).__name__)
        super().connection_lost(exc)


class Client(Journaled, WebSocketClientProtocol):
    pass


class Server(Journaled, WebSocketServerProtocol):
    async def process_request(self, path, headers):
        url = urlsplit(path)
        if url.path == "/refuse":
            status = int(parse_qs(url.query)["status"][0])
            write(port=self.remote_address[1], ev="refused", path=path, status=status)
            return http.HTTPStatus(status), [("Content-Type", "text/plain")], b"no\n"


def deflate(factory):
    """The spec's deflate, in the node library's words, as the factory's arguments."""
    d = spec.get("deflate")
    if d is None:
        return []
    args = dict(server_no_context_takeover=d.get("serverNoContextTakeover", False),
                client_no_context_takeover=d.get("clientNoContextTakeover", False),
                server_max_window_bits=d.get("serverMaxWindowBits"),
                client_max_window_bits=d.get("clientMaxWindowBits"))
    if role == "server" and args["client_max_window_bits"] is True:
        args["client_max_window_bits"] = None  # an offer's word, not an answer's
    return [factory(**args)]


async def handle(ws):
    url = urlsplit(ws.path)
    arg = lambda k: parse_qs(url.query).get(k, [None])[0]
    write(port=ws.remote_address[1], ev="open", path=ws.path, status=101, subprotocol=ws.subprotocol or "")
    if url.path == "/push":
        await fragments(ws, "text", [100, 150, 50], True)
        await fragments(ws, "binary", [0, 200, 0], False)
    try:
        async for message in ws:
            if url.path == "/close":
                await ws.close(int(arg("code")), arg("reason") or "")
            else:
                await ws.send(message)
    except ConnectionClosed:
        pass


def secured(ws):
    tls = ws.transport.get_extra_info("ssl_object")
    return {"tls": tls.version(), "cipher": tls.cipher()[0], "resumed": tls.session_reused} if tls else {}


async def fragments(ws, kind, parts, pings):
    data, at = payload(kind, sum(parts)), 0
    for i, n in enumerate(parts):
        await ws.write_frame(i == len(parts) - 1, 0 if i else {"text": 1, "binary": 2}[kind], data[at:at + n])
        at += n
        if pings and i < len(parts) - 1:
            await ws.ping(f"between {kind} {i}")


def limited(context, tls):
    """The context, limited to the ciphers (of TLS 1.2 and older) and the version that are asked for."""
    if tls.get("ciphers"):
        context.set_ciphers(tls["ciphers"])
    if tls.get("version"):
        context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, tls["version"])
    return context


async def run(c):
    context = None
    if spec.get("tls"):
        context = limited(ssl.create_default_context(cafile=spec["tls"]["ca"]), {**spec["tls"], **c.get("tls", {})})
        context.keylog_filename = spec["tls"]["keylog"]
    host = f"[{spec['host']}]" if ":" in spec["host"] else spec["host"]
    uri = f"{'wss' if context else 'ws'}://{host}:{spec['port']}{c['path']}"
    ws = await connect(uri, create_protocol=Client, ssl=context, compression=None, ping_interval=None, max_size=None,
                       server_hostname="localhost" if context else None, subprotocols=c.get("subprotocols"), extensions=deflate(ClientPerMessageDeflateFactory))
    write(port=ws.local_address[1], ev="open", path=c["path"], status=101, subprotocol=ws.subprotocol or "",
          extensions=ws.response_headers.get("Sec-WebSocket-Extensions", ""), **secured(ws))
    for step, *args in c["steps"]:
        if step == "send":
            data = payload(*args)
            await ws.send(data.decode() if args[0] == "text" else data)
            await ws.recv()
        elif step == "fragments":
            await fragments(ws, *args)
            await ws.recv()
        elif step == "ping":
            start = time.perf_counter()
            await (await ws.ping(payload("text", args[0])))
            write(port=ws.local_address[1], ev="rtt", ms=(time.perf_counter() - start) * 1e3)
        elif step == "close":
            await ws.close(*args)
        elif step == "wait":
            await ws.wait_closed()


async def main():
    if role == "client":
        for c in spec["connections"]:
            await run(c)
        return
    context = None
    if spec.get("tls"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        for cert, key in zip(spec["tls"]["cert"], spec["tls"]["key"]):
            context.load_cert_chain(cert, key)
        context.load_dh_params(spec["tls"]["dh"])
        limited(context, spec["tls"])
        if spec["tls"].get("no_ticket"):
            context.options |= ssl.OP_NO_TICKET
    async with serve(handle, spec["host"], spec["port"], create_protocol=Server, ssl=context, compression=None,
                     ping_interval=None, max_size=None, subprotocols=["chat.v2"],
                     extensions=deflate(ServerPerMessageDeflateFactory)):
        print("ready", flush=True)
        await asyncio.Future()


asyncio.run(main())

"""record.py [NAME…]: conversations that break no rule and are worth a look: `risk` in the log names what wscope must say.

Client and server are Debian's python3-websockets; what the client asks with, and what both say, is in the table.
"""
import asyncio, base64, hashlib, os, ssl, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import lib
import websockets

JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkiLCJpYXQiOjF9.c2lnbmF0dXJlLW9mLW5vdGhpbmc"
SSH = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"
TLS = bytes.fromhex("1603010200010001fc0303") + bytes(40)
RDP = bytes.fromhex("030000130ee000000000000100080003000000")
ELF = b"\x7fELF\x02\x01\x01" + bytes(9)
ZIP = b"PK\x03\x04\x14\x00\x00\x00\x08\x00"
SECRET = '{"user":"ann","access_token":"7f3c9a5e1b8d42f0a6c1","note":"%s"}'

# name: (the finding, what the client asks with, what the client and the server say in turn, what it shows)
CASES = {
    "cross-site-origin": ("cross-site-origin", [dict(origin="https://evil.example")], ["hello"], ["hello"], "an Origin of another site, accepted"),
    "token-in-url": ("token-in-url", [dict(path="/feed?access_token=7f3c9a5e1b8d42f0a6c1"), dict(path="/feed?v=" + JWT)], ["hello"], ["hello"],
                     "a token in the query, by its name and by its look"),
    "credentials-in-clear": ("credentials-in-clear", [
        dict(extra_headers={"Authorization": "Basic " + base64.b64encode(b"ann:secret").decode()}),
        dict(extra_headers={"Cookie": "theme=dark; sessionid=4f1e2d"}), dict(subprotocols=["chat", JWT])], ["hello"], ["hello"],
        "a password, a session's cookie and a token as subprotocol, not encrypted"),
    "tunnels": ("protocol-inside", [dict(path="/ssh"), dict(path="/tls"), dict(path="/rdp")], [SSH, TLS, RDP], [SSH, b"\x16\x03\x03" + bytes(40), RDP],
                "SSH, TLS and RDP in binary messages"),
    "files": ("file-inside", [dict(path="/elf"), dict(path="/zip")], [ELF, ZIP], [b"ok", b"ok"], "an executable and an archive in binary messages"),
    "beacon": ("beaconing", [dict()], [b"alive"] * 32, None, "small messages every two seconds, and nothing else"),
    "secret-compressed": ("secret-compressed", [dict(deflate=True, tls=True)], ["what is 7f3c9a5e1b8d?", "is it access_token?"],
                          [SECRET % "what is 7f3c9a5e1b8d?", SECRET % "is it access_token?"], "a secret compressed together with what the other side said, in TLS"),
}


async def talk(name, port, tls, events):
    _, asks, say, answer, _ = CASES[name]

    def note(who, peer, ev, **more):
        events.append({"t": time.time(), "who": who, "port": peer, "ev": ev, **more})

    def data(who, peer, ev, m):
        b = m.encode() if isinstance(m, str) else m
        note(who, peer, ev, type="text" if isinstance(m, str) else "binary", length=len(b), sha256=hashlib.sha256(b).hexdigest())

    def opened(who, peer, ws, path):
        extensions = ", ".join(e.name for e in ws.extensions)
        note(who, peer, "open", path=path, status=101, subprotocol=ws.subprotocol or "", extensions=extensions)

    turns = list(zip(say, answer or say))
    each = len(turns) // len(asks) if name in ("tunnels", "files") else len(turns)
    count = iter(range(len(asks)))

    def mine(i):
        return turns[i * each:][:each] if name in ("tunnels", "files") else turns

    async def serve(ws):
        peer = ws.remote_address[1]
        opened("server", peer, ws, ws.path)
        for _, reply in mine(next(count)):
            data("server", peer, "received", await ws.recv())
            if answer:
                data("server", peer, "sent", reply)
                await ws.send(reply)
        await ws.wait_closed()
        note("server", peer, "received", type="close", code=1000, reason="")
        note("server", peer, "sent", type="close", code=1000, reason="")

    more = dict(ping_interval=None)
    server_ssl, client_ssl = None, None
    if any(a.get("tls") for a in asks):
        server_ssl = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server_ssl.load_cert_chain(tls.cert[0], tls.key[0])
        client_ssl = ssl.create_default_context(cafile=tls.ca)
        client_ssl.keylog_filename = f"{HERE}/{name}.keys"
    deflate = "deflate" if any(a.get("deflate") for a in asks) else None
    async with websockets.serve(serve, "127.0.0.1", port, ssl=server_ssl, compression=deflate, subprotocols=["chat"], **more):
        for i, a in enumerate(asks):
            a = {k: v for k, v in a.items() if k not in ("deflate", "tls")}
            path = a.pop("path", f"/{name}")
            scheme = "wss" if server_ssl else "ws"
            ws = await websockets.connect(f"{scheme}://127.0.0.1:{port}{path}", ssl=client_ssl, compression=deflate, **a, **more)
            peer = ws.local_address[1]
            opened("client", peer, ws, path)
            begin = time.monotonic()
            for n, (message, _) in enumerate(mine(i)):
                data("client", peer, "sent", message)
                await ws.send(message)
                if answer:
                    data("client", peer, "received", await ws.recv())
                else:
                    await asyncio.sleep(begin + 2 * (n + 1) - time.monotonic())
            note("client", peer, "sent", type="close", code=1000, reason="")
            await ws.close()
            note("client", peer, "received", type="close", code=1000, reason="")
            await asyncio.sleep(0.2)


def record(name):
    risk, *_, shows = CASES[name]
    port, events = lib.free_port(), []
    with lib.Certificates() as tls, lib.Tcpdump(f"{HERE}/{name}.pcap", [port]):
        asyncio.run(talk(name, port, tls, events))
    lib.write_log(HERE, name, {"client": "websockets 10.4 (Python 3.11.2)", "server": "websockets 10.4 (Python 3.11.2)"},
                  lib.flows(sorted(events, key=lambda e: e["t"]), port), shows, risk=risk)


for name in sys.argv[1:] or CASES:
    record(name)

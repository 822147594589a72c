"""record.py [NAME…]: records the plain captures of this folder again (root, tcpdump; see testdata/README.md)."""
import os, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import lib

LENGTHS = [0, 1, 125, 126, 127, 65535, 65536]
ECHO = [["send", kind, n] for kind in ("text", "binary") for n in LENGTHS]
ECHO_LESS = [["send", kind, n] for kind in ("text", "binary") for n in LENGTHS[:5]] + [["send", "binary", 65535]]
CHAT = [["send", "text", n] for n in (20, 200, 20, 2000, 200, 0, 20)] + [["send", "binary", 300]]
BYE = [["close", 1000, "bye"]]
FRAGMENTS = [["fragments", "text", [10, 20, 30], True], ["fragments", "binary", [0, 300, 0], True],
             ["fragments", "text", [70000, 1], False]]
PINGS = [["ping", 0], ["ping", 5], ["ping", 125], ["send", "text", 5], ["ping", 20]]
one = lambda path, steps, **more: [{"path": path, "steps": steps, **more}]


def server_close(code=None, reason=None):
    query = f"?code={code}&reason={reason or ''}" if code else ""
    return {"path": "/close" + query, "steps": [["tell", "text", 3], ["wait"]]}


CLIENT_CLOSES = [{"path": "/echo", "steps": [["send", "text", 3], ["close", *args]]}
                 for args in ([1000, "bye"], [1000, ""], [1001, "going away"], [1008, "policy"], [1011, "x" * 123],
                              [3000, "registered"], [4000, "private"], [4999, "größe €"], [])]
SERVER_CLOSES = [server_close(*args) for args in
                 ((1000, "done"), (1001,), (1008, "policy"), (1011, "failed"), (1013, "later"), (3000,), (4000, "app"), ())]

CAPTURES = {
    "ws-echo": ("node", "node", one("/echo", ECHO + [["utf8", "größe €😀"]] + BYE), {}),
    "ws-echo-1mib": ("node", "gorilla", one("/echo", [["send", "text", 1 << 20]] + BYE), {}),
    "ws-fragments": ("node", "node", one("/push", FRAGMENTS + BYE), {}),
    "ws-ping": ("node", "node", one("/echo", PINGS + BYE), {}),
    "ws-subprotocol": ("node", "node", one("/echo", CHAT + BYE, subprotocols=["chat.v1", "chat.v2"]), {}),
    "ws-deflate": ("node", "node", one("/push", CHAT + FRAGMENTS[:2] + BYE), {"deflate": {"clientMaxWindowBits": True}}),
    "ws-deflate-no-takeover": ("node", "node", one("/echo", CHAT + BYE), {
        "deflate": {"serverNoContextTakeover": True, "clientNoContextTakeover": True}}),
    "ws-deflate-window-9": ("node", "node", one("/echo", CHAT + BYE), {
        "deflate": {"serverMaxWindowBits": 9, "clientMaxWindowBits": 9}}),
    "ws-close-client": ("node", "node", CLIENT_CLOSES, {}),
    "ws-close-server": ("node", "node", SERVER_CLOSES, {}),
    "ws-drop": ("node", "node", [{"path": "/drop?how=" + how, "steps": [["tell", "text", 3], ["wait"]]} for how in ("rst", "fin")] +
                [{"path": "/echo", "steps": [["send", "text", 3], ["drop", how]]} for how in ("rst", "fin")], {}),
    "ws-refused": ("node", "node", [{"path": f"/refuse?status={s}", "steps": []} for s in (401, 403, 404, 426, 503)], {}),
    "ws-unanswered": ("node", "node", one("/unanswered", [], giveUp=300), {}),
    "ws-keepalive": ("node", "node", one("/echo", CHAT[:2] + BYE, before=["/a", "/b?x=1", "/c"]), {}),
    "ws-ipv6": ("node", "node", one("/echo", CHAT[:3] + PINGS + BYE), {"host": "::1"}),
    "py-echo": ("python", "python", one("/echo", ECHO_LESS + BYE), {}),
    "py-fragments": ("python", "python", one("/push", FRAGMENTS + PINGS + BYE), {}),
    "py-deflate": ("python", "python", one("/push", CHAT + FRAGMENTS[:1] + BYE), {"deflate": {"clientMaxWindowBits": True}}),
    "py-deflate-no-takeover": ("python", "python", one("/echo", CHAT + BYE), {
        "deflate": {"serverNoContextTakeover": True, "clientNoContextTakeover": True}}),
    "py-ws-deflate-window": ("node", "python", one("/echo", CHAT + BYE), {
        "deflate": {"serverMaxWindowBits": 10, "clientMaxWindowBits": 11}}),
    "py-ws-close": ("node", "python", [c for c in CLIENT_CLOSES + SERVER_CLOSES[:-1]], {}),
    "py-ws-refused": ("node", "python", [{"path": f"/refuse?status={s}", "steps": []} for s in (401, 403, 404)], {}),
    "gorilla-echo": ("gorilla", "gorilla", one("/echo", ECHO_LESS + BYE), {}),
    "gorilla-fragments": ("gorilla", "node", one("/push", FRAGMENTS + PINGS + BYE), {}),
    "gorilla-deflate": ("gorilla", "gorilla", one("/echo", CHAT + BYE), {"deflate": {}}),
    "coder-echo": ("coder", "gorilla", one("/echo", ECHO_LESS + PINGS + BYE), {}),
    "coder-deflate": ("coder", "node", one("/echo", CHAT + BYE), {"deflate": {}}),
    "coder-subprotocol": ("coder", "coder", one("/echo", CHAT + PINGS + BYE, subprotocols=["chat.v2"]), {}),
    "coder-close": ("node", "coder", SERVER_CLOSES[:-1], {}),
}

SHOWS = {
    "ws-echo": "echo of 0, 1, 125, 126, 127, 65535, 65536 bytes, text and binary, and UTF-8 of 2, 3 and 4 bytes",
    "ws-echo-1mib": "one text of 1 MiB each way, in 64 KiB segments",
    "ws-fragments": "fragmented messages both ways, empty fragments, pings between the fragments",
    "ws-ping": "pings of 0, 5, 20 and 125 bytes with the round trip the pinger measured",
    "ws-subprotocol": "two subprotocols offered, the second chosen",
    "ws-deflate": "permessage-deflate with context takeover, fragments with pings between",
    "ws-deflate-no-takeover": "permessage-deflate without context takeover on either side",
    "ws-deflate-window-9": "permessage-deflate with windows of 2^9 both ways",
    "ws-close-client": "nine closes by the client: codes 1000 to 4999, reasons of 0 and 123 bytes and not ASCII, an empty Close",
    "ws-close-server": "eight closes by the server, an empty Close among them",
    "ws-drop": "TCP ends with no Close: RST and FIN, by the server and by the client",
    "ws-refused": "upgrades refused with 401, 403, 404, 426, 503",
    "ws-unanswered": "an upgrade that nobody answers, given up after 0.3 s",
    "ws-keepalive": "three requests on the connection before its upgrade",
    "ws-ipv6": "over ::1",
    "py-echo": "echo of 0 to 127 and of 65535 bytes",
    "py-fragments": "as ws-fragments, and pings",
    "py-deflate": "permessage-deflate with context takeover and fragments",
    "py-deflate-no-takeover": "permessage-deflate without context takeover",
    "py-ws-deflate-window": "windows of 2^10 and 2^11",
    "py-ws-close": "sixteen closes by client and server",
    "py-ws-refused": "upgrades refused with 401, 403, 404",
    "gorilla-echo": "as py-echo; the client's buffer of 1 KiB cuts messages into fragments",
    "gorilla-fragments": "fragments cut by a 1 KiB buffer, pings before and between",
    "gorilla-deflate": "permessage-deflate without context takeover",
    "coder-echo": "as py-echo; pings, answered by the library",
    "coder-deflate": "permessage-deflate with context takeover, in the library's small fragments",
    "coder-subprotocol": "a subprotocol, pings",
    "coder-close": "seven closes by the server",
}

for name in sys.argv[1:] or CAPTURES:
    client, server, connections, more = CAPTURES[name]
    lib.record(HERE, name, client, server, connections, shows=SHOWS[name], **more)

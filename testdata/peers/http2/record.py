"""record.py [NAME…]: records WebSocket over HTTP/2 (RFC 8441) between node's http2 and node's http2."""
import os, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import lib

SAY = [["send", "text", 20], ["send", "binary", 300], ["close", 1000, "bye"]]
MORE = [["fragments", "text", [10, 20, 30], True], ["send", "text", 20000], ["send", "binary", 70000], ["ping", 20], ["send", "text", 0],
        ["close", 1000, "bye"]]
LESS = [step for step in MORE if step[-1] != 70000]
TALK = [["send", "text", n] for n in (5, 50, 500, 5000)] + [["ping", 5], ["close", 1000, "bye"]]
MANY = [{"path": f"/echo?n={i}", "steps": TALK} for i in range(5)]
ENDS = [{"path": "/close?code=1001&reason=away", "steps": [["tell", "text", 3], ["wait"]]},
        {"path": "/drop?how=rst", "steps": [["tell", "text", 3], ["wait"]]},
        {"path": "/drop?how=fin", "steps": [["tell", "text", 3], ["wait"]]},
        {"path": "/echo", "steps": [["send", "text", 3], ["drop", "rst"]]},
        {"path": "/refuse?status=403", "steps": []},
        {"path": "/echo?after", "steps": SAY}]
LONG = {"cookie": "; ".join(f"c{i}={'v' * 300}" for i in range(60))}
one = lambda steps, path="/echo", **more: [{"path": path, "steps": steps, **more}]

# name: h2, connections, deflate, other, what it shows
CAPTURES = {
    "h2c": ("prior", one(MORE), None, {}, "cleartext HTTP/2 by prior knowledge; messages over several DATA frames"),
    "h2c-many": ("prior", MANY, None, {"parallel": True}, "five WebSockets at once on one connection"),
    "h2c-ends": ("prior", ENDS, None, {}, "a Close, RST_STREAM by either side, END_STREAM without Close, a refusal, then one more, on one connection"),
    "h2c-goaway": ("prior", one([["tell", "text", 3], ["wait"]], "/drop?how=goaway"), None, {}, "GOAWAY ends the connection with no Close"),
    "h2c-padding": ("prior", one(SAY), None, {"padding": True}, "the server pads HEADERS and DATA"),
    "h2c-continuation": ("prior", one(SAY, headers=LONG), None, {}, "request headers of 18 kB: HEADERS and CONTINUATION"),
    "h2c-deflate": ("prior", one(LESS), {}, {}, "permessage-deflate over HTTP/2"),
    "h2": ("tls", one(LESS), None, {}, "HTTP/2 in TLS 1.3 by ALPN"),
    "h2-many-deflate": ("tls", MANY, {}, {"parallel": True}, "five WebSockets at once in TLS 1.3, permessage-deflate"),
}

for name in sys.argv[1:] or CAPTURES:
    h2, connections, deflate, more, shows = CAPTURES[name]
    tls = {}
    with lib.Certificates() as c:
        if h2 == "tls":
            keys = f"{HERE}/{name}.keys"
            open(keys, "w").close()
            tls = {"tls_client": {"ca": c.ca, "keylog": keys}, "tls_server": {"cert": c.cert, "key": c.key}}
        lib.record(HERE, name, "node", "node", connections, deflate=deflate, shows=shows, h2=h2, **more, **tls)

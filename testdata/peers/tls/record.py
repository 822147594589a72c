"""record.py [NAME…]: records WebSocket inside TLS, with the client's key log beside each capture (NAME.keys)."""
import os, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import lib

SAY = [["send", "text", 20], ["send", "binary", 300], ["close", 1000, "bye"]]
MORE = [["fragments", "text", [10, 20, 30], True], ["send", "text", 20000], ["send", "binary", 17000], ["ping", 20], ["send", "text", 0],
        ["send", "text", 200], ["close", 1000, "bye"]]
ALL = "ALL:@SECLEVEL=0"


def each(suites, **tls):
    level = lambda s: s if s in TLS13 else s + ":@SECLEVEL=0"
    return [{"path": "/" + s, "steps": SAY, "tls": {"ciphers": level(s), **tls}} for s in suites]


def openssl(version):
    """The suites with certificates that Debian's OpenSSL has for a version."""
    out = subprocess.check_output(["openssl", "ciphers", "-s", "-" + version, "ALL:!aNULL:!PSK:!SRP:!aDSS:@SECLEVEL=0"], text=True)
    return [s for s in out.strip().split(":") if not s.startswith("TLS_")]


def node():
    names = subprocess.check_output(["node", "-p", "require('tls').getCiphers().join(' ').toUpperCase()"], text=True).split()
    return [n for n in names if not n.startswith("TLS_") and "PSK" not in n and "SRP" not in n]


def go12():
    names = ("ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 "
             "ECDHE_ECDSA_WITH_AES_128_CBC_SHA ECDHE_ECDSA_WITH_AES_256_CBC_SHA ECDHE_ECDSA_WITH_AES_128_CBC_SHA256 "
             "ECDHE_RSA_WITH_AES_128_GCM_SHA256 ECDHE_RSA_WITH_AES_256_GCM_SHA384 ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 "
             "ECDHE_RSA_WITH_AES_128_CBC_SHA ECDHE_RSA_WITH_AES_256_CBC_SHA ECDHE_RSA_WITH_3DES_EDE_CBC_SHA RSA_WITH_AES_128_GCM_SHA256 "
             "RSA_WITH_AES_256_GCM_SHA384 RSA_WITH_AES_128_CBC_SHA RSA_WITH_AES_256_CBC_SHA RSA_WITH_AES_128_CBC_SHA256 RSA_WITH_3DES_EDE_CBC_SHA")
    return [{"path": "/" + n, "cipher": "TLS_" + n, "steps": SAY} for n in names.split()]


TLS13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"]
OLD = {"minVersion": "TLSv1", "maxVersion": "TLSv1.1", "ciphers": ALL}
TWICE = [{"path": "/first", "steps": SAY[:1] + [["pause", 50]] + SAY[1:]}, {"path": "/again", "steps": SAY, "resume": True}]
# heartbeats, and then an end without a Close or with one
BEATS = [["send", "text", 40], *[["ping", 4], ["pause", 320]] * 5]
DROPPED = [{"path": "/dropped", "steps": BEATS + [["drop", "fin"]]}, {"path": "/again", "steps": BEATS + [["drop", "fin"]]},
           {"path": "/closed", "steps": BEATS + [["close", 1000, "bye"]]}]
one = lambda steps, path="/echo", **more: [{"path": path, "steps": steps, **more}]

# name: client, server, connections, the client's TLS, the server's, deflate, what it shows
CAPTURES = {
    "tls13-node": ("node", "node", each(TLS13), {}, {"ciphers": ":".join(TLS13)}, None, "TLS 1.3, its five suites"),
    "tls13-node-go": ("node", "gorilla", each(TLS13[:3]), {}, {}, None, "TLS 1.3, Go's three suites"),
    "tls13-go": ("gorilla", "coder", one(MORE), {}, {}, None, "TLS 1.3 between Go peers, messages over several records"),
    "tls13-go-node": ("coder", "node", one(SAY), {}, {}, None, "TLS 1.3, a Go client, a node server"),
    "tls13-python": ("python", "python", one(MORE), {}, {}, {"clientMaxWindowBits": True}, "TLS 1.3 between OpenSSLs, permessage-deflate"),
    "tls13-resumed": ("node", "node", TWICE, {}, {}, None, "TLS 1.3: the second connection resumes the first (PSK)"),
    "tls13-resumed-go": ("gorilla", "gorilla", TWICE, {}, {}, None, "TLS 1.3: Go resumes the first connection"),
    "tls13-dropped": ("node", "node", DROPPED, {}, {}, None, "TLS 1.3, heartbeats, and ends with and without a Close"),
    "tls13-retry": ("node", "node", one(SAY), {"ecdhCurve": "X25519:P-384"}, {"ecdhCurve": "P-384"}, None, "TLS 1.3 with a HelloRetryRequest"),
    "tls12-node": ("node", "node", each(node(), maxVersion="TLSv1.2"), {}, {"ciphers": ALL, "dhparam": "auto"}, None,
                   "TLS 1.2, each suite of node's OpenSSL; CBC with encrypt-then-MAC"),
    "tls12-python": ("python", "python", each(openssl("tls1_2"), version="TLSv1_2"), {}, {"ciphers": ALL}, None,
                     "TLS 1.2, each suite of Debian's OpenSSL with an RSA or ECDSA key: CCM, CCM-8, ARIA, Camellia among them"),
    "tls12-go": ("gorilla", "gorilla", go12(), {"version": 0x303}, {"version": 0x303, "cipher": "all"}, None,
                 "TLS 1.2, each suite of Go; CBC with MAC-then-encrypt"),
    "tls12-more": ("node", "gorilla", one(MORE), {"maxVersion": "TLSv1.2"}, {}, None, "TLS 1.2, messages over several records"),
    "tls12-resumed-ticket": ("node", "node", TWICE, {"maxVersion": "TLSv1.2"}, {}, None, "TLS 1.2, resumed by ticket"),
    "tls12-resumed-id": ("node", "python", TWICE, {"maxVersion": "TLSv1.2"}, {"no_ticket": True}, None, "TLS 1.2, resumed by session ID"),
    "tls12-renegotiated": ("node", "node", one(SAY[:1] + [["renegotiate"]] + SAY[1:]), {"maxVersion": "TLSv1.2"}, {}, None,
                           "TLS 1.2, renegotiated between two messages"),
    "tls11-node": ("node", "node", each(["AES128-SHA", "ECDHE-RSA-AES256-SHA"], minVersion="TLSv1.1", maxVersion="TLSv1.1"), {}, OLD, None, "TLS 1.1"),
    "tls10-node": ("node", "node", each(["AES128-SHA", "ECDHE-RSA-AES256-SHA"], minVersion="TLSv1", maxVersion="TLSv1"), {}, OLD, None,
                   "TLS 1.0, its first byte in a record of its own"),
}


def record(name):
    client, server, connections, of_client, of_server, deflate, shows = CAPTURES[name]
    keys = f"{HERE}/{name}.keys"
    if os.path.exists(keys):
        os.remove(keys)
    with lib.Certificates() as c:
        lib.record(HERE, name, client, server, connections, deflate=deflate, shows=shows,
                   tls_client={"ca": c.ca, "keylog": keys, **of_client}, tls_server={"cert": c.cert, "key": c.key, "dh": c.dh, **of_server})
    if not os.path.exists(keys):
        raise SystemExit(f"{name}: no keys")


for name in sys.argv[1:] or CAPTURES:
    record(name)

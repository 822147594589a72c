"""record.py [NAME…]: records headless Chromium, over HTTP/1.1 and HTTP/2, in the clear and in TLS, with a node server."""
import json, os, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import lib

FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update
 --disable-sync --disable-extensions --ignore-certificate-errors""".split()
STEPS = [["send", kind, n] for kind in ("text", "binary") for n in (0, 5, 125, 126, 2000)] + [["close", 1000, "bye"]]
CONNECTIONS = [{"path": "/echo?n=1", "steps": STEPS}, {"path": "/push?n=2", "steps": [["hear", 2], *STEPS[:2], ["close", 4001, "größe"]]},
               {"path": "/close?code=1001&reason=away", "steps": [["tell", "text", 3], ["wait"]]},
               {"path": "/echo?n=4", "steps": [["send", "text", 5], ["close"]]}, {"path": "/refuse?status=403", "steps": []}]

# name: TLS, h2, deflate, what it shows
CAPTURES = {
    "chromium-ws": (False, None, None, "HTTP/1.1, the server takes no permessage-deflate"),
    "chromium-ws-deflate": (False, None, {"clientMaxWindowBits": True}, "HTTP/1.1, permessage-deflate"),
    "chromium-wss": (True, None, {"clientMaxWindowBits": True}, "HTTP/1.1 in TLS 1.3, permessage-deflate"),
    "chromium-h2": (True, "tls", None, "WebSockets over HTTP/2 in TLS 1.3, on the connection that brought the page"),
    "chromium-h2-deflate": (True, "tls", {}, "WebSockets over HTTP/2 in TLS 1.3, permessage-deflate"),
}


def place(page, server):
    """The page's events with the connection, and stream, that the server saw for their path; and what only the server can see."""
    at = lambda e: {k: e[k] for k in ("port", "stream_id") if k in e}
    where = {e["path"]: at(e) for e in server if e["ev"] in ("open", "refused")}
    page = [{**e, **where[e["path"]]} for e in page]
    out = [e for e in page if e["ev"] == "open"]
    for path, place in where.items():
        mine = [{k: v for k, v in e.items() if k != "path"} for e in page if e["path"] == path and e["ev"] != "open"]
        sent = [e for e in mine if e["ev"] == "sent"]
        out += [e for e in mine if e["ev"] == "received"]
        for e in server:
            if at(e) != place:
                continue
            told = {**e, "who": "client", "ev": {"sent": "received", "received": "sent"}.get(e["ev"])}
            if e["ev"] == "received" and e["type"] not in ("ping", "pong") and sent:
                out.append({**sent.pop(0), **({} if e["type"] == "close" else {"t": e["t"]})})  # pongs went out in between
            elif e.get("type") in ("ping", "pong", "close") and told["ev"]:
                out.append(told)
        out += sent
    return out


def record(name):
    secure, h2, deflate, shows = CAPTURES[name]
    port, keys = lib.free_port(), f"{HERE}/{name}.keys"
    with lib.Certificates() as c, tempfile.TemporaryDirectory() as tmp:
        page = open(f"{HERE}/page.html").read().replace("of CONNECTIONS", "of " + json.dumps(CONNECTIONS, ensure_ascii=False))
        open(f"{tmp}/page.html", "w").write(page)
        spec = {"host": "127.0.0.1", "port": port, "deflate": deflate, "h2": h2, "log": f"{tmp}/server.jsonl", "page": f"{tmp}/page.html",
                "pageLog": f"{tmp}/page.jsonl"}
        environment = dict(os.environ)
        if secure:
            spec["tls"] = {"cert": c.cert[0], "key": c.key[0]}
            environment["SSLKEYLOGFILE"] = keys
            open(keys, "w").close()
        with lib.Server(lib.command("node", "server", spec)), lib.Tcpdump(f"{HERE}/{name}.pcap", [port]):
            browser = subprocess.Popen(["chromium", *FLAGS, f"--user-data-dir={tmp}/profile", "--remote-debugging-port=0",
                                        f"http{'s' if secure else ''}://127.0.0.1:{port}/page"], env=environment,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for _ in range(300):
                if os.path.exists(spec["pageLog"] + ".done"):
                    break
                time.sleep(0.1)
            time.sleep(0.3)
            browser.terminate()
            browser.wait()
        server = lib.read_events(spec["log"])
        client = place(lib.read_events(spec["pageLog"] + ".done"), server)
    version = subprocess.check_output(["chromium", "--version"], text=True, stderr=subprocess.DEVNULL).split()[1]
    events = sorted([e for e in server + client if e["ev"] != "http"], key=lambda e: e["t"])
    lib.write_log(HERE, name, {"client": f"Chromium {version}", "server": lib.PEERS["node"][1]}, lib.flows(events, port), shows)


for name in sys.argv[1:] or CAPTURES:
    record(name)

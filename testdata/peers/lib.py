"""lib.py: records a conversation of two endpoints over loopback, and makes its golden log of what both wrote down."""
import functools, gzip, json, os, signal, socket, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
os.environ["NODE_NO_WARNINGS"] = "1"  # of --tls-keylog, which is what we want
PYTHON = "/usr/bin/python3"  # Debian's, for which python3-websockets is packaged
PEERS = {
    "node": (["node", f"{HERE}/node/ROLE.js"], "ws 8.18.0 (node " + subprocess.getoutput("node --version")[1:] + ")"),
    "python": ([PYTHON, f"{HERE}/pypeer.py", "ROLE"], "websockets 10.4 (Python 3.11.2)"),
    "gorilla": ([f"{HERE}/gopeer/gopeer", "gorilla", "ROLE"], "gorilla/websocket 1.5.3 (Go 1.26)"),
    "coder": ([f"{HERE}/gopeer/gopeer", "coder", "ROLE"], "coder/websocket 1.8.14 (Go 1.26)"),
}


def free_port(host="127.0.0.1"):
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as s:
        s.bind((host, 0))
        return s.getsockname()[1]


def wait_for(port):
    """Returns when something listens on the port."""
    for _ in range(100):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nobody listens on port {port}")


class Tcpdump:
    """While entered, the interface's packets on the ports go to the file."""

    def __init__(self, path, ports, iface="lo"):
        self.args = [
            "tcpdump", "-i", iface, "-s", "0", "-U", "--immediate-mode", "-B", "16384", "-Z", "root", "-w", path,
            " or ".join(f"tcp port {p}" for p in ports)]

    def __enter__(self):
        self.process = subprocess.Popen(self.args, stderr=subprocess.PIPE, text=True)
        while "listening on" not in (line := self.process.stderr.readline()):
            if not line:
                raise SystemExit("tcpdump ended: " + " ".join(self.args))
        time.sleep(0.2)

    def __exit__(self, *_):
        time.sleep(0.4)  # what is on its way reaches the file
        self.process.send_signal(signal.SIGINT)
        _, err = self.process.communicate()
        if " 0 packets dropped by kernel" not in " " + err.replace("\n", " "):
            raise SystemExit("tcpdump lost packets: " + err)


class Server:
    """While entered, a process runs that has said `ready` on its standard output."""

    def __init__(self, args, env=None):
        self.args, self.env = args, env

    def __enter__(self):
        self.process = subprocess.Popen(self.args, stdout=subprocess.PIPE, text=True, env=self.env)
        if "ready" not in self.process.stdout.readline():
            raise SystemExit("no server: " + " ".join(self.args))
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def command(peer, role, spec):
    args = [a.replace("ROLE", role) for a in PEERS[peer][0]]
    if peer == "node" and "keylog" in (spec.get("tls") or {}):
        args.insert(1, "--tls-keylog=" + spec["tls"]["keylog"])
    return args + [json.dumps(spec)]


class Certificates:
    """While entered, a pair of self-signed certificates for localhost: an RSA one and an ECDSA one."""

    def __enter__(self):
        self.dir = tempfile.TemporaryDirectory()
        self.cert, self.key = [], []
        for kind in (["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], ["rsa:2048"]):
            at = f"{self.dir.name}/{kind[0][:3]}"
            subprocess.run(["openssl", "req", "-x509", "-newkey", *kind, "-nodes", "-days", "3650", "-subj", "/CN=localhost", "-addext",
                            "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:10.213.7.1", "-keyout", at + ".key", "-out", at + ".crt"],
                           check=True, capture_output=True)
            self.cert.append(at + ".crt")
            self.key.append(at + ".key")
        self.dh = f"{self.dir.name}/dh.pem"
        subprocess.run(["openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", self.dh],
                       check=True, capture_output=True)
        self.ca = f"{self.dir.name}/ca.pem"
        with open(self.ca, "w") as f:
            f.write("".join(open(c).read() for c in self.cert))
        return self

    def __exit__(self, *_):
        self.dir.cleanup()


def record(folder, name, client, server, connections, host="127.0.0.1", deflate=None, tls_client=None, tls_server=None,
           iface="lo", client_prefix=(), shows="", **more):
    """Runs the connections between two peers and writes NAME.pcap and NAME.log.json to the folder."""
    port = free_port(host)
    with tempfile.TemporaryDirectory() as tmp:
        spec = {"host": host, "port": port, "deflate": deflate, **more}
        logs = {who: f"{tmp}/{who}.jsonl" for who in ("client", "server")}
        server_args = command(server, "server", {**spec, "tls": tls_server, "log": logs["server"]})
        client_args = [*client_prefix] + command(client, "client", {**spec, "tls": tls_client, "log": logs["client"], "connections": connections})
        with Server(server_args), Tcpdump(f"{folder}/{name}.pcap", [port], iface):
            subprocess.run(client_args, check=True, timeout=60)
            time.sleep(0.3)
        events = read_events(*logs.values())
    peers = {"client": PEERS[client][1], "server": PEERS[server][1]}
    return write_log(folder, name, peers, flows(events, port), shows)


def read_events(*paths):
    events = [json.loads(line) for path in paths if os.path.exists(path) for line in open(path)]
    return sorted(events, key=lambda e: e["t"])


def write_log(folder, name, peers, flows, shows, **more):
    capture = shrink(folder, f"{name}.pcap")
    log = {"capture": capture, "recorded": time.strftime("%Y-%m-%d", time.gmtime()), "peers": peers, "shows": shows, **more, "flows": flows}
    with open(f"{folder}/{name}.log.json", "w") as f:
        f.write(dump(log))
    size = os.path.getsize(f"{folder}/{capture}")
    print(f"{name}: {len(flows)} flows, {sum(len(x.get('messages', [])) for x in flows)} messages, {size} bytes", flush=True)
    return log


def shrink(folder, capture):
    """Compresses a capture of over a megabyte, if that is worth it: testdata is to stay small."""
    path = f"{folder}/{capture}"
    if os.path.getsize(path) < 1 << 20:
        return capture
    with open(path, "rb") as f:
        data = gzip.compress(f.read(), 9, mtime=0)
    with open(f"{path}.gz", "wb") as f:
        f.write(data)
    os.remove(path)
    return f"{capture}.gz"


def dump(log):
    """JSON with one line a message, so that a re-recording can be compared by eye."""
    flows = []
    for f in log["flows"]:
        head = {k: v for k, v in f.items() if k != "messages"}
        text = json.dumps(head)[:-1]
        if "messages" in f:
            text += ', "messages": [' + ",".join("\n    " + json.dumps(m) for m in f["messages"]) + "]"
        flows.append("  " + text + "}")
    head = json.dumps({k: v for k, v in log.items() if k != "flows"})[:-1]
    return head + ', "flows": [\n' + ",\n".join(flows) + "\n]}\n"


def flows(events, server_port):
    """The flows that both endpoints' events tell, in the order in which they began; a disagreement ends the recording."""
    by_port = {}
    for e in events:
        by_port.setdefault((e["port"], e.get("stream_id", 0)), []).append(e)
    return [f for f in (flow(port, server_port, es) for (port, _), es in by_port.items()) if f]


def flow(port, server_port, events):
    out = {"client_port": port, "server_port": server_port}
    before = [e["path"] for e in events if e["ev"] == "http" and e["who"] == "server"]
    if before:
        out["requests_before"] = before
    begin = [e for e in events if e["ev"] in ("open", "refused", "unanswered")]
    if not begin:
        return None
    for e in begin:  # the client's words first: it saw the answer
        out.update({k: e[k] for k in ("path", "status", "subprotocol", "extensions", "tls", "cipher", "resumed", "stream_id") if k in e and
                    (e["who"] == "client" or k not in out)})
    out = plain_tls(out)
    if begin[0]["ev"] != "open":
        out["result"] = {"refused": "rejected"}.get(begin[0]["ev"], begin[0]["ev"])
        return out
    out["result"] = "accepted"
    dropped = [e for e in events if e["ev"] == "drop"]
    out["messages"] = messages(port, events, bool(dropped))
    out["close"] = closing(events, dropped)
    return out


def plain_tls(flow):
    """The flow with its TLS version and cipher as the records call them."""
    if not flow.get("tls"):
        return flow
    return {**flow, "tls": {"TLSv1": "1.0"}.get(flow["tls"], flow["tls"][-3:]), "cipher": iana_names().get(flow["cipher"], flow["cipher"])}


@functools.cache
def iana_names():
    """OpenSSL's names of ciphers to those of the registry, which the records use."""
    lines = subprocess.check_output(["openssl", "ciphers", "-stdname", "ALL:@SECLEVEL=0"], text=True).splitlines()
    return {line.split()[2]: line.split()[0] for line in lines}


def messages(port, events, dropped):
    data = [e for e in events if e["ev"] in ("sent", "received") and e["type"] != "close"]
    truth = []
    for sender, receiver in (("client", "server"), ("server", "client")):
        key = lambda e: (e["type"], e["length"], e["sha256"])
        sent = [e for e in data if e["who"] == sender and e["ev"] == "sent"]
        received = [e for e in data if e["who"] == receiver and e["ev"] == "received"]
        agree = [key(e) for e in sent][:len(received)] == [key(e) for e in received]
        if not agree or (len(sent) != len(received) and not dropped):
            for e in sent + received:
                print(e, file=sys.stderr)
            raise SystemExit(f"port {port}: {sender} and {receiver} do not agree")
        truth += [(e["t"], {"from": sender, **{k: e[k] for k in ("type", "length", "sha256", "fragments") if k in e}}) for e in sent]
    rtts = [e for e in events if e["ev"] == "rtt"]
    ordered = [m for _, m in sorted(truth, key=lambda x: x[0])]
    timed = [m for m in ordered if rtts and m["type"] == "ping" and m["from"] == rtts[0]["who"]]
    for m, e in zip(timed[-len(rtts):], rtts):
        m["rtt_ms"] = round(e["ms"], 6)
    return ordered


def closing(events, dropped):
    sent = [e for e in events if e["ev"] == "sent" and e["type"] == "close"]
    if not sent:
        return {"by": dropped[0]["who"], "how": dropped[0]["how"]} if dropped else None
    first = sent[0]
    seen = [e for e in events if e["ev"] == "received" and e["type"] == "close"]
    out = {"by": first["who"], "how": "half", "code": first["code"], "reason": first["reason"]}
    if len(sent) > 1:
        out.update(how="handshake", reply_code=sent[1]["code"])
        heard = [e for e in seen if e["who"] == sent[1]["who"]]
        if not heard or heard[0]["t"] > sent[1]["t"]:
            out["by"] = "both"
    return out

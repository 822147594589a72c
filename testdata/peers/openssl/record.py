"""record.py [NAME…]: records what only `openssl s_client` can be made to do: KeyUpdate, record padding, small records, 0-RTT.

The client's WebSocket is written by hand below; the server is node's ws (for 0-RTT behind nginx) or gorilla/websocket.
"""
import hashlib, os, struct, subprocess, sys, tempfile, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import lib

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
OPCODES = {1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}
NGINX = """daemon off; pid {tmp}/nginx.pid; error_log {tmp}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {tmp}/a; proxy_temp_path {tmp}/b; fastcgi_temp_path {tmp}/c; uwsgi_temp_path {tmp}/d; scgi_temp_path {tmp}/e;
  server {{
    listen 127.0.0.1:{front} ssl;
    ssl_certificate {cert}; ssl_certificate_key {key}; ssl_protocols TLSv1.3; ssl_early_data on;
    location / {{ proxy_pass http://127.0.0.1:{back}; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }}
  }}
}}
"""


def request(path):
    return (f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n").encode()


def frame(opcode, data):
    mask = hashlib.sha256(data).digest()[:4]
    n = len(data)
    length = bytes([128 | n]) if n < 126 else struct.pack(">BH", 128 | 126, n)
    return bytes([128 | opcode]) + length + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data))


class Client:
    """openssl s_client, to whose standard input go our bytes, and its own commands: K and k at the beginning of a write."""

    def __init__(self, port, path, arguments):
        self.path, self.events, self.port = path, [], None
        self.heard, self.parsed, self.over = b"", 0, False
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "localhost", *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)
        threading.Thread(target=self.listen, daemon=True).start()
        time.sleep(0.3)

    def listen(self):
        while data := self.process.stdout.read(65536):
            self.heard += data
            if not self.parsed:
                head = self.heard.find(b"HTTP/1.1 101")  # after what s_client tells of itself
                if head < 0 or (end := self.heard.find(b"\r\n\r\n", head)) < 0:
                    continue
                self.parsed = end + 4
                self.write("open", path=self.path, status=101, subprotocol="", extensions="")
            while not self.over and (done := self.parse(self.heard[self.parsed:])):
                self.parsed += done

    def parse(self, b):
        if len(b) < 2:
            return 0
        n, head = (b[1], 2) if b[1] < 126 else (struct.unpack_from(">H", b, 2)[0], 4)
        if len(b) < head + n:
            return 0
        self.note("received", b[0] & 15, b[head:head + n])
        self.over = b[0] & 15 == 8  # then s_client speaks of itself again
        return head + n

    def write(self, ev, **more):
        self.events.append({"t": time.time(), "who": "client", "ev": ev, **more})

    def note(self, ev, opcode, data):
        if opcode == 8:
            self.write(ev, type="close", code=struct.unpack(">H", data[:2])[0], reason=data[2:].decode())
        else:
            self.write(ev, type=OPCODES[opcode], length=len(data), sha256=hashlib.sha256(data).hexdigest())

    def put(self, data):
        self.process.stdin.write(data)
        time.sleep(0.1)

    def say(self, opcode, data):
        self.note("sent", opcode, data)
        self.put(frame(opcode, data))

    def close(self):
        self.say(8, struct.pack(">H", 1000) + b"bye")
        time.sleep(0.3)
        self.process.kill()
        self.process.wait()


def key_update(port, base):
    c = Client(port, "/echo", base)
    c.put(request("/echo"))
    c.say(1, b"before")
    c.put(b"K")  # an update, and the server is asked for one
    c.say(1, b"after the first")
    c.put(b"k")  # an update of our own keys alone
    c.say(2, bytes(300))
    for _ in range(3):
        c.put(b"K")
    c.say(1, b"after the fifth")
    c.close()
    return [c]


def plain(path, *arguments):
    def talk(port, base):
        c = Client(port, path, [*base, *arguments])
        c.put(request(path))
        c.say(1, b"hello")
        c.say(2, bytes(range(256)) * 8)
        c.say(9, b"ping")
        c.close()
        return [c]
    return talk


def early_data(port, base):
    with tempfile.TemporaryDirectory() as tmp:
        first = Client(port, "/echo?n=1", [*base, "-sess_out", f"{tmp}/session"])
        first.put(request("/echo?n=1"))
        first.say(1, b"the ticket comes with this connection")
        first.close()
        with open(f"{tmp}/early", "wb") as f:
            f.write(request("/echo?n=2"))
        second = Client(port, "/echo?n=2", [*base, "-sess_in", f"{tmp}/session", "-early_data", f"{tmp}/early"])
        second.say(1, b"the upgrade went out as early data")
        second.close()
    return [first, second]


# name: conversation, server, what it shows
CAPTURES = {
    "key-update": (key_update, "gorilla", "TLS 1.3: five KeyUpdates by the client, four by the server, between the messages"),
    "padding": (plain("/echo", "-tls1_3", "-record_padding", "512"), "node", "TLS 1.3: the client pads its records to a multiple of 512 bytes"),
    "small-records-13": (plain("/echo", "-tls1_3", "-max_send_frag", "512", "-split_send_frag", "512"), "node", "TLS 1.3: the client's records are 512 bytes at most"),
    "small-records-12": (plain("/echo", "-tls1_2", "-max_send_frag", "512", "-split_send_frag", "512"), "node", "TLS 1.2: the client's records are 512 bytes at most"),
    "early-data": (early_data, "nginx", "TLS 1.3: the second connection's upgrade is 0-RTT early data (server: nginx before node)"),
}


def record(name):
    talk, server, shows = CAPTURES[name]
    nginx, peer = server == "nginx", "gorilla" if server == "gorilla" else "node"
    port, back, keys = lib.free_port(), lib.free_port(), f"{HERE}/{name}.keys"
    open(keys, "w").close()
    with lib.Certificates() as c, tempfile.TemporaryDirectory() as tmp:
        os.chmod(tmp, 0o755)
        spec = {"host": "127.0.0.1", "port": back if nginx else port, "log": f"{tmp}/server.jsonl"}
        if not nginx:
            spec["tls"] = {"cert": c.cert[:1], "key": c.key[:1]}
        with open(f"{tmp}/conf", "w") as f:
            f.write(NGINX.format(tmp=tmp, front=port, back=back, cert=c.cert[0], key=c.key[0]))
        with lib.Server(lib.command(peer, "server", spec)):
            proxy = subprocess.Popen(["nginx", "-c", f"{tmp}/conf"], stderr=subprocess.DEVNULL) if nginx else None
            if nginx:
                lib.wait_for(port)
            with lib.Tcpdump(f"{HERE}/{name}.pcap", [port]):
                clients = talk(port, ["-CAfile", c.ca, "-keylogfile", keys])
            if proxy:
                proxy.terminate()
                proxy.wait()
        server = lib.read_events(spec["log"])
    seen = subprocess.check_output(["tcpdump", "-n", "-r", f"{HERE}/{name}.pcap", "tcp[13] == 2"], text=True, stderr=subprocess.DEVNULL)
    ports = [int(line.split(" > ")[0].rsplit(".", 1)[1]) for line in seen.splitlines()]  # s_client does not tell its port
    flows = []
    for own, c in zip(ports, clients):
        theirs = {e["port"] for e in server if e.get("path") == c.path and e["ev"] == "open"}.pop()
        events = [{**e, "port": own} for e in c.events] + [{**e, "port": own} for e in server if e["port"] == theirs]
        flows.append(lib.flow(own, port, sorted(events, key=lambda e: e["t"])))
    lib.write_log(HERE, name, {"client": subprocess.getoutput("openssl version").rsplit(" (", 1)[0] + ", s_client", "server": lib.PEERS[peer][1]}, flows, shows)


for name in sys.argv[1:] or CAPTURES:
    record(name)

"""record.py [NAME…]: records over a wire that loses, doubles, delays and reorders packets.

The wire is two tun interfaces, the client's in a network namespace, and a loop between them that mistreats packets by a
seeded generator. tcpdump listens at the server's end: what was lost on the way to it is missing until it comes again, and what was
lost on the way from it is seen twice.
"""
import fcntl, heapq, os, random, select, struct, subprocess, sys, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import lib

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000
NETNS, NEAR, FAR = "wscope", "wscope0", "wscope1"
MESSAGES = [["send", kind, n] for n in (5, 300, 3000, 20000, 1) for kind in ("text", "binary")]
STEPS = [["fragments", "text", [10, 3000, 30], True], *MESSAGES, ["ping", 20], ["close", 1000, "bye"]]

# name: (chance of loss, of doubling, longest delay in ms; packets overtake one another within it), peers, deflate, TLS and HTTP/2, shows
CAPTURES = {
    "reorder": ((0, 0, 3), "node", "node", None, "", "segments that overtake one another; nothing lost"),
    "loss": ((0.12, 0, 0), "python", "python", None, "", "lost segments that come again, and acknowledgements lost: segments seen twice"),
    "double": ((0, 0.3, 1), "gorilla", "gorilla", None, "", "three in ten packets doubled, some later than their successors"),
    "stall": ((0.06, 0, 140), "python", "python", None, "", "long delays and losses: messages wait for a segment"),
    "all-deflate": ((0.05, 0.1, 2), "node", "python", {}, "", "loss, doubling and reordering, with permessage-deflate"),
    "all-tls": ((0.05, 0.1, 2), "node", "gorilla", None, "tls", "loss, doubling and reordering under TLS 1.3"),
    "all-h2": ((0.05, 0.1, 2), "node", "node", None, "h2", "loss, doubling and reordering under HTTP/2 in TLS 1.3"),
}


class Wire(threading.Thread):
    def __init__(self, loss, double, delay):
        super().__init__(daemon=True)
        self.chances, self.random, self.ends = (loss, double, delay), random.Random(6455), []

    def __enter__(self):
        subprocess.run(["ip", "netns", "add", NETNS], check=True)
        for name in (NEAR, FAR):
            fd = os.open("/dev/net/tun", os.O_RDWR)
            fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
            self.ends.append(fd)
        run = lambda line: subprocess.run(line.split(), check=True)
        run(f"ip link set {FAR} netns {NETNS}")
        run(f"ip addr add 10.213.7.1/30 dev {NEAR}")
        run(f"ip link set {NEAR} up")
        run(f"ip -n {NETNS} addr add 10.213.7.2/30 dev {FAR}")
        run(f"ip -n {NETNS} link set {FAR} up")
        self.start()

    def __exit__(self, *_):
        self.over = True
        self.join()
        for fd in self.ends:
            os.close(fd)
        subprocess.run(["ip", "netns", "del", NETNS], check=True)

    over = False

    def run(self):
        loss, double, delay = self.chances
        late, count = [], 0
        while not self.over:
            wait = max(0, late[0][0] - time.monotonic()) if late else 0.05
            for fd in select.select(self.ends, [], [], wait)[0]:
                packet = os.read(fd, 65536)
                to = self.ends[1 - self.ends.index(fd)]
                if self.random.random() < loss:
                    continue
                for _ in range(2 if self.random.random() < double else 1):
                    count += 1
                    heapq.heappush(late, (time.monotonic() + self.random.random() * delay / 1e3, count, to, packet))
            while late and late[0][0] <= time.monotonic():
                _, _, to, packet = heapq.heappop(late)
                os.write(to, packet)


for name in sys.argv[1:] or CAPTURES:
    chances, client, server, deflate, inside, shows = CAPTURES[name]
    more = {"h2": "tls"} if inside == "h2" else {}
    path = "/push" if server == "node" else "/echo"
    with Wire(*chances), lib.Certificates() as c:
        if inside:
            keys = f"{HERE}/{name}.keys"
            open(keys, "w").close()
            more.update(tls_client={"ca": c.ca, "keylog": keys}, tls_server={"cert": c.cert, "key": c.key})
        lib.record(HERE, name, client, server, [{"path": path, "steps": STEPS}], host="10.213.7.1", deflate=deflate, iface=NEAR,
                   client_prefix=["ip", "netns", "exec", NETNS], shows=shows, **more)

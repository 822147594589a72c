"""net.py: clients, a router and servers in network namespaces of their own, and tcpdump in one of them."""
import gzip, json, os, signal, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3"  # Debian's, for which python3-websockets is packaged
NODE = ["node", f"{HERE}/peer.js"]
PY = [PYTHON, f"{HERE}/peer.py"]
GO = [f"{HERE}/gopeer/gopeer"]
CLIENTS, SERVERS = 60, 6


def sh(line):
    subprocess.run(line.split(), check=True)


class Net:
    """Namespaces c (10.1.0.N, the clients), r (a router) and s (10.2.0.N, the servers); packets pass c - r - s."""

    def __init__(self, name):
        self.name = f"w{os.getpid() % 10000}{name}"
        self.procs, self.tmp = [], tempfile.TemporaryDirectory()

    def __enter__(self):
        for ns in "crs":
            sh(f"ip netns add {self.name}{ns}")
            self.ip(ns, "link set lo up")
        for ns, n, mine in ("c", 1, CLIENTS), ("s", 2, SERVERS):
            self.ip("r", f"link add r{ns} type veth peer name eth0 netns {self.name}{ns}")
            self.ip("r", f"addr add 10.{n}.255.254/16 dev r{ns}")
            self.ip("r", f"link set r{ns} up")
            for i in range(1, mine + 1):
                self.ip(ns, f"addr add 10.{n}.0.{i}/16 dev eth0")
            self.ip(ns, "link set eth0 up")
            self.ip(ns, f"route add default via 10.{n}.255.254")
        self.run("r", "sysctl -qw net.ipv4.ip_forward=1".split())
        return self

    def __exit__(self, *_):
        for p in reversed(self.procs):
            if p.poll() is None:
                p.kill()
            p.wait()
        for ns in "crs":
            for pid in subprocess.getoutput(f"ip netns pids {self.name}{ns}").split():
                os.kill(int(pid), signal.SIGKILL)  # nginx's workers
            sh(f"ip netns del {self.name}{ns}")

    def ip(self, ns, line):
        sh(f"ip -n {self.name}{ns} {line}")

    def run(self, ns, args):
        subprocess.run(["ip", "netns", "exec", self.name + ns] + args, check=True)

    def nft(self, text):
        subprocess.run(["ip", "netns", "exec", self.name + "r", "nft", "-f", "-"], input=text.replace("}", "\n}\n"), text=True, check=True)

    def start(self, ns, args, ready=True):
        """Starts a process; with ready it is waited for until it has said a line."""
        log = subprocess.DEVNULL
        p = subprocess.Popen(["ip", "netns", "exec", self.name + ns] + args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if ready else log, stderr=log, text=True)
        self.procs.append(p)
        if ready and not p.stdout.readline():
            raise SystemExit(f"{args} ended")
        return p

    def server(self, program, **spec):
        return self.start("s", program + ["server", json.dumps(spec)])

    def clients(self, program, list):
        return self.start("c", program + ["clients", json.dumps(list)], ready=False)

    def file(self, name, text):
        path = os.path.join(self.tmp.name, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def nginx(self, http):
        d = self.tmp.name
        conf = self.file("nginx.conf", f"daemon off; worker_processes 1; pid {d}/pid; error_log {d}/err; events {{}}\n"
                         "http { access_log off; map $http_upgrade $up { default upgrade; '' close; }\n" + http + "}\n")
        p = self.start("s", ["nginx", "-p", d, "-e", f"{d}/err", "-c", conf], ready=False)
        time.sleep(0.5)
        return p

    def haproxy(self, text):
        p = self.start("s", ["haproxy", "-db", "-f", self.file("haproxy.cfg", "defaults\n mode http\n timeout connect 2s\n" + text)], ready=False)
        time.sleep(0.5)
        return p

    def capture(self, name, seconds, ns="s", iface="eth0", expect="tcp"):
        return Capture(self, name, seconds, ns, iface, expect)


class Capture:
    """While entered, packets go to NAME.pcap.gz; it lasts so many seconds."""

    def __init__(self, net, name, seconds, ns, iface, expect):
        self.net, self.path, self.seconds, self.begun = net, f"{HERE}/{name}.pcap.gz", seconds, time.time()
        self.args = ["tcpdump", "-i", iface, "-s", "0", "-U", "-B", "16384", "-Z", "root", "-w", "-", expect]
        self.ns = ns

    def __enter__(self):
        self.out = open(f"{self.net.tmp.name}/out.pcap", "wb")
        self.p = subprocess.Popen(["ip", "netns", "exec", self.net.name + self.ns] + self.args, stdout=self.out, stderr=subprocess.PIPE, text=True)
        while "listening on" not in (line := self.p.stderr.readline()):
            if not line:
                raise SystemExit("tcpdump ended")
        time.sleep(0.3)
        self.begun = time.time()
        return self

    def at(self, second):
        """Waits until that second of the capture."""
        time.sleep(max(self.begun + second - time.time(), 0))

    def __exit__(self, *_):
        self.at(self.seconds)
        self.p.send_signal(signal.SIGINT)
        self.p.wait()
        self.out.close()
        with open(self.out.name, "rb") as f, open(self.path, "wb") as out:
            out.write(gzip.compress(f.read(), 9, mtime=0))
        print(os.path.basename(self.path), os.path.getsize(self.path), "bytes", flush=True)


def main(scenarios):
    for name in sys.argv[1:] or scenarios:
        with Net(name[:4]) as net:
            scenarios[name](net, name)

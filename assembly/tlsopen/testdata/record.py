#!/usr/bin/env python3
"""Records the conversations of this folder: OpenSSL's s_client and s_server over loopback,
through a proxy that writes down what each side sends.

    python3 record.py            # writes NAME.talk for every conversation below
    python3 record.py NAME...    # for these alone

A .talk file is lines: "# comment", "K key-log line", "a HEX" and "b HEX" (what the
client's and the server's application sent), then "A HEX" and "B HEX" (the bytes of the
two TLS streams, in the order of the conversation)."""
import os, socket, subprocess, sys, tempfile, threading, time

OPENSSL = os.environ.get("OPENSSL", "openssl")
LINES = ["hello from the client\n", "second line\n", "x" * 700 + "\n"]
SEC = "@SECLEVEL=0"

# name: (s_client and s_server arguments, s_client's only, s_server's only, what the client types)
TALKS = {
    "13-ccm": (["-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256"], [], [], LINES),
    "13-ccm8": (["-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_8_SHA256", "-cipher", "ALL:" + SEC], [], [], LINES),
    "13-chacha20": (["-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"], [], [], LINES),
    "13-aes256": (["-tls1_3", "-ciphersuites", "TLS_AES_256_GCM_SHA384"], [], [], LINES),
    "13-key-update": (["-tls1_3"], [], [], [LINES[0], "K\n", LINES[1], "k\n", "K\n", LINES[2]]),
    "13-padding": (["-tls1_3", "-record_padding", "512"], [], [], LINES),
    "12-ccm": (["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-CCM"], [], [], LINES),
    "12-ccm8": (["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-CCM8:" + SEC], [], [], LINES),
    "12-cbc-sha-etm": (["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA"], [], [], LINES),
    "12-cbc-sha256-etm": (["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256"], [], [], LINES),
    "12-cbc-sha384-etm": (["-tls1_2", "-cipher", "ECDHE-RSA-AES256-SHA384"], [], [], LINES),
    "12-cbc-sha384": (["-tls1_2", "-cipher", "ECDHE-RSA-AES256-SHA384"], ["-no_etm"], [], LINES),
    # Without extended_master_secret; OpenSSL logs the premaster secret too.
    "12-rsa-no-ems": (["-tls1_2", "-cipher", "AES128-GCM-SHA256:" + SEC], [], [], LINES),
    "10-rsa-no-ems": (["-tls1", "-cipher", "AES256-SHA:" + SEC], [], [], LINES),
    "12-renegotiation": (["-tls1_2"], [], ["-client_renegotiation"], [LINES[0], "R\n", LINES[1], LINES[2]]),
    "12-cbc-renegotiation": (["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA"], [], ["-client_renegotiation"],
                             [LINES[0], "R\n", LINES[1], LINES[2]]),
    "11-cbc-etm": (["-tls1_1", "-cipher", "ALL:" + SEC], [], [], LINES),
    "10-cbc-etm": (["-tls1", "-cipher", "ECDHE-RSA-AES256-SHA:" + SEC], [], [], LINES),
    "10-cbc": (["-tls1", "-cipher", "AES128-SHA:" + SEC], ["-no_etm"], [], LINES),
}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Proxy:
    """Passes one connection on and keeps what was sent."""

    def __init__(self, target):
        self.sent, self.lock = [], threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.target = self.listener.getsockname()[1], target
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        a, _ = self.listener.accept()
        self.listener.close()
        for attempt in range(50):  # the server may still be starting
            try:
                b = socket.create_connection(("127.0.0.1", self.target))
                break
            except ConnectionRefusedError:
                time.sleep(0.1)
        back = threading.Thread(target=self.copy, args=("B", b, a))
        back.start()
        self.copy("A", a, b)
        back.join()

    def settle(self, quiet=0.4):
        """Waits until nothing has been sent for a while."""
        seen = -1
        while seen != len(self.sent):
            seen = len(self.sent)
            time.sleep(quiet)

    def copy(self, side, src, dst):
        try:
            while data := src.recv(65536):
                with self.lock:
                    self.sent.append((side, data))
                dst.sendall(data)
            dst.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def converse(tmp, both, client_args, server_args, typed):
    port = free_port()
    log = os.path.join(tmp, "keys")
    open(log, "w").close()
    server = subprocess.Popen(
        [OPENSSL, "s_server", "-accept", f"127.0.0.1:{port}", "-quiet", "-cert", f"{tmp}/rsa.pem", "-key", f"{tmp}/rsa.key",
         "-dcert", f"{tmp}/ec.pem", "-dkey", f"{tmp}/ec.key", "-naccept", "1"]
        + ["-rev"] + both + server_args,
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.4)
    proxy = Proxy(port)
    client = subprocess.Popen(
        [OPENSSL, "s_client", "-connect", f"127.0.0.1:{proxy.port}", "-servername", "chat.example.com", "-alpn", "http/1.1",
         "-keylogfile", log] + both + client_args,
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not proxy.sent:
        time.sleep(0.1)
    for line in typed:
        proxy.settle()
        client.stdin.write(line.encode())
        client.stdin.flush()
    proxy.settle()
    client.stdin.write(b"Q\n")
    client.stdin.close()
    client.wait(10)
    server.stdin.close()
    try:
        server.wait(2)
    except subprocess.TimeoutExpired:
        server.terminate()
        server.wait(10)
    proxy.thread.join(10)
    return proxy.sent, open(log).read()


def write(name, sent, keys, a, b):
    version = subprocess.check_output([OPENSSL, "version"], text=True).strip()
    with open(name + ".talk", "w") as f:
        f.write(f"# {name}: {version}, made by record.py\n")
        for line in keys.splitlines():
            if not line.startswith("#"):
                f.write(f"K {line}\n")
        f.write(f"a {a.encode().hex()}\nb {b.encode().hex()}\n")
        for side, data in sent:
            f.write(f"{side} {data.hex()}\n")
    print(name, len(sent), "pieces,", sum(len(d) for _, d in sent), "bytes")


def main():
    with tempfile.TemporaryDirectory() as tmp:
        for kind, args in (("rsa", ["rsa:2048"]), ("ec", ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])):
            subprocess.check_call([OPENSSL, "req", "-x509", "-nodes", "-newkey", *args, "-subj", "/CN=chat.example.com",
                                   "-days", "2", "-keyout", f"{tmp}/{kind}.key", "-out", f"{tmp}/{kind}.pem"],
                                  stderr=subprocess.DEVNULL)
        with open(f"{tmp}/no-ems.cnf", "w") as f:
            f.write("openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nOptions = -ExtendedMasterSecret\n")
        for name, (both, client, server, typed) in TALKS.items():
            if len(sys.argv) > 1 and name not in sys.argv[1:]:
                continue
            said = [l for l in typed if len(l) > 2]  # the others are s_client's commands
            if name.endswith("no-ems"):
                os.environ["OPENSSL_CONF"] = f"{tmp}/no-ems.cnf"
            sent, keys = converse(tmp, both, client, server, typed)
            os.environ.pop("OPENSSL_CONF", None)
            write(name, sent, keys, "".join(said), "".join(l[:-1][::-1] + "\n" for l in said))
        if len(sys.argv) == 1:
            early_data(tmp)


def early_data(tmp):
    """0-RTT, accepted and refused. The ticket comes from a connection before it."""
    early, session = "GET /early HTTP/1.1\n\n", f"{tmp}/session"
    with open(f"{tmp}/early", "w") as f:
        f.write(early)
    for name, group in (("13-early-data", []), ("13-early-data-refused", ["-groups", "P-521"])):
        # Two connections at one server, for its tickets' key; the second has the group that makes it retry.
        port, log = free_port(), f"{tmp}/keys"
        open(log, "w").close()
        server = subprocess.Popen(
            [OPENSSL, "s_server", "-accept", f"127.0.0.1:{port}", "-quiet", "-cert", f"{tmp}/rsa.pem", "-key", f"{tmp}/rsa.key",
             "-tls1_3", "-early_data", "-max_early_data", "4096", "-no_anti_replay", "-naccept", "2"] + group,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.4)
        args = [OPENSSL, "s_client", "-servername", "chat.example.com", "-tls1_3"]
        first = subprocess.Popen(args + ["-connect", f"127.0.0.1:{port}", "-sess_out", session], stdin=subprocess.PIPE,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.5)
        first.stdin.write(b"Q\n")
        first.stdin.close()
        first.wait(10)
        proxy = Proxy(port)
        client = subprocess.Popen(args + ["-connect", f"127.0.0.1:{proxy.port}", "-sess_in", session, "-early_data",
                                          f"{tmp}/early", "-keylogfile", log], stdin=subprocess.PIPE,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not proxy.sent:
            time.sleep(0.1)
        proxy.settle()
        client.stdin.write(LINES[0].encode())
        client.stdin.flush()
        proxy.settle()
        server.stdin.write(LINES[1].encode())
        server.stdin.flush()
        proxy.settle()
        client.stdin.write(b"Q\n")
        client.stdin.close()
        client.wait(10)
        server.stdin.close()
        try:
            server.wait(2)
        except subprocess.TimeoutExpired:
            server.terminate()
            server.wait(10)
        proxy.thread.join(10)
        write(name, proxy.sent, open(log).read(), ("" if group else early) + LINES[0], LINES[1])


if __name__ == "__main__":
    os.chdir(os.path.dirname(os.path.abspath(sys.argv[0])))
    main()

#!/usr/bin/env python3
"""record.py [NAME…]: records the shop before and after each regression (NAME.before.pcap.gz, NAME.after.pcap.gz) and ten
times twice with nothing changed (same-N.…). Needs what testdata/README.md says, with testdata/peers/node made ready."""
import gzip, os, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "peers"))
import lib

REGRESSIONS = ["dropped-field", "renamed-event", "extra-round-trip", "wrong-close-code", "missing-pong", "slower-operation", "compression-off",
               "larger-payload", "out-of-order", "duplicate-message", "protocol-violation", "reconnect-loop"]


def record(name, regression):
    port = lib.free_port()
    with tempfile.TemporaryDirectory() as tmp:
        path = f"{tmp}/shop.pcap"
        with lib.Server(["node", f"{HERE}/server.js", str(port), regression]), lib.Tcpdump(path, [port]):
            subprocess.run(["node", f"{HERE}/client.js", str(port), regression], check=True, timeout=60)
        with open(path, "rb") as f, open(f"{HERE}/{name}.pcap.gz", "wb") as out:
            out.write(gzip.compress(f.read(), 9, mtime=0))
    print(name, os.path.getsize(f"{HERE}/{name}.pcap.gz"), "bytes", flush=True)


for name in sys.argv[1:] or REGRESSIONS + [f"same-{i}" for i in range(1, 11)]:
    record(f"{name}.before", "none")
    record(f"{name}.after", "none" if name.startswith("same-") else name)

#!/usr/bin/env python3
"""record.py [NAME…]: records the shop before and after each regression (NAME.before.pcap.gz, NAME.after.pcap.gz) and ten
times twice with nothing changed (same-N.…); and, as others/PROGRAM, the other programs unchanged, twice and beside two busy
loops, and with each regression. Needs what testdata/README.md says, with testdata/peers/node and testdata/apps/node made ready."""
import gzip, os, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "peers"))
import lib

REGRESSIONS = ["dropped-field", "renamed-event", "extra-round-trip", "wrong-close-code", "missing-pong", "slower-operation", "compression-off",
               "larger-payload", "out-of-order", "duplicate-message", "protocol-violation", "reconnect-loop"]


OTHERS = {"smoke": "smoke.py", "game": "game.py", "feed": "feed.py", "builds": "builds.js", "chat": "chat.js"}


def record(path, server, client, regression):
    port = lib.free_port()
    with tempfile.TemporaryDirectory() as tmp:
        with lib.Server(server + [str(port), regression]), lib.Tcpdump(f"{tmp}/a.pcap", [port]):
            subprocess.run(client + [str(port), regression], check=True, timeout=60)
        with open(f"{tmp}/a.pcap", "rb") as f, open(path, "wb") as out:
            out.write(gzip.compress(f.read(), 9, mtime=0))
    print(os.path.relpath(path, HERE), os.path.getsize(path), "bytes", flush=True)


def shop(name):
    for when, regression in ("before", "none"), ("after", "none" if name.startswith("same-") else name):
        record(f"{HERE}/{name}.{when}.pcap.gz", ["node", f"{HERE}/server.js"], ["node", f"{HERE}/client.js"], regression)


def other(program):
    source = f"{HERE}/others/{OTHERS[program]}"
    run = [lib.PYTHON if source.endswith(".py") else "node", source]
    for name in ["same-1", "same-2", "busy"] + REGRESSIONS:
        loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 if name == "busy" else 0)]
        try:
            record(f"{HERE}/others/{program}.{name}.pcap.gz", run + ["server"], run + ["client"], name)
        finally:
            for loop in loops:
                loop.kill()
                loop.wait()


for name in sys.argv[1:] or REGRESSIONS + [f"same-{i}" for i in range(1, 11)] + [f"others/{p}" for p in OTHERS]:
    other(name.removeprefix("others/")) if name.startswith("others/") else shop(name)

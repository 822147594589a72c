#!/usr/bin/env python3
"""record.py [--jobs N] FOLDER [PROGRAM…]: records the programs into FOLDER/PROGRAM: twelve runs with nothing changed
(none.quiet-1 … none.relay-4: on an idle machine, beside a busy loop, through relay.py), and each change on an idle machine and
under one of the others. What is there already stays. Needs Linux, root, tcpdump, Go, node and /usr/bin/python3 with websockets and tornado; run
`npm ci` here before. `go run ./analyzer/behaviour/simulate/table -recordings FOLDER` prints what the comparison says of them."""
import concurrent.futures, gzip, json, os, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "peers"))
import lib

PROGRAMS = sorted(f.split(".")[0] for f in os.listdir(f"{HERE}/programs") + os.listdir(f"{HERE}/src") if not f.startswith("go."))
BUILT = tempfile.TemporaryDirectory()


def command(program, half, *args):
    if os.path.exists(f"{HERE}/programs/{program}.py"):
        return [lib.PYTHON, f"{HERE}/programs/{program}.py", half, *args]
    if os.path.exists(f"{HERE}/src/{program}"):
        if not os.path.exists(f"{BUILT.name}/{program}"):
            subprocess.run(["go", "build", "-o", f"{BUILT.name}/{program}", f"./{program}"], cwd=f"{HERE}/src", check=True)
        return [f"{BUILT.name}/{program}", half, *args]
    return ["node", f"{HERE}/harness.mjs", half, program, *args]


def record(path, program, change, condition):
    if os.path.exists(path):
        return
    port, front = lib.free_port(), lib.free_port()
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(1 if condition == "busy" else 0)]
    # What else the machine does shall not make it busy.
    first = [] if condition == "busy" else ["nice", "-n", "-10"]
    try:
        with tempfile.TemporaryDirectory() as tmp, lib.Server(first + command(program, "server", str(port), change)):
            relayed = condition == "relay"
            with lib.Server(first + [sys.executable, f"{HERE}/relay.py", str(front), str(port)]) if relayed else open(os.devnull):
                # Half of the programs are listened to at the client's end, half at the server's.
                ear = front if relayed and len(program) % 2 else port
                with lib.Tcpdump(f"{tmp}/a.pcap", [ear]):
                    subprocess.run(first + command(program, "client", str(front if relayed else port), change), timeout=90, check=True)
            with open(f"{tmp}/a.pcap", "rb") as f, open(path + ".part", "wb") as out:
                out.write(gzip.compress(f.read(), 9, mtime=0))
        os.rename(path + ".part", path)
        print(os.path.basename(os.path.dirname(path)), os.path.basename(path), os.path.getsize(path), flush=True)
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def attempt(*job):
    for _ in range(3):
        try:
            return record(*job)
        except (SystemExit, subprocess.SubprocessError) as e:
            print(job[0], "again:", e, flush=True)
    raise SystemExit(f"{job[0]}: given up")


def main(args):
    jobs = 2
    if args[0] == "--jobs":
        jobs, args = int(args[1]), args[2:]
    folder, programs = args[0], args[1:] or PROGRAMS
    work = []
    for program in programs:
        os.makedirs(f"{folder}/{program}", exist_ok=True)
        changes = subprocess.check_output(command(program, "changes"), text=True)
        with open(f"{folder}/{program}/changes.json", "w") as f:
            f.write(changes)
        for condition in ("quiet", "busy", "relay"):
            work += [(f"{folder}/{program}/none.{condition}-{i}.pcap.gz", program, "none", condition) for i in range(1, 5)]
        for i, change in enumerate(json.loads(changes)):
            work += [(f"{folder}/{program}/{change}.{c}.pcap.gz", program, change, c) for c in ("quiet", ("busy", "relay")[i % 2])]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda job: attempt(*job), work))


main(sys.argv[1:])

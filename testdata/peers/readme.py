"""readme.py: renews README.md's provenance tables (one line a capture) from the captures' logs."""
import glob, json, os

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BEGIN, END = "<!-- provenance: peers/readme.py -->\n", "<!-- /provenance -->\n"

lines = []
folders = [(os.path.dirname(p), f"peers/{os.path.basename(os.path.dirname(p))}") for p in glob.glob(f"{ROOT}/peers/*/record.py")]
for folder, name in sorted(folders) + [(f"{ROOT}/apps", "apps")]:
    lines += [f"\n### {name}\n\nAgain with `testdata/{name}/record.py NAME`.\n\n",
              "| capture | recorded | peers | what it shows |\n| --- | --- | --- | --- |\n"]
    for path in sorted(glob.glob(f"{folder}/*.log.json") + glob.glob(f"{folder}/*/*.log.json")):
        log = json.load(open(path))
        peers = log["peers"]
        who = peers["client"] if len(set(peers.values())) == 1 else "; ".join(f"{k} {v}" for k, v in peers.items())
        breaks = log.get("breaks")
        what = (f"{breaks['by']} breaks {breaks['rfc']}: " if breaks else "") + log["shows"]
        lines.append(f"| {os.path.relpath(os.path.dirname(path), folder).replace('.', '', 1)}{'/' * (os.path.dirname(path) != folder)}{log['capture']} | {log['recorded']} | {who} | {what} |\n")

text = open(f"{ROOT}/README.md").read()
head, rest = text.split(BEGIN)
open(f"{ROOT}/README.md", "w").write(head + BEGIN + "".join(lines) + "\n" + END + rest.split(END)[1])

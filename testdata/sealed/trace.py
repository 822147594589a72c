"""trace.py KIND OUT CAPTURE [KEYS | TRUTH]: adds the TLS record headers of a capture's connections to OUT (JSON lines), with
what is true of them: for KIND "websocket" by wscope with the key log KEYS, for "other" by TRUTH's lines "server-port name".
WSCOPE names the program. It reads pcap files of an Ethernet or loopback interface without loss."""
import json, os, struct, subprocess, sys


def segments(path):
    """The TCP segments of a capture: time in ns, (source, destination), sequence number, flags, payload."""
    data = open(path, "rb").read()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    nano = 1 if data[:4] in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d") else 1000
    at = 24
    while at + 16 <= len(data):
        sec, frac, n, _ = struct.unpack(order + "IIII", data[at:at + 16])
        frame, at = data[at + 16:at + 16 + n], at + 16 + n
        kind, ip = struct.unpack(">H", frame[12:14])[0], frame[14:]
        if kind == 0x0800 and ip[9] == 6:
            tcp = ip[(ip[0] & 15) * 4:struct.unpack(">H", ip[2:4])[0] or None]
            source, target = ip[12:16], ip[16:20]
        elif kind == 0x86DD and ip[6] == 6:
            tcp, source, target = ip[40:40 + struct.unpack(">H", ip[4:6])[0]], ip[8:24], ip[24:40]
        else:
            continue
        ports = struct.unpack(">HH", tcp[:4])
        yield (sec * 10**9 + frac * nano, ((source, ports[0]), (target, ports[1])), struct.unpack(">I", tcp[4:8])[0], tcp[13],
               tcp[(tcp[12] >> 4) * 4:])


class Connection:
    def __init__(self, client, start):
        self.client, self.start = client, start
        self.next, self.bytes, self.records = [None, None], [b"", b""], []
        self.facts, self.ends, self.first = {}, [], [True, True]

    def data(self, side, seq, payload, at):
        if self.next[side] is not None and (seq - self.next[side]) & 0xFFFFFFFF:
            return  # sent again
        self.next[side] = (seq + len(payload)) & 0xFFFFFFFF
        b = self.bytes[side] + payload
        while len(b) >= 5:
            n = struct.unpack(">H", b[3:5])[0]
            if len(b) < 5 + n:
                break
            if b[0] == 22 and self.first[side]:
                self.hello(side, b[5:5 + n])
            self.records.append([side, b[0], n, (at - self.start) // 1000])
            b = b[5 + n:]
        self.bytes[side] = b

    def hello(self, side, m):
        """What the two hellos show; see sealed.Facts."""
        self.first[side] = side == 1 and m[0] == 2 and m[6:38] == bytes.fromhex(
            "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
        if m[0] not in (1, 2):
            return
        at = 39 + m[38]
        if m[0] == 1:
            at += 2 + struct.unpack(">H", m[at:at + 2])[0]
            at += 1 + m[at]
        else:
            self.facts["suite"] = struct.unpack(">H", m[at:at + 2])[0]
            self.facts["version"] = struct.unpack(">H", m[4:6])[0]
            at += 3
        extensions = {}
        end = at + 2 + struct.unpack(">H", m[at:at + 2])[0] if at + 2 <= len(m) else at
        at += 2
        while at + 4 <= end:
            kind, n = struct.unpack(">HH", m[at:at + 4])
            extensions[kind] = m[at + 4:at + 4 + n]
            at += 4 + n
        names, rest = [], extensions.get(16, b"")[2:]
        while rest:
            names.append(rest[1:1 + rest[0]].decode("latin-1"))
            rest = rest[1 + rest[0]:]
        if m[0] == 1:
            self.facts["offered"] = names
            self.facts["no_tickets"] = 45 not in extensions
        else:
            if 43 in extensions:
                self.facts["version"] = struct.unpack(">H", extensions[43])[0]
            self.facts["alpn"] = names[0] if names else ""
            self.facts["encrypt_then_mac"] = 22 in extensions


def connections(path):
    live, done = {}, []
    for at, key, seq, flags, payload in segments(path):
        pair = frozenset(key)
        if flags & 0x12 == 0x02 and (pair not in live or live[pair].ends):
            live[pair] = Connection(key[0], at)
            done.append(live[pair])
        c = live.get(pair)
        if c is None:
            continue
        side = 0 if key[0] == c.client else 1
        if payload:
            c.data(side, seq, payload, at)
        if flags & 0x05 and not any(e[0] == side for e in c.ends):
            c.ends.append([side, "rst" if flags & 4 else "fin", (at - c.start) // 1000])
    return done


def main(kind, out, capture, extra):
    wscope = os.environ.get("WSCOPE", "wscope")
    args = [wscope, "flows"] + (["--keylog", extra] if kind == "websocket" else []) + [capture]
    flows = {}
    for line in subprocess.run(args, capture_output=True, text=True).stdout.splitlines():
        f = json.loads(line)
        flows.setdefault(f["client"]["port"], f)
    names = {int(a): b for a, b in (line.split() for line in open(extra))} if kind == "other" else {}
    with open(out, "a") as w:
        for c in connections(capture):
            f = flows.get(c.client[1])
            if f is None or not c.records:
                continue
            line = {"name": os.path.basename(capture).rsplit(".", 1)[0], "websocket": kind == "websocket"}
            if kind == "other":
                line["name"] = names.get(f["server"]["port"])
                if line["name"] is None:
                    continue
            else:
                if not f.get("tls", {}).get("decrypted") or f["http"]["version"] != "1.1" or f["handshake"]["result"] != "accepted" or f.get("via"):
                    continue
                sides = [f["client_to_server"], f["server_to_client"]]
                line["messages"] = [sum(d["messages"].values()) for d in sides]
                line["payload"] = [d["payload_bytes"] for d in sides]
                line["close"] = [f["close"].get("by", ""), f["close"]["how"]]
            line["facts"] = {**c.facts, "cipher": f["tls"].get("cipher", ""), "version": f["tls"].get("version", "")}
            line["ends"], line["records"] = c.ends, c.records
            w.write(json.dumps(line, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

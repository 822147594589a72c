"""record.py: makes captures out of recorded ones, packet by packet; the same input gives the same bytes.

Nothing is recorded here. Each log is the original's, with what the change did to it.
"""
import json, os, random, struct, sys

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.dirname(HERE)
sys.path.insert(0, PEERS)
import lib


class Packet:
    """A loopback packet: Ethernet, IPv4 and TCP headers, 14 + 20 + (data offset) bytes, and its payload."""

    def __init__(self, t, data):
        self.t, self.data, self.length = t, bytearray(data), len(data)
        self.head = 34 + (data[46] >> 4) * 4
        self.payload = bytes(data[self.head:14 + struct.unpack_from(">H", data, 16)[0]])
        self.sport, self.dport, self.seq, self.ack = struct.unpack_from(">HHII", data, 34)

    def put(self, offset, form, value):
        struct.pack_into(form, self.data, offset, value)
        return self

    def carrying(self, seq, payload):
        """The same packet with another stretch of the stream."""
        p = Packet(self.t, bytes(self.data[:self.head]) + payload)
        return p.put(16, ">H", len(p.data) - 14).put(38, ">I", seq & 0xFFFFFFFF)


def read(name, folder="plain"):
    data = open(f"{PEERS}/{folder}/{name}.pcap", "rb").read()
    packets, at = [], 24
    while at < len(data):
        sec, usec, n, _ = struct.unpack_from("<IIII", data, at)
        packets.append(Packet((sec, usec), data[at + 16:at + 16 + n]))
        at += 16 + n
    return packets, json.load(open(f"{PEERS}/{folder}/{name}.log.json"))


def pcap(packets, order="<", nano=False, snaplen=262144):
    out = struct.pack(order + "IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, snaplen, 1)
    for p in packets:
        cut = bytes(p.data[:snaplen])
        out += struct.pack(order + "IIII", p.t[0], p.t[1] * (1000 if nano else 1), len(cut), len(p.data)) + cut
    return out


def pcapng(packets, order="<", secrets=()):
    """secrets are texts for decryption secrets blocks: the first before the packets, the others after them."""
    def block(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack(order + "II", kind, len(body) + 12) + body + struct.pack(order + "I", len(body) + 12)
    out = block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += block(1, struct.pack(order + "HHI", 1, 0, 262144))
    keys = [block(10, struct.pack(order + "II", 0x544C534B, len(text)) + text) for text in secrets]
    out += b"".join(keys[:1])
    for p in packets:
        t = p.t[0] * 1000000 + p.t[1]
        out += block(6, struct.pack(order + "IIIII", 0, t >> 32, t & 0xFFFFFFFF, len(p.data), len(p.data)) + bytes(p.data))
    return out + b"".join(keys[1:])


def write(name, file, packets, original, shows, data=None, **changes):
    with open(f"{HERE}/{file}", "wb") as f:
        f.write(data or pcap(packets))
    flows = [{**f, **changes} for f in original["flows"]]
    log = {**original, "capture": file, "shows": shows, "from": original["capture"], "flows": flows}
    with open(f"{HERE}/{name}.log.json", "w") as f:
        f.write(lib.dump(log))
    print(name, os.path.getsize(f"{HERE}/{file}"))


def handshake_end(packets):
    return next(i for i, p in enumerate(packets) if p.payload.startswith(b"HTTP/1.1 101")) + 2  # with its acknowledgement


def midstream():
    for name in ("py-echo", "ws-ping", "ws-deflate", "gorilla-fragments"):
        packets, log = read(name)
        write(f"midstream-{name}", f"midstream-{name}.pcap", packets[handshake_end(packets):], log,
              "the handshake is not in the capture; all messages are", pickup="midstream")


def formats():
    packets, log = read("ws-ping")
    for name, file, data in (("big-endian", "big-endian.pcap", pcap(packets, ">")),
                             ("nanoseconds", "nanoseconds.pcap", pcap(packets, nano=True)),
                             ("pcapng", "pcapng.pcapng", pcapng(packets)),
                             ("pcapng-big-endian", "pcapng-big-endian.pcapng", pcapng(packets, ">"))):
        write(name, file, packets, log, "the packets of ws-ping.pcap in another file format", data)


def cuts():
    packets, log = read("ws-ping")
    whole = pcap(packets)
    write("cut", "cut.pcap", None, log, "the file ends within its last packet (a FIN's acknowledgement)", whole[:-9])
    packets, log = read("ws-subprotocol")
    write("snaplen-96", "snaplen-96.pcap", None, log, "each packet cut to 96 bytes: 30 bytes of payload are left",
          pcap(packets, snaplen=96))
    packets, log = read("py-echo")
    whose = [i for i, p in enumerate(packets) if p.payload[:4] == bytes([0x82, 126, 255, 255])][0]
    write("gap", "gap.pcap", packets[:whose] + packets[whose + 1:], log,
          f"packet {whose + 1} is missing: it held the header and first bytes of the server's binary of 65535",
          missing={"from": "server", "type": "binary", "length": 65535})


def tcp():
    packets, log = read("ws-deflate")
    server = packets[0].dport
    for p in packets:  # both sequence spaces wrap amid the messages
        for offset, mine in ((38, p.sport == server), (42, p.sport != server)):
            first = next(q.seq for q in packets if (q.sport == server) == mine)
            value = struct.unpack_from(">I", p.data, offset)[0]
            if offset == 38 or p.data[47] & 16:
                p.put(offset, ">I", (value - first - 700) & 0xFFFFFFFF)
    write("sequence-wrap", "sequence-wrap.pcap", packets, log, "both directions' sequence numbers wrap 700 bytes after the SYN")

    packets, log = read("py-echo")
    out, r = [], random.Random(9293)
    for p in packets:
        out += [p.carrying(p.seq + i, p.payload[i:i + 1448]) for i in range(0, max(len(p.payload), 1), 1448)]
    for i in range(len(out) - 1):  # times stay where they are: the order on the wire changes, not the clock
        a, b = out[i], out[i + 1]
        if a.payload and b.payload and r.random() < 0.2:
            out[i], out[i + 1], a.t, b.t = b, a, b.t, a.t
    seen, last = [], {}
    for p in out:
        seen.append(p)
        before = last.get(p.sport)
        if p.payload and before and r.random() < 0.15:
            kind = r.randrange(3)
            if kind == 0:  # the same again
                again = before.carrying(before.seq, before.payload)
            elif kind == 1:  # its second half again
                half = len(before.payload) // 2
                again = before.carrying(before.seq + half, before.payload[half:])
            else:  # a keep-alive probe: one byte, garbage, just before the next one expected
                again = before.carrying(before.seq + len(before.payload) - 1, b"\0")
            again.t = p.t
            seen.append(again)
        if p.payload:
            last[p.sport] = p
    write("rewritten", "rewritten.pcap", seen, log, "py-echo in segments of 1448 bytes, neighbours swapped, segments sent again "
          "whole and in part, keep-alive probes with a garbage byte")

    first, log = read("ws-ping")
    second, other = read("ws-subprotocol")
    shift = first[-1].t[0] + 1 - second[0].t[0]
    ports = {second[0].sport: first[0].sport, second[0].dport: first[0].dport}
    for p in second:
        p.t = (p.t[0] + shift, p.t[1])
        p.put(34, ">H", ports[p.sport]).put(36, ">H", ports[p.dport])
    same = {k: log["flows"][0][k] for k in ("client_port", "server_port")}
    log["flows"] += [{**f, **same} for f in other["flows"]]
    write("tuple-reused", "tuple-reused.pcap", first + second, log, "two connections, one after the other, on the same addresses and ports")


def overlap():
    """A later segment arrives first, and again with other bytes when the one before it has come."""
    packets, log = read("py-echo")
    whose = [i for i, p in enumerate(packets) if len(p.payload) > 20000][0]
    p = packets[whose]
    first, second = p.carrying(p.seq, p.payload[:10000]), p.carrying(p.seq + 10000, p.payload[10000:])
    other = second.carrying(p.seq + 10000, bytes(b ^ 0x20 for b in second.payload[:64]) + second.payload[64:])
    write("overlap", "overlap.pcap", packets[:whose] + [second, other, first] + packets[whose + 1:], log,
          "64 bytes come twice and differ, ahead of those before them: the first ones are taken")


def inside():
    packets, log = read("tls13-node", "tls")
    lines = open(f"{PEERS}/tls/tls13-node.keys", "rb").read().splitlines(keepends=True)
    text = [b"".join(lines[:len(lines) // 2]), b"".join(lines[len(lines) // 2:])]
    write("secrets", "secrets.pcapng", None, log, "tls13-node with half of its key log in a block before the packets, half in one after them",
          pcapng(packets, secrets=text))
    packets, log = read("tls13-python", "tls")
    whose = max(range(len(packets)), key=lambda i: len(packets[i].payload))
    write("tls-gap", "tls-gap.pcap", packets[:whose] + packets[whose + 1:], log,
          f"tls13-python without its longest packet ({whose + 1}: {len(packets[whose].payload)} bytes of TLS records are missing)")
    with open(f"{HERE}/tls-gap.keys", "w") as f:
        f.write(open(f"{PEERS}/tls/tls13-python.keys").read())
    packets, log = read("h2c-many", "http2")
    begun = [i for i, p in enumerate(packets) if p.payload][4]
    write("midstream-h2c", "midstream-h2c.pcap", packets[begun:], log,
          f"h2c-many from packet {begun + 1} on: the preface, the settings and all headers are not in the capture; all messages are", pickup="midstream")


midstream()
inside()
formats()
cuts()
tcp()
overlap()

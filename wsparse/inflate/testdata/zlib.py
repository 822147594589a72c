#!/usr/bin/env python3
"""Writes zlib.txt: conversations that zlib compressed, as permessage-deflate payloads.

A line is a conversation: its name, then a field a message, of the CRC-32 and the length of
the message and its payload in base64, joined by colons. Every conversation takes the
history over from message to message. Run in this folder: ./zlib.py > zlib.txt
With a number it writes as many rounds of them, of 456 messages each, for the long run that
../zlib_test.go tells of.
"""
import base64
import random
import sys
import zlib

TAIL = b"\x00\x00\xff\xff"


def message(r):
    """A message of one of the kinds that make zlib choose other blocks."""
    kind = r.randrange(8)
    if kind == 0:
        return bytes(r.randrange(256) for _ in range(r.randrange(200)))
    if kind == 1:
        return bytes([r.randrange(256)]) * r.randrange(3000)
    if kind == 2:
        return b""
    text = ""
    for _ in range(r.randrange(1, 12)):
        text += '{"id":%d,"user":"u%d","price":"%d.%02d","side":"%s"}' % (
            r.randrange(10**6), r.randrange(40), r.randrange(1000), r.randrange(100),
            r.choice(["buy", "sell"]))
    return text.encode()


def flushed(c, text, flush):
    """The payload of a message, by the way of flushing."""
    out = c.compress(text)
    if flush == "partial":
        out += c.flush(zlib.Z_PARTIAL_FLUSH)
    if flush == "block":
        out += c.flush(zlib.Z_BLOCK)
    out += c.flush(zlib.Z_FULL_FLUSH if flush == "full" else zlib.Z_SYNC_FLUSH)
    if flush == "twice":
        half = c.compress(text[: len(text) // 2])
        half += c.flush(zlib.Z_SYNC_FLUSH)
        return out + half, text + text[: len(text) // 2]
    return out, text


def conversation(name, count, round=0, level=6, wbits=15, mem=8, strategy=0, flush="sync"):
    if round:
        name += "-%d" % round
    r = random.Random(name)
    c = zlib.compressobj(level, zlib.DEFLATED, -wbits, mem, strategy)
    fields = [name]
    for _ in range(count):
        out, text = flushed(c, message(r), flush)
        if not out.endswith(TAIL):
            # Nothing new since the last flush: zlib writes no second empty block.
            out += b"\x00" + TAIL
        payload = out[:-4]
        fields.append("%08x:%d:%s" % (zlib.crc32(text), len(text), base64.b64encode(payload).decode()))
    print(" ".join(fields))


def main(rounds=1):
    for n in range(rounds):
        for level in range(10):
            conversation("level-%d" % level, 8, n, level=level)
        for wbits in range(9, 16):
            conversation("wbits-%d" % wbits, 20, n, wbits=wbits)
            conversation("wbits-%d-mem-1" % wbits, 8, n, wbits=wbits, mem=1)
        for name, strategy in (("filtered", 1), ("huffman", 2), ("rle", 3), ("fixed", 4)):
            conversation(name, 10, n, strategy=strategy)
        for flush in ("full", "partial", "block", "twice"):
            conversation("flush-" + flush, 10, n, flush=flush)
        conversation("long", 100, n, level=9)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

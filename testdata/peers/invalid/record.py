"""record.py [NAME…]: records conversations that break RFC 6455, 7692 or good manners, between two raw sockets.

The log of each says what it breaks, and gives every byte that either side sent after the handshake.
"""
import base64, hashlib, os, socket, struct, sys, threading, time, zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import lib

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
KEY = b"dGhlIHNhbXBsZSBub25jZQ=="  # RFC 6455 §1.3
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(opcode, data=b"", fin=1, rsv=0, mask=None, form=None, claim=None):
    """A frame's bytes. form forces 16 or 64 length bits; claim is the length it says, whatever follows."""
    n = len(data) if claim is None else claim
    form = form or (64 if n > 65535 else 16 if n > 125 else 7)
    length = {7: struct.pack("B", n & 127), 16: struct.pack(">BH", 126, n & 65535), 64: struct.pack(">BQ", 127, n)}[form]
    head = bytes([fin << 7 | rsv << 4 | opcode, length[0] | (128 if mask is not None else 0)]) + length[1:]
    if mask is None:
        return head + data
    return head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data))


masks = iter(hashlib.sha512(bytes([i])).digest()[4 * j:4 * j + 4] for i in range(256) for j in range(16))


def c(opcode, data=b"", **more):
    return "client", frame(opcode, data, mask=next(masks), **more)


def s(opcode, data=b"", **more):
    return "server", frame(opcode, data, **more)


def close(code=1000, reason=b""):
    return struct.pack(">H", code) + reason


BYE = [c(CLOSE, close()), s(CLOSE, close())]
HELLO = [c(TEXT, b"hello"), s(TEXT, b"hello")]


def request(path="/", version=b"13", key=KEY, edit=(b"", b""), **headers):
    lines = [b"GET %s HTTP/1.1" % path.encode(), b"Host: localhost", b"Upgrade: websocket", b"Connection: Upgrade",
             b"Sec-WebSocket-Key: " + key, b"Sec-WebSocket-Version: " + version]
    lines += [k.replace("_", "-").encode() + b": " + v for k, v in headers.items()]
    return (b"\r\n".join(lines) + b"\r\n\r\n").replace(*edit, 1)


def answer(accept=None, status=b"101 Switching Protocols", drop=(), edit=(b"", b""), **headers):
    accept = accept or base64.b64encode(hashlib.sha1(KEY + GUID).digest())
    lines = [b"HTTP/1.1 " + status, b"Upgrade: websocket", b"Connection: Upgrade", b"Sec-WebSocket-Accept: " + accept]
    lines = [line for line in lines if not line.startswith(tuple(d.encode() for d in drop))] if drop else lines
    lines += [k.replace("_", "-").encode() + b": " + v for k, v in headers.items()]
    return (b"\r\n".join(lines) + b"\r\n\r\n").replace(*edit, 1)


def deflated(data, wbits=-15, level=9):
    z = zlib.compressobj(level, zlib.DEFLATED, wbits, 9)
    return (z.compress(data) + z.flush(zlib.Z_SYNC_FLUSH))[:-4]


def ask(old, new, **more):
    """The request with something else in it."""
    return dict(edit=(old, new), **more)


REFUSED = dict(status=b"400 Bad Request", drop=["Upgrade", "Connection", "Sec-"], Content_Length=b"0", Connection=b"close")
OFFER = dict(Sec_WebSocket_Extensions=b"permessage-deflate; client_max_window_bits")
AGREE = dict(Sec_WebSocket_Extensions=b"permessage-deflate")
FAR = hashlib.sha512(b"far").digest() * 1 + bytes(i * 7 & 255 for i in range(3000)) + hashlib.sha512(b"far").digest()
MUST = "RFC 6455 "

# name: (who breaks a rule, where it is written, what is broken, conversation, request's and answer's other headers)
CASES = {
    "unmasked-client": ("client", MUST + "§5.1", "a client's frame is not masked", [("client", frame(TEXT, b"bare")), *BYE]),
    "masked-server": ("server", MUST + "§5.1", "a server's frame is masked", [("server", frame(TEXT, b"hid", mask=b"abcd")), *BYE]),
    "rsv1-not-negotiated": ("client", MUST + "§5.2", "RSV1 with no extension", [c(TEXT, b"x", rsv=4), *BYE]),
    "rsv2": ("server", MUST + "§5.2", "RSV2", [s(TEXT, b"x", rsv=2), *BYE]),
    "rsv3-with-deflate": ("server", MUST + "§5.2", "RSV3 where permessage-deflate uses RSV1 alone", [s(TEXT, b"x", rsv=1), *BYE], OFFER, AGREE),
    "opcode-3": ("client", MUST + "§5.2", "a reserved data opcode", [c(3, b"x"), *BYE]),
    "opcode-11": ("server", MUST + "§5.2", "a reserved control opcode", [s(11, b"x"), *BYE]),
    "length-16-not-minimal": ("client", MUST + "§5.2", "length 5 written in 16 bits", [c(TEXT, b"short", form=16), *BYE]),
    "length-64-not-minimal": ("server", MUST + "§5.2", "length 300 written in 64 bits", [s(BINARY, bytes(300), form=64), *BYE]),
    "length-high-bit": ("client", MUST + "§5.2", "a 64-bit length whose first bit is set", [*HELLO, c(BINARY, b"xxxx", form=64, claim=1 << 63 | 4)]),
    "length-huge": ("", "", "nothing: a frame that claims 2^62 bytes and brings 4", [*HELLO, s(BINARY, b"xxxx", form=64, claim=1 << 62)]),
    "control-fragmented": ("client", MUST + "§5.5", "a ping without FIN", [c(PING, b"pi", fin=0), c(0, b"ng"), *BYE]),
    "control-126": ("server", MUST + "§5.5", "a ping of 126 bytes", [s(PING, bytes(126)), *BYE]),
    "continuation-first": ("client", MUST + "§5.4", "a continuation with no message begun", [c(0, b"orphan"), *BYE]),
    "text-within-fragments": ("client", MUST + "§5.4", "a new text before the fragmented one ended", [c(TEXT, b"one ", fin=0), c(TEXT, b"two"), *BYE]),
    "utf8-bad": ("client", MUST + "§8.1", "a text that is no UTF-8 from its second byte on", [c(TEXT, b"a\xff\xfeb"), *BYE]),
    "utf8-overlong": ("server", MUST + "§8.1", "an overlong slash", [s(TEXT, b"a\xc0\xafb"), *BYE]),
    "utf8-surrogate": ("server", MUST + "§8.1", "a surrogate half", [s(TEXT, b"\xed\xa0\x80"), *BYE]),
    "utf8-cut": ("client", MUST + "§8.1", "a text whose last character is unfinished", [c(TEXT, "größ€".encode()[:-1]), *BYE]),
    "utf8-split-valid": ("", "", "nothing: a character split over two fragments is valid", [c(TEXT, b"gr\xc3", fin=0), c(0, b"\xb6n"), *BYE]),
    "utf8-bad-in-fragments": ("client", MUST + "§8.1", "a character that the second fragment does not finish", [c(TEXT, b"gr\xc3", fin=0), c(0, b"n"), *BYE]),
    "close-1-byte": ("client", MUST + "§5.5.1", "a Close of one byte", [c(CLOSE, b"\x03"), s(CLOSE, close(1002))]),
    "close-1005": ("server", MUST + "§7.4.1", "code 1005 on the wire", [s(CLOSE, close(1005)), c(CLOSE, close(1002))]),
    "close-1006": ("client", MUST + "§7.4.1", "code 1006 on the wire", [c(CLOSE, close(1006)), s(CLOSE, close(1002))]),
    "close-999": ("client", MUST + "§7.4.2", "code 999", [c(CLOSE, close(999)), s(CLOSE, close(1002))]),
    "close-2500": ("client", MUST + "§7.4.2", "code 2500, reserved", [c(CLOSE, close(2500)), s(CLOSE, close(1002))]),
    "close-reason-utf8": ("server", MUST + "§5.5.1", "a reason that is no UTF-8", [s(CLOSE, close(1000, b"\xff\xff")), c(CLOSE, close(1007))]),
    "data-after-close": ("client", MUST + "§5.5.1", "a text after its own Close", [c(CLOSE, close()), c(TEXT, b"late"), s(CLOSE, close())]),
    "close-twice": ("server", MUST + "§5.5.1", "a second Close", [c(CLOSE, close()), s(CLOSE, close()), s(CLOSE, close())]),
    "close-unanswered": ("server", MUST + "§5.5.1", "no Close in answer", [*HELLO, c(CLOSE, close(1000, b"bye"))]),
    "close-both": ("", "", "nothing: both sent Close before they saw the other's", [*HELLO, ("both", frame(CLOSE, close(1001), mask=b"wxyz"), frame(CLOSE, close(1000)))]),
    "ping-unanswered": ("server", MUST + "§5.5.2", "a ping with no pong", [c(PING, b"there?"), *HELLO, *BYE]),
    "pings-at-once": ("", "", "nothing: of three pings in one segment the last is answered, as §5.5.3 allows", [*HELLO, ("server", frame(PING, b"1") + frame(PING, b"2") + frame(PING, b"3")), c(PONG, b"3"), s(CLOSE, close()), c(CLOSE, close())]),
    "pong-unasked": ("", "", "nothing: a pong that no ping asked for is allowed", [c(PONG, b"beat"), *BYE]),
    "mask-key-zero": ("client", MUST + "§5.3", "masking keys that are not random (zero)", [("client", frame(TEXT, b"zero", mask=bytes(4))), ("client", frame(TEXT, b"zero", mask=bytes(4))), *BYE]),
    "mask-key-repeated": ("client", MUST + "§5.3", "one masking key for every frame", [("client", frame(TEXT, b"same%d" % i, mask=b"\x12\x34\x56\x78")) for i in range(6)] + BYE),
    "fin-in-frame": ("", "", "nothing: the connection ends within a frame", [*HELLO, c(BINARY, b"half", claim=100)]),
    "fin-in-message": ("", "", "nothing: the connection ends between two fragments", [*HELLO, c(TEXT, b"half", fin=0)]),
    "deflate-garbage": ("server", "RFC 7692 §7.2.2", "a compressed message that does not inflate", [s(TEXT, b"\xff\xff\xff\xff\xff", rsv=4), *BYE], OFFER, AGREE),
    "deflate-continuation-rsv1": ("client", "RFC 7692 §6.1", "RSV1 on a continuation", [c(TEXT, deflated(b"hello hello hello")[:5], fin=0, rsv=4), c(0, deflated(b"hello hello hello")[5:], rsv=4), *BYE], OFFER, AGREE),
    "deflate-ping-rsv1": ("client", "RFC 7692 §6.1", "RSV1 on a ping", [c(PING, b"x", rsv=4), *BYE], OFFER, AGREE),
    "deflate-window": ("server", "RFC 7692 §7.1.2.1", "a distance beyond the agreed 2^9", [s(BINARY, deflated(FAR), rsv=4), *BYE], OFFER,
                       dict(Sec_WebSocket_Extensions=b"permessage-deflate; server_max_window_bits=9")),
    "deflate-takeover-not-agreed": ("server", "RFC 7692 §7.1.1.1", "a window kept though server_no_context_takeover was agreed", None, OFFER,
                                    dict(Sec_WebSocket_Extensions=b"permessage-deflate; server_no_context_takeover")),
    "deflate-bomb": ("", "", "nothing: 1 MiB of zeros in 1 KiB", [s(BINARY, deflated(bytes(1 << 20)), rsv=4), *BYE], OFFER, AGREE),
    "deflate-one-plain": ("", "", "nothing: with deflate agreed a message may still be plain", [s(TEXT, b"plain"), s(TEXT, deflated(b"packed"), rsv=4), *BYE], OFFER, AGREE),
    "deflate-stored-final": ("", "RFC 7692 §7.2.3.4", "nothing: a block with BFINAL, and an empty message", [s(TEXT, b"\xf3\x48\xcd\xc9\xc9\x07\x00\x00", rsv=4), s(TEXT, b"\x00", rsv=4), *BYE], OFFER, AGREE),
    "accept-wrong": ("server", MUST + "§4.1", "Sec-WebSocket-Accept of another key", [*HELLO, *BYE], {}, dict(accept=b"AAAAAAAAAAAAAAAAAAAAAAAAAAA=")),
    "accept-missing": ("server", MUST + "§4.1", "no Sec-WebSocket-Accept", [*HELLO, *BYE], {}, dict(drop=["Sec-WebSocket-Accept"])),
    "upgrade-missing": ("server", MUST + "§4.1", "a 101 without Upgrade", [*HELLO, *BYE], {}, dict(drop=["Upgrade"])),
    "subprotocol-not-offered": ("server", MUST + "§4.1", "a subprotocol that was not offered", [*HELLO, *BYE], dict(Sec_WebSocket_Protocol=b"a, b"), dict(Sec_WebSocket_Protocol=b"c")),
    "extension-not-offered": ("server", MUST + "§4.1", "an extension that was not offered", [*HELLO, *BYE], {}, AGREE),
    "key-short": ("client", MUST + "§4.1", "a Sec-WebSocket-Key of 8 bytes, refused", [], dict(key=b"c2hvcnQhIQ=="),
                  dict(status=b"400 Bad Request", drop=["Upgrade", "Connection", "Sec-"], Content_Length=b"0", Connection=b"close")),
    "version-8": ("client", MUST + "§4.2.2", "version 8, answered 426 with the one that is served", [], dict(version=b"8"),
                  dict(status=b"426 Upgrade Required", drop=["Upgrade", "Connection", "Sec-"], Content_Length=b"0", Sec_WebSocket_Version=b"13")),
    "method-post": ("client", MUST + "§4.1", "the request is a POST, refused", [], ask(b"GET ", b"POST "), REFUSED),
    "http-1.0": ("client", MUST + "§4.1", "the request is HTTP/1.0, refused", [], ask(b"HTTP/1.1", b"HTTP/1.0"), REFUSED),
    "target-form": ("client", MUST + "§4.1", "the request's target is no path, refused", [], ask(b"GET /", b"GET "), REFUSED),
    "target-fragment": ("client", MUST + "§3", "the request's target has a fragment, refused", [], ask(b" HTTP/1.1", b"#there HTTP/1.1"), REFUSED),
    "host-missing": ("client", MUST + "§4.1", "a request with no Host, refused", [], ask(b"Host: localhost\r\n", b""), REFUSED),
    "request-connection-missing": ("client", MUST + "§4.1", "a request with no Connection: Upgrade, refused", [], ask(b"Connection: Upgrade\r\n", b""), REFUSED),
    "request-upgrade-missing": ("client", MUST + "§4.1", "a request with no Upgrade, refused", [], ask(b"Upgrade: websocket\r\n", b""), REFUSED),
    "key-missing": ("client", MUST + "§4.1", "a request with no Sec-WebSocket-Key, refused", [], ask(b"Sec-WebSocket-Key: " + KEY + b"\r\n", b""), REFUSED),
    "key-twice": ("client", MUST + "§11.3.1", "two Sec-WebSocket-Keys, refused", [], dict(Sec_WebSocket_Key=KEY), REFUSED),
    "key-constant": ("client", MUST + "§4.1", "a nonce of one byte again and again", [*HELLO, *BYE], dict(key=base64.b64encode(b"k" * 16)),
                     dict(accept=base64.b64encode(hashlib.sha1(base64.b64encode(b"k" * 16) + GUID).digest()))),
    "version-twice": ("client", MUST + "§11.3.5", "Sec-WebSocket-Version twice, refused", [], dict(Sec_WebSocket_Version=b"13"), REFUSED),
    "subprotocol-offered-twice": ("client", MUST + "§4.1", "one subprotocol offered twice, refused", [], dict(Sec_WebSocket_Protocol=b"chat, chat"), REFUSED),
    "extension-malformed": ("client", MUST + "§9.1", "an extension's parameter without a name, refused", [], dict(Sec_WebSocket_Extensions=b"permessage-deflate; =1"), REFUSED),
    "extension-unregistered": ("client", MUST + "§9.1", "an extension that is not registered, declined", [*HELLO, *BYE], dict(Sec_WebSocket_Extensions=b"mux-of-ours"), {}),
    "deflate-offer-invalid": ("client", "RFC 7692 §7.1", "a parameter that permessage-deflate does not know, declined", [*HELLO, *BYE],
                              dict(Sec_WebSocket_Extensions=b"permessage-deflate; colour=blue"), {}),
    "data-before-answer": ("client", MUST + "§4.1", "a frame in the segment of the request", [s(TEXT, b"hello"), *BYE],
                           ask(b"\r\n\r\n", b"\r\n\r\n" + frame(TEXT, b"early", mask=b"wait")), {}),
    "version-426": ("server", MUST + "§4.4", "a 426 to version 8 that names no version", [], dict(version=b"8"), dict(status=b"426 Upgrade Required", drop=["Upgrade", "Connection", "Sec-"],
                    Content_Length=b"0", Connection=b"close")),
    "invalid-accepted": ("server", MUST + "§4.2.1", "the server accepts a request of HTTP/1.0", [*HELLO, *BYE], ask(b"HTTP/1.1", b"HTTP/1.0"), {}),
    "connection-missing": ("server", MUST + "§4.1", "a 101 without Connection: Upgrade", [*HELLO, *BYE], {}, dict(drop=["Connection"])),
    "accept-twice": ("server", MUST + "§11.3.3", "Sec-WebSocket-Accept twice", [*HELLO, *BYE], {},
                     dict(Sec_WebSocket_Accept=base64.b64encode(hashlib.sha1(KEY + GUID).digest()))),
    "subprotocol-twice": ("server", MUST + "§11.3.4", "Sec-WebSocket-Protocol twice", [*HELLO, *BYE], dict(Sec_WebSocket_Protocol=b"a, b"),
                          dict(Sec_WebSocket_Protocol=b"a\r\nSec-WebSocket-Protocol: b")),
    "extensions-twice": ("server", MUST + "§11.3.2", "Sec-WebSocket-Extensions twice", [*HELLO, *BYE], OFFER,
                         dict(Sec_WebSocket_Extensions=b"permessage-deflate\r\nSec-WebSocket-Extensions: permessage-deflate")),
    "extension-conflict": ("server", "RFC 7692 §5.1", "permessage-deflate accepted twice", [*HELLO, *BYE], OFFER,
                           dict(Sec_WebSocket_Extensions=b"permessage-deflate, permessage-deflate")),
    "deflate-answer-invalid": ("server", "RFC 7692 §7.1", "a window of 2^7", [*HELLO, *BYE], OFFER,
                               dict(Sec_WebSocket_Extensions=b"permessage-deflate; server_max_window_bits=7")),
    "frames-after-refusal": ("client", MUST + "§4.1", "a frame after a 403", [c(TEXT, b"anyway")], {},
                             dict(status=b"403 Forbidden", drop=["Upgrade", "Connection", "Sec-"], Content_Length=b"0")),
    "mask-key-counting": ("client", MUST + "§5.3", "masking keys that count", [("client", frame(TEXT, b"next", mask=struct.pack(">I", 0x1000 + i))) for i in range(8)] + BYE),
    "close-1010-server": ("server", MUST + "§7.4.1", "a server sends 1010, which is a client's", [s(CLOSE, close(1010)), c(CLOSE, close(1010))]),
    "deflate-tail": ("server", "RFC 7692 §7.2.1", "the tail 00 00 ff ff is sent", [s(TEXT, deflated(b"hello") + b"\x00\x00\xff\xff", rsv=4), *BYE], OFFER, AGREE),
    "deflate-padding": ("server", "RFC 7692 §7.2.1", "padding bits that are not 0", [s(TEXT, b"\xf3\x48\xcd\xc9\xc9\x07\x80\x00", rsv=4), *BYE], OFFER, AGREE),
    "deflate-over-limit": ("server", MUST + "§10.4", "17 MiB of zeros in 17 KiB: more than most readers take", [s(BINARY, deflated(bytes(17 << 20)), rsv=4), *BYE], OFFER, AGREE),
    "h2-not-enabled": ("client", "RFC 9113 §5.5", ":protocol though the server's SETTINGS do not allow it; the server then resets the stream", None, {}, dict(status=b"200")),
    "upgrade-h2c": ("", "RFC 9113", "nothing of WebSocket: a 101 to h2c", None),
    "http-in-frames": ("", "", "nothing: a second upgrade's text inside a binary frame", [c(BINARY, request()), s(BINARY, answer()), *BYE]),
    "coalesced": ("", "", "nothing: the 101 and the first frames in one segment", [*HELLO, *BYE]),
    "one-byte-segments": ("", "", "nothing: every byte in a segment of its own", [*HELLO, c(BINARY, bytes(130)), *BYE]),
}


def h2(kind, flags, stream, payload=b""):
    """A frame of HTTP/2."""
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def fields(**of):
    """A header block without indexing and without Huffman's code."""
    return b"".join(bytes([0, len(n)]) + n + bytes([len(v)]) + v for n, v in
                    ((k.replace("__", ":").replace("_", "-").encode(), v) for k, v in of.items()))


class Talk:
    """Two connected sockets that say one thing after the other: what one sends, the other has read before the next."""

    def __init__(self, port):
        with socket.create_server(("127.0.0.1", port)) as listener:
            self.client = socket.create_connection(("127.0.0.1", port))
            self.server, _ = listener.accept()
        for x in (self.client, self.server):
            x.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent, self.bytewise = [], False

    def read(self, sock, n):
        while n > 0:
            n -= len(sock.recv(n))

    def say(self, who, data, log=True):
        out, into = (self.client, self.server) if who == "client" else (self.server, self.client)
        reader = threading.Thread(target=self.read, args=(into, len(data)))
        reader.start()
        for part in ([data[i:i + 1] for i in range(len(data))] if self.bytewise else [data]):
            out.sendall(part)
            if self.bytewise:
                time.sleep(0.0005)
        reader.join()
        if log:
            self.sent.append({"from": who, "hex": data.hex()})

    def both(self, from_client, from_server):
        self.client.sendall(from_client)
        self.server.sendall(from_server)
        self.read(self.server, len(from_client))
        self.read(self.client, len(from_server))
        self.sent += [{"from": "client", "hex": from_client.hex()}, {"from": "server", "hex": from_server.hex()}]


def record(name):
    by, rfc, shows, steps, *headers = CASES[name]
    ask, reply = (headers + [{}, {}])[:2]
    port = lib.free_port()
    with lib.Tcpdump(f"{HERE}/{name}.pcap", [port]):
        t = Talk(port)
        client_port = t.client.getsockname()[1]
        t.bytewise = name == "one-byte-segments"
        if name == "upgrade-h2c":
            t.say("client", request(key=b"x").replace(b"websocket", b"h2c").replace(b"Sec-WebSocket-", b"X-"))
            t.say("server", answer(drop=["Sec-", "Upgrade"], Upgrade=b"h2c") + bytes(3) + b"\x04" + bytes(5))
            t.say("client", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04" + bytes(5))
        elif name == "h2-not-enabled":
            t.say("server", h2(4, 0, 0, b"\0\3\0\0\0\x64"), log=False)
            t.say("client", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + h2(4, 0, 0) + h2(4, 1, 0), log=False)
            t.say("client", h2(1, 4, 1, fields(__method=b"CONNECT", __protocol=b"websocket", __scheme=b"http", __path=f"/{name}".encode(),
                                               __authority=b"localhost", sec_websocket_version=b"13")), log=False)
            t.say("server", h2(1, 4, 1, fields(__status=b"200")), log=False)
            for who, data in HELLO:
                t.say(who, h2(0, 0, 1, data), log=False)
                t.sent.append({"from": who, "hex": data.hex()})
            t.say("server", h2(3, 0, 1, (8).to_bytes(4, "big")), log=False)
        elif name == "coalesced":
            t.say("client", request(f"/{name}"), log=False)
            t.say("server", answer() + b"".join(x[1] for x in [s(PING, b"early"), s(TEXT, b"first")]), log=False)
            t.sent += [{"from": "server", "hex": x[1].hex()} for x in [s(PING, b"early"), s(TEXT, b"first")]]
            steps = [c(PONG, b"early"), *BYE]
        else:
            t.say("client", request(f"/{name}", **ask), log=False)
            t.say("server", answer(**reply), log=False)
        if name == "deflate-takeover-not-agreed":
            z = zlib.compressobj(9, zlib.DEFLATED, -15)
            steps = [s(TEXT, (z.compress(b"the same words again and again") + z.flush(zlib.Z_SYNC_FLUSH))[:-4], rsv=4) for _ in range(2)] + BYE
        for step in steps or []:
            t.both(*step[1:]) if step[0] == "both" else t.say(*step)
        t.server.close()
        t.client.close()
    port_of = {"client_port": client_port, "server_port": port, "path": {"target-form": name, "target-fragment": f"/{name}#there"}.get(name, f"/{name}"), "status": int(reply.get("status", b"101")[:3])}
    if name.startswith("h2-"):
        port_of["stream_id"] = 1
    raw = f"raw sockets (Python {sys.version.split()[0]})"
    lib.write_log(HERE, name, {"client": raw, "server": raw}, [{**port_of, "sent": t.sent}], shows,
                  breaks={"by": by, "rfc": rfc} if by else None)


for name in sys.argv[1:] or CASES:
    record(name)

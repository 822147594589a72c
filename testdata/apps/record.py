#!/usr/bin/env python3
"""record.py [NAME…]: conversations in subprotocols, each between the protocol's own library and a server, over loopback."""
import collections, json, os, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, f"{HERE}/../peers")
import lib

NODE = "node " + subprocess.getoutput("node --version")[1:]
CHROMIUM = subprocess.getoutput("chromium --version --no-sandbox 2>/dev/null").strip()
LOCK = json.load(open(f"{HERE}/node/package-lock.json"))["packages"]


def peer(*packages):
    if isinstance(packages[0], bytes):  # no package of npm's
        return packages[0].decode()
    return ", ".join(f"{LOCK['node_modules/' + p].get('name', p)} {LOCK['node_modules/' + p]['version']}" for p in packages) + f" ({NODE})"


WS, BOTH = {"transports": ["websocket"]}, {"transports": ["polling", "websocket"]}
SHOWS_IO = "events, acknowledgements, attachments, rooms, namespaces, one that refuses"
# name: (what run.js is told, the client's packages, the server's, what it shows)
CAPTURES = {
    "socketio/v4": ({"app": "socketio", **WS}, ["socket.io-client"], ["socket.io"], SHOWS_IO),
    "socketio/v4-upgraded": ({"app": "socketio", **BOTH}, ["socket.io-client"], ["socket.io"], SHOWS_IO + "; polling before"),
    "socketio/v2-upgraded": ({"app": "socketio", "version": 2, **BOTH, "early": True}, ["socket.io-client-v2"], ["socket.io-v2"], SHOWS_IO + "; Engine.IO 3, messages while it polls"),
    "socketio/v2": ({"app": "socketio", "version": 2, **WS}, ["socket.io-client-v2"], ["socket.io-v2"], SHOWS_IO + "; Engine.IO 3"),
    "mqtt/v3.1.1": ({"app": "mqtt", "version": 4}, ["mqtt"], ["aedes"], "a refused CONNECT; QoS 0 to 2, a retained and a large message, pings"),
    "mqtt/v5": ({"app": "mqtt", "version": 5}, ["mqtt"], ["mqtt-packet"], "as v3.1.1, and a topic alias, a refused PUBLISH and SUBSCRIBE"),
    "graphql/transport-ws": ({"app": "graphql"}, ["graphql-ws"], ["graphql-ws", "graphql"],
                             "queries, a mutation, subscriptions, errors in a result and before it, pings"),
    "graphql/legacy": ({"app": "graphql", "legacy": True}, ["subscriptions-transport-ws"], ["subscriptions-transport-ws", "graphql"],
                       "the older graphql-ws protocol, with its keep-alives"),
    "stomp/v1.2": ({"app": "stomp"}, ["@stomp/stompjs"], ["ws"], "receipts, a transaction, a frame cut over messages, heart-beats, an ERROR"),
    "jsonrpc/rpc-websockets": ({"app": "jsonrpc"}, ["rpc-websockets"], ["rpc-websockets"], "calls side by side, an error, notifications both ways, a batch"),
    "jsonrpc/lsp": ({"app": "lsp"}, ["vscode-ws-jsonrpc", "vscode-jsonrpc"], ["vscode-ws-jsonrpc", "vscode-jsonrpc"], "a language server: requests, one cancelled, notifications both ways"),
    "jsonrpc/ethereum": ({"app": "ethereum"}, ["ethers"], ["ws"], "calls, one reverted, a subscription to blocks"),
    "jsonrpc/devtools": ({"app": "cdp", "mirror": True}, ["chrome-remote-interface"], [CHROMIUM.encode()], "calls, an error, an exception, events"),
    "ocpp/v1.6": ({"app": "ocpp", "subprotocol": "ocpp1.6"}, ["ocpp-rpc"], ["ocpp-rpc"], "calls both ways, heartbeats, a CALLERROR"),
    "ocpp/v2.0.1": ({"app": "ocpp", "subprotocol": "ocpp2.0.1"}, ["ocpp-rpc"], ["ocpp-rpc"], "as v1.6"),
    "signalr/json": ({"app": "signalr"}, ["@microsoft/signalr"], ["@microsoft/signalr", "ws"], "invocations, streams, one cancelled, an error, pings"),
    "signalr/messagepack": ({"app": "signalr", "packed": True}, ["@microsoft/signalr", "@microsoft/signalr-protocol-msgpack"],
                            ["@microsoft/signalr-protocol-msgpack", "ws"], "as json"),
    "phoenix/v2": ({"app": "phoenix"}, ["phoenix"], ["ws"], "channels joined and refused, pushes, one binary, one unanswered, a broadcast, heartbeats"),
    "wamp/json": ({"app": "wamp"}, ["autobahn"], ["ws"], "a procedure registered and called, a call that fails, publications"),
    "wamp/messagepack": ({"app": "wamp", "packed": True}, ["autobahn"], ["ws", "@msgpack/msgpack"], "as json"),
    "wamp/fox": ({"app": "wamp", "router": True}, ["autobahn"], ["fox-wamp"], "as json, with a router that others use"),
    "wamp/cbor": ({"app": "wampy"}, ["wampy"], ["ws", "cbor-x"], "as json, by wampy in CBOR"),
    "sockjs/text": ({"app": "sockjs"}, ["sockjs-client"], ["ws"], "texts both ways, heartbeats"),
    "sockjs/stomp": ({"app": "sockjs", "stomp": True}, ["sockjs-client", "@stomp/stompjs"], ["ws"], "STOMP within SockJS"),
    "actioncable/chat": ({"app": "cable"}, ["@rails/actioncable"], ["ws"], "channels confirmed and rejected, messages, pings"),
    "pusher/v7": ({"app": "pusher"}, ["pusher-js"], ["ws"], "a private channel, an event, a client event refused, pings"),
    "xmpp/rfc7395": ({"app": "xmpp"}, ["@xmpp/client"], ["ws"], "SASL, binding, a chat message, pings, an error"),
    "amqp/v1.0": ({"app": "amqp1"}, ["rhea"], ["rhea"], "SASL, a link, transfers, one rejected, heartbeats"),
    "amqp/v0-9-1": ({"app": "amqp091", "broker": int(os.environ.get("AMQP_PORT", "5672"))}, ["@cloudamqp/amqp-client"], [b"RabbitMQ behind ws " + LOCK["node_modules/ws"]["version"].encode()],
                    "queue, exchange, bindings, confirmed publications, a consumer, a channel that RabbitMQ closes"),
    "engineio/v4": ({"app": "engineio"}, ["engine.io-client"], ["engine.io"], "texts both ways, some of which look like Socket.IO's"),
    "socketio/v4-packed": ({"app": "packedio"}, ["socket.io-client", "socket.io-msgpack-parser"], ["socket.io", "socket.io-msgpack-parser"], "events, acknowledgements, a namespace, one that refuses"),
    "yjs/y-websocket": ({"app": "yjs"}, ["y-websocket", "yjs"], ["y-websocket", "yjs"], "a document kept in step, awareness"),
    "kubernetes/exec": ({"app": "kubernetes"}, ["@kubernetes/client-node"], ["ws"], "a command: its input, its output on two channels, sizes of the terminal, its exit code"),
    "sip/register": ({"app": "sip"}, ["jssip"], ["ws"], "a registration that is challenged, a message, one that is refused"),
    "anycable/ext": ({"app": "anycable"}, ["@anycable/core"], ["ws"], "AnyCable's extended protocol: a subscription, its history, messages, pings that are answered"),
    "nats/core": ({"app": "nats", "mirror": True}, ["nats.ws"], [b"nats-server 2, $NATS_SERVER"], "publications, requests, headers"),
    "trpc/v10": ({"app": "trpc"}, ["@trpc/client"], ["@trpc/server"], "queries, a mutation, one that fails, a subscription"),
    "homeassistant/api": ({"app": "homeassistant"}, ["home-assistant-js-websocket"], ["ws"], "a login, states, a service, one that fails, events, a ping"),
    "ddp/v1": ({"app": "ddp"}, ["ws"], ["ws"], "methods, one that fails, a subscription"),
    "nostr/nip01": ({"app": "nostr"}, ["ws", "nostr-tools"], ["ws"], "events taken and refused, a subscription"),
    "centrifugo/json": ({"app": "centrifuge"}, ["centrifuge"], ["ws"], "a subscription, calls, one that fails, the server's pings"),
    "centrifugo/protobuf": ({"app": "centrifuge", "packed": True, "mirror": True}, ["centrifuge"], [b"centrifuge 0.38.0 (Go 1.26)"], "as json, in Protocol Buffers, by the centrifuge library"),
    "kubernetes/exec-v5": ({"app": "kubelet", "command": "exec", "mirror": True}, [b"client-go 0.34.2"], [b"apiserver 0.34.2, kubelet 0.34.2"], "v5: a command, its input that is closed, its output, its exit code"),
    "kubernetes/spdy": ({"app": "kubelet", "command": "forward", "mirror": True, "risk": "answer-to-invalid-request", "breaks": {"by": "client", "rfc": "RFC 6455 §4.1"}}, [b"client-go 0.34.2"], [b"apiserver 0.34.2, kubelet 0.34.2"], "SPDY within WebSocket: ports that are forwarded, one that refuses; the subprotocol's name is no token"),
    "jsonrpc/mcp": ({"app": "mcp"}, ["@modelcontextprotocol/sdk"], ["@modelcontextprotocol/sdk", "ws"], "tools listed and called, one that is unknown"),
    "phoenix/supabase": ({"app": "supabase"}, ["@supabase/realtime-js"], ["ws"], "a channel, broadcasts that are packed"),
    "colyseus/v0.15": ({"app": "colyseus", "risk": "token-in-url"}, ["colyseus.js"], ["@colyseus/core"], "a room, messages by name and by number"),
    "firebase/v5": ({"app": "firebase"}, ["firebase"], ["firebase-server", "ws"], "values set, merged and listened to, one that is refused"),
    "discord/v10": ({"app": "discord"}, ["@discordjs/ws"], ["ws"], "identify, events, heartbeats, a session that is resumed on a second connection"),
    "atproto/firehose": ({"app": "atproto"}, ["@atproto/xrpc-server"], ["@atproto/xrpc-server"], "commits and identities; a cursor that is refused"),
    "bolt/v5": ({"app": "bolt"}, ["neo4j-driver"], ["ws"], "queries, a transaction, one that fails; messages cut anywhere"),
    "signalr/blazor": ({"app": "blazor"}, ["@microsoft/signalr", "@microsoft/signalr-protocol-msgpack"], ["@microsoft/signalr-protocol-msgpack", "ws"], "what Blazor's script and its circuit say"),
    "signalr2/jquery": ({"app": "signalr2"}, ["signalr", "jquery", "jsdom"], ["ws"], "invocations, one that fails, messages of a hub, keep-alives"),
    "guacamole/lite": ({"app": "guacamole", "risk": "token-in-url"}, ["guacamole-common-js", "jsdom"], ["guacamole-lite"], "a session that draws and is kept in step, keys, a clipboard"),
    "kubernetes/portforward": ({"app": "portforward"}, ["@kubernetes/client-node"], ["ws"], "a port that is forwarded, one that nobody listens on"),
    "docker/attach": ({"app": "docker"}, ["@xterm/addon-attach", "ws"], ["ws"], "a shell that a terminal is attached to"),
    "graphql/appsync": ({"app": "appsync"}, ["aws-amplify"], ["ws"], "AppSync's subscriptions, one that is refused, keep-alives"),
    "appsync/events": ({"app": "appsync", "events": True}, ["aws-amplify"], ["ws"], "AppSync's Event API: a channel, publications, one that is refused"),
    "jupyter/notebook": ({"app": "jupyter", "mirror": True, "risk": "subprotocol-not-chosen"}, ["@jupyterlab/services"], [b"jupyter-notebook 6.4.12, ipykernel 6.17.0 (Python 3.11.2)"], "cells run by a Python kernel, one that fails, one that asks for input, completion"),
    "jupyter/v1": ({"app": "jupyter", "packed": True}, ["@jupyterlab/services"], ["@jupyterlab/services", "ws"], "the binary form: cells, one that fails, buffers, completion"),
    "rfb/novnc": ({"app": "novnc", "mirror": True, "frames": False, "risk": "protocol-inside", "breaks": {"by": "server", "rfc": "RFC 6455 §7.4.1"}}, ["@novnc/novnc", "jsdom"], [b"TigerVNC 1.12.0 behind websockify 0.10.0 (Python 3.11.2)"], "a session with a password: the handshake, keys, a clipboard, pictures; websockify sends code 1005"),
    "formats/json": ({"app": "formats", "format": "json", "kind": "action"}, ["ws"], ["ws"], "messages that their member action names"),
    "formats/messagepack": ({"app": "formats", "format": "msgpack", "kind": "action"}, ["ws", "@msgpack/msgpack"], ["ws", "@msgpack/msgpack"], "as json"),
    "formats/cbor": ({"app": "formats", "format": "cbor", "kind": "action"}, ["ws", "cbor-x"], ["ws", "cbor-x"], "as json"),
    "formats/protobuf-schema": ({"app": "schema"}, ["ws", "protobufjs"], ["ws", "protobufjs"], "envelopes of formats/chat.proto, one for each side"),
    "formats/protobuf": ({"app": "formats", "format": "protobuf", "kind": "message"}, ["ws", "protobufjs"], ["ws", "protobufjs"],
                         "messages that say nothing of their names"),
}


def counts(events, sent, received, name):
    """What both endpoints counted, by sender, kind and name; a disagreement ends the recording."""
    out = collections.Counter()
    for sender, receiver in (("client", "server"), ("server", "client")):
        said, heard = (collections.Counter((e["kind"], e["name"]) for e in events if e["who"] == who and e["ev"] == ev)
                       for who, ev in ((sender, sent), (receiver, received)))
        if said != heard:
            raise SystemExit(f"{name}: {sender} said {said - heard} that {receiver} did not hear, which heard {heard - said} besides")
        out.update({(sender, *k): n for k, n in said.items()})
    return [[*k, n] for k, n in sorted(out.items())]


def beats(events):
    """The heartbeats of each sender: when it had sent them and the other had received them, in milliseconds from the
    first on, and the same of their answers: what the capture shows lies between the two."""
    out = {}
    for who, other in (("client", "server"), ("server", "client")):
        times = lambda side, ev, beat: [e["t"] for e in events if (e["who"], e["ev"], e.get("beat")) == (side, ev, beat)]
        sent = times(who, "sent", "ping")
        if not sent:
            continue
        lists = {"sent": sent, "received": times(other, "received", "ping"), "answered": times(other, "sent", "pong"), "heard": times(who, "received", "pong")}
        out[who] = {k + "_ms": [round((t - sent[0]) * 1000, 3) for t in v] for k, v in lists.items() if v}
        # The first answer may be to a ping that went by polling.
        out[who] = {k: [t for t in v if t >= 0] for k, v in out[who].items()}
    return out


def polling(events):
    """What the server wrote down of the requests of Engine.IO's polling."""
    polls = [e for e in events if e["ev"] == "poll"]
    return {
        "requests": len(polls), "failed": sum(e["status"] >= 400 for e in polls), "client": sum(e["client"] for e in polls),
        "server": sum(e["server"] for e in polls), "ports": list(dict.fromkeys(e["from"] for e in sorted(polls, key=lambda e: e["begun"]))),
    } if polls else None


def record(name, spec, client, server, shows):
    folder, base = f"{HERE}/{os.path.dirname(name)}", os.path.basename(name)
    os.makedirs(folder, exist_ok=True)
    port = lib.free_port()
    with tempfile.TemporaryDirectory() as tmp:
        logs = {who: f"{tmp}/{who}.jsonl" for who in ("client", "server")}
        args = {who: ["node", f"{HERE}/node/run.js", who, json.dumps({**spec, "port": port, "log": logs[who]})] for who in logs}
        with lib.Server(args["server"]), lib.Tcpdump(f"{folder}/{base}.pcap", [port]):
            subprocess.run(args["client"], check=True, timeout=60)
            time.sleep(0.2)
        events = lib.read_events(*logs.values())
    if spec.get("mirror"):  # the server keeps no journal: what the client sent, it received
        other = {"sent": "received", "received": "sent", "said": "heard", "heard": "said"}
        events += [{**e, "who": "server", "ev": other[e["ev"]], "t": e["t"] + (1e-6 if e["ev"] in ("sent", "said") else -1e-6)}
                   for e in events if e["who"] == "client" and e["ev"] in other]
        events.sort(key=lambda e: e["t"])
    app = {"counts": counts(events, "said", "heard", name)}
    for e in events:
        if e["ev"] == "answered":
            app.setdefault("answered_ms", {}).setdefault(e["who"], {}).setdefault(e["op"], []).append(round(e["ms"], 3))
        elif e["ev"] == "beat":
            app.setdefault("heartbeat_ms", {}).setdefault(e["who"], []).append(round(e["ms"], 3))
        elif e["ev"] == "decoded":
            app.setdefault("decoded", {}).setdefault(e["who"], []).append(e["message"])
        elif e["ev"] == "session":
            app["session"] = e["id"]
    if said := beats(events):
        app["heartbeats"] = said
    if polls := polling(events):
        app["polling"] = polls
    # Where a library refuses the other's Close, neither end's word tells how the connection ended.
    flows = lib.flows([e for e in events if "port" in e], port) if spec.get("frames", True) else []
    risk = {k: spec[k] for k in ("risk", "breaks") if k in spec}
    lib.write_log(folder, base, {"client": peer(*client), "server": peer(*server)}, flows, shows, app=app, **risk)


for name in sys.argv[1:] or CAPTURES:
    record(name, *CAPTURES[name])

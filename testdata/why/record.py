#!/usr/bin/env python3
"""record.py [NAME…]: records connections that drop, each capture with one cause that is planted here: NAME.pcap.gz. expect.json
says what is planted. Needs root, Linux, tcpdump, nftables, nginx, haproxy, python3-websockets and ../peers/node with gopeer built."""
import random, signal
from net import GO, NODE, PY, main

U = "ws://10.2.0.1:8080"


def talkers(n, first=1, span=6, url=U, **more):
    """n clients that begin within span seconds and talk on."""
    r = random.Random(n)
    return [dict(dict(local=f"10.1.0.{first + i}", url=url + "/chat", at=round(span * r.random(), 2), every=0.8, talk=600, size=40), **more) for i in range(n)]


def quiet(n, first=1, span=8, talk=4, **more):
    """n clients that fall silent after differing times."""
    r = random.Random(n + 7)
    return [dict(c, talk=round(talk * (0.3 + r.random()), 1)) for c in talkers(n, first, span, **more)]


def proxied(net, conf):
    for i in 1, 2:
        net.server(NODE, host="127.0.0.1", port=9000 + i)
    conf(net)


def nginx_idle(net, name, ns="s", iface="eth0"):
    proxied(net, lambda n: n.nginx("upstream b { server 127.0.0.1:9001; server 127.0.0.1:9002; } server { listen 10.2.0.1:8080; location / { proxy_pass http://b;"
            " proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $up; proxy_set_header Host $host; proxy_read_timeout 5s; } }"))
    with net.capture(name, 24, ns, iface):
        net.clients(NODE, quiet(9) + talkers(6, 10) + [dict(c, close=[12, 1000]) for c in talkers(3, 16)])


def nginx_both(net, name):
    nginx_idle(net, name, iface="any")


def haproxy_tunnel(net, name):
    proxied(net, lambda n: n.haproxy(" timeout client 30s\n timeout server 30s\n timeout tunnel 4s\nfrontend f\n bind 10.2.0.1:8080\n default_backend b\n"
            "backend b\n balance roundrobin\n server one 127.0.0.1:9001\n server two 127.0.0.1:9002\n"))
    with net.capture(name, 22):
        net.clients(PY, quiet(7) + talkers(8, 10))


def too_big(net, name, lib="gorilla", size=90000):
    net.server(GO, lib=lib, host="10.2.0.1", port=8080, max=65536)
    with net.capture(name, 14):
        net.clients(NODE, [dict(c, big=[3 + i, size + 1000 * i]) for i, c in enumerate(talkers(4))] + [dict(c, big=[4, 50000]) for c in talkers(5, 10)])


def too_big_node(net, name):
    net.server(NODE, host="10.2.0.1", port=8080, max=200000)
    with net.capture(name, 14):
        net.clients(PY, [dict(c, big=[3 + i, 250000 + 10000 * i]) for i, c in enumerate(talkers(3))] + talkers(5, 10))


def restart(net, name, how, code=None, program=NODE):
    s = net.server(program, host="10.2.0.1", port=8080, termCode=code or 1001)
    with net.capture(name, 20) as c:
        net.clients(NODE, talkers(14, again=0.5))
        c.at(11)
        s.send_signal(how)
        s.wait()
        c.at(14)
        net.server(program, host="10.2.0.1", port=8080)


def token(net, name, code=1008, program=NODE, age=7):
    net.server(program, host="10.2.0.1", port=8080, age=age, ageCode=code)
    with net.capture(name, 20):
        net.clients(NODE, talkers(6, span=9) + [dict(c, every=3, talk=2) for c in talkers(4, 20, span=9)] + [dict(c, close=[3, 1000]) for c in talkers(4, 30)])


def pongs(net, name, program=NODE):
    net.server(program, host="10.2.0.1", port=8080, ping=2, pongWithin=4 if program is NODE else 2)
    with net.capture(name, 24) as c:
        net.clients(NODE, [dict(t, pause=4 + 1.7 * i) for i, t in enumerate(talkers(5, talk=3))] + talkers(6, 20))


def zero_window(net, name):
    net.server(PY, host="10.2.0.1", port=8080, push=0.1, pushSize=9000, ping=2, pongWithin=4, queue=4)
    net.run("c", "sysctl -qw net.ipv4.tcp_rmem=4096\t16384\t32768".split(" "))
    net.run("s", "sysctl -qw net.ipv4.tcp_wmem=4096\t16384\t32768".split(" "))
    with net.capture(name, 18):
        net.clients(NODE, [dict(t, pause=3 + i) for i, t in enumerate(talkers(2))] + talkers(2, 20))


def nat_forgets(net, name, answer="reset"):
    """A NAT that forgets after 4 s of silence; it answers what comes later itself, or drops it."""
    net.run("r", "sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_established=4 net.netfilter.nf_conntrack_tcp_timeout_unacknowledged=4 "
            "net.netfilter.nf_conntrack_tcp_timeout_max_retrans=4 net.netfilter.nf_conntrack_tcp_loose=0".split())
    end = "reject with tcp reset" if answer == "reset" else "drop"
    net.nft(f"table ip f {{ chain f {{ type filter hook forward priority 0; ct state established accept; tcp flags syn / syn,ack,rst,fin accept; meta l4proto tcp {end}; }} }}")
    net.server(NODE, host="10.2.0.1", port=8080)
    with net.capture(name, 26, "c"):
        net.clients(NODE, [dict(c, talk=2 + i / 3, say=[9 + 1.3 * i, "hello again"]) for i, c in enumerate(talkers(6))] + talkers(8, 20))


def nat_silent(net, name):
    nat_forgets(net, name, "drop")


def deploy_one(net, name, how=signal.SIGTERM):
    servers = [net.server(NODE, host=f"10.2.0.{i}", port=8080) for i in (1, 2, 3)]
    with net.capture(name, 18) as c:
        net.clients(NODE, [t for i in (1, 2, 3) for t in talkers(6, 10 * i, url=f"ws://10.2.0.{i}:8080")])
        c.at(10)
        servers[1].send_signal(how)


def sleeps(net, name):
    """One client's machine goes to sleep: nothing more leaves it, and nothing reaches it."""
    net.server(PY, host="10.2.0.1", port=8080, ping=2, pongWithin=3)
    with net.capture(name, 24) as c:
        net.clients(NODE, talkers(5, 20))
        net.clients(NODE, talkers(1, 7))
        c.at(9)
        net.nft("table ip f { chain f { type filter hook forward priority 0; ip saddr 10.1.0.7 drop; ip daddr 10.1.0.7 drop; } }")


def wrong_frame(net, name):
    net.server(NODE, host="10.2.0.1", port=8080, badAfter="c10548656c6c6f")  # RSV1 set where nothing was agreed
    with net.capture(name, 14):
        net.clients(NODE, [dict(c, say=[3 + i, "bad"]) for i, c in enumerate(talkers(3))] + talkers(5, 10))


def refused(net, name, status, since):
    net.server(NODE, host="10.2.0.1", port=8080, refuse=[dict(status=status, **{"from": since, "to": 100})])
    with net.capture(name, 16):
        net.clients(NODE, [dict(t, at=i * 0.7, close=[2, 1000]) for i, t in enumerate(talkers(20))])


def refused_again(net, name):
    """Three clients with a wrong token try again and again."""
    net.server(NODE, host="10.2.0.1", port=8080, refuse=[{"status": 401, "from": 0, "path": "/private"}])
    with net.capture(name, 14):
        net.clients(NODE, talkers(3, again=1, url=U + "/private") + talkers(6, 20))


def address_limit(net, name):
    net.server(NODE, host="10.2.0.1", port=8080, limit=4, limitStatus=429)
    with net.capture(name, 14):
        net.clients(NODE, [dict(t, local="10.1.0.5", at=0.5 * i) for i, t in enumerate(talkers(12))] + talkers(6, 20))


def crash_herd(net, name):
    """A crash: RSTs at once, refused SYNs, then everybody again."""
    restart(net, name, signal.SIGKILL)


def self_closer(net, name):
    net.server(NODE, host="10.2.0.1", port=8080)
    with net.capture(name, 16):
        net.clients(NODE, talkers(1, 9, drop=0.9, again=0.4) + talkers(8, 20))


def client_pings(net, name):
    """Clients give up on a server that stops answering pings."""
    s = net.server(NODE, host="10.2.0.1", port=8080)
    t = net.server(NODE, host="10.2.0.2", port=8080)
    with net.capture(name, 20) as c:
        net.clients(NODE, talkers(5, ping=1.5, pongWithin=4) + talkers(4, 20, url="ws://10.2.0.2:8080", ping=1.5, pongWithin=4))
        c.at(9)
        s.send_signal(signal.SIGSTOP)


def middlebox(net, name):
    """A box on the way resets connections in the middle of their talk, in both directions."""
    net.server(NODE, host="10.2.0.1", port=8080, push=0.4)
    with net.capture(name, 18, "c") as c:
        net.clients(NODE, talkers(4, span=3) + talkers(6, 20, span=3))
        for i in range(1, 5):
            c.at(8 + 1.9 * i)
            net.nft(f"table ip f{i} {{ chain f {{ type filter hook forward priority 0; ip daddr 10.1.0.{i} tcp sport 8080 reject with tcp reset; ip saddr 10.1.0.{i} tcp dport 8080 reject with tcp reset; }} }}")


def server_idle(net, name):
    net.server(GO, lib="gorilla", host="10.2.0.1", port=8080, max=1 << 20, idle=5)
    with net.capture(name, 22):
        net.clients(PY, quiet(7) + talkers(5, 20))


def internal_error(net, name):
    net.server(PY, host="10.2.0.1", port=8080, crash="crash-now")
    with net.capture(name, 14):
        net.clients(NODE, [dict(t, say=[2 + 1.4 * i, "crash-now"]) for i, t in enumerate(talkers(4))] + talkers(6, 20))


def half_open(net, name):
    """The clients' network goes, and comes back when the servers have given up."""
    net.server(PY, host="10.2.0.1", port=8080, ping=2, pongWithin=2)
    with net.capture(name, 22) as c:
        net.clients(NODE, talkers(4, talk=4) + talkers(5, 20))
        c.at(9)
        net.nft("table ip f { chain f { type filter hook forward priority 0; ip saddr 10.1.0.0/28 drop; ip daddr 10.1.0.0/28 drop; } }")


def broken_off(net, name):
    """Clients are killed while they send a large message."""
    net.server(NODE, host="10.2.0.1", port=8080)
    net.run("r", "tc qdisc add dev rs root tbf rate 3mbit burst 20kb latency 400ms".split())
    with net.capture(name, 14):
        net.clients(NODE, [dict(t, big=[3 + i, 600000], drop=3.3 + i) for i, t in enumerate(talkers(3))] + talkers(5, 20))


def deflate_error(net, name):
    """A frame whose deflate bytes are none."""
    net.server(NODE, host="10.2.0.1", port=8080, deflate=True, badAfter="c105ffffffffff")
    with net.capture(name, 14):
        net.clients(NODE, [dict(c, deflate=True, say=[3 + i, "bad"]) for i, c in enumerate(talkers(3))] + talkers(5, 10, deflate=True))


def restart_again(net, name):
    """A server that is restarted every six seconds; its clients come back."""
    with net.capture(name, 32) as c:
        s = net.server(NODE, host="10.2.0.1", port=8080)
        net.clients(NODE, talkers(7, span=3, again=0.6))
        for k in range(4):
            c.at(7 + 6 * k)
            s.send_signal(signal.SIGTERM)
            s.wait()
            s = net.server(NODE, host="10.2.0.1", port=8080)


def no_answer(net, name):
    """A server that hangs: its kernel still accepts connections."""
    s = net.server(NODE, host="10.2.0.1", port=8080)
    with net.capture(name, 20) as c:
        net.clients(PY, [dict(t, at=0.6 * i) for i, t in enumerate(talkers(12))])
        net.clients(NODE, [dict(t, at=8 + 0.6 * i) for i, t in enumerate(talkers(6, 30))])
        c.at(6)
        s.send_signal(signal.SIGSTOP)


def age_1000(net, name):
    net.server(PY, host="10.2.0.1", port=8080, age=6, ageCode=1000, ageReason="session expired")
    with net.capture(name, 18):
        net.clients(NODE, talkers(7, span=8))


main({
    "nginx-idle": nginx_idle, "nginx-idle-both-hops": nginx_both, "haproxy-tunnel": haproxy_tunnel, "too-big-gorilla": too_big,
    "too-big-coder": lambda n, m: too_big(n, m, "coder", 110000), "too-big-node": too_big_node,
    "restart-1001": lambda n, m: restart(n, m, signal.SIGTERM), "restart-1012": lambda n, m: restart(n, m, signal.SIGTERM, 1012),
    "restart-python": lambda n, m: restart(n, m, signal.SIGTERM, program=PY), "crash-herd": crash_herd,
    "token-1008": token, "token-4401": lambda n, m: token(n, m, 4401, PY, 6), "missed-pongs-node": pongs, "missed-pongs-python": lambda n, m: pongs(n, m, PY),
    "zero-window": zero_window, "nat-reset": nat_forgets, "nat-silent": nat_silent, "deploy-one": deploy_one,
    "crash-one": lambda n, m: deploy_one(n, m, signal.SIGKILL), "client-sleeps": sleeps, "wrong-frame": wrong_frame,
    "refused-503": lambda n, m: refused(n, m, 503, 7), "refused-401": refused_again, "address-limit": address_limit, "self-closer": self_closer,
    "client-pings": client_pings, "middlebox": middlebox, "server-idle": server_idle, "internal-error": internal_error, "half-open": half_open,
    "broken-off": broken_off, "deflate-error": deflate_error, "restart-again": restart_again, "age-1000": age_1000, "no-answer": no_answer,
})

"""record.py [NAME…]: records WebSocket through reverse proxies (nginx, haproxy) and forward ones (CONNECT, SOCKS), all hops.

A flow has `hop` 1 from the client to the proxy, 2 from it to the server (or to the next proxy, then 3). The endpoints know the ports
of their own hop only; the proxies pass on what they are given, so that the messages of all hops are the same.
"""
import contextlib, os, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import lib

SAY = [["send", "text", 20], ["send", "binary", 300], ["ping", 5], ["close", 1000, "bye"]]
PATHS = [{"path": "/echo?n=1", "steps": SAY}, {"path": "/close?code=1001&reason=away", "steps": [["tell", "text", 3], ["wait"]]}]

NGINX = """daemon off; pid {tmp}/nginx.pid; error_log {tmp}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {tmp}/a; proxy_temp_path {tmp}/b; fastcgi_temp_path {tmp}/c; uwsgi_temp_path {tmp}/d; scgi_temp_path {tmp}/e;
  server {{
    listen 127.0.0.1:{front} {listen};
    {extra}
    location / {{
      proxy_pass http://127.0.0.1:{back}; proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_set_header X-Forwarded-For $remote_addr;
    }}
  }}
}}
"""
NGINX_TLS = "ssl_certificate {cert}; ssl_certificate_key {key}; ssl_early_data on;"
HAPROXY = """global
  log /dev/null local0
defaults
  mode {mode}
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  timeout tunnel 30s
frontend front
  bind 127.0.0.1:{front} {bind}
  default_backend back
backend back
  server s 127.0.0.1:{back} {server}
"""

# name: kind of proxy, its settings, what client and server do besides, what it shows
CAPTURES = {
    "nginx": ("nginx", {}, {}, {}, "nginx as reverse proxy, both hops"),
    "nginx-tls": ("nginx", {"listen": "ssl", "extra": NGINX_TLS}, {"tls": True}, {}, "nginx takes TLS 1.3 in front and speaks plain behind, both hops"),
    "haproxy": ("haproxy", {"mode": "http"}, {}, {}, "haproxy as reverse proxy, both hops"),
    "haproxy-h2-to-h1": ("haproxy", {"mode": "http", "bind": "ssl crt {pem} alpn h2"}, {"tls": True, "h2": "tls"}, {},
                         "haproxy from HTTP/2 in TLS (RFC 8441) to HTTP/1.1: the key of the second hop is haproxy's own"),
    "haproxy-h1-to-h2": ("haproxy", {"mode": "http", "server": "proto h2"}, {}, {"h2": "prior"}, "haproxy from HTTP/1.1 to cleartext HTTP/2"),
    "proxy-v1": ("haproxy", {"mode": "tcp", "server": "send-proxy"}, {}, {"proxyProtocol": True}, "PROXY protocol version 1 before the second hop's upgrade"),
    "proxy-v2": ("haproxy", {"mode": "tcp", "server": "send-proxy-v2"}, {}, {"proxyProtocol": True}, "PROXY protocol version 2"),
    "proxy-v2-tls": ("haproxy", {"mode": "tcp", "bind": "ssl crt {pem}", "server": "send-proxy-v2-ssl-cn proxy-v2-options crc32c,unique-id"}, {"tls": True},
                     {"proxyProtocol": True}, "PROXY protocol version 2 with TLVs (TLS of the first hop, checksum)"),
    "absolute-form": ("haproxy", {"mode": "http"}, {"via": "absolute"}, {}, "the request names the whole URI, as to a plain HTTP proxy"),
    "connect": ("forward", {}, {"via": "connect"}, {}, "HTTP CONNECT, the upgrade within"),
    "connect-tls": ("forward", {}, {"via": "connect", "tls": True}, {"tls": True}, "HTTP CONNECT, TLS 1.3 within"),
    "connect-h2": ("forward", {}, {"via": "h2"}, {}, "HTTP/2 CONNECT (RFC 9113 §8.5), an HTTP/1.1 upgrade within the stream"),
    "connect-h2-tls": ("forward", {}, {"via": "h2", "tls": True}, {"tls": True}, "HTTP/2 CONNECT, TLS 1.3 within the stream"),
    "socks5": ("forward", {}, {"via": "socks5"}, {}, "SOCKS5 with a domain name"),
    "socks5-tls": ("forward", {}, {"via": "socks5", "tls": True}, {"tls": True}, "SOCKS5, TLS 1.3 within"),
    "socks4a": ("forward", {}, {"via": "socks4a"}, {}, "SOCKS4a"),
}


@contextlib.contextmanager
def running(args, port):
    process = subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        lib.wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait()


def proxy(kind, settings, tmp, c, front, back):
    """The proxy's command."""
    if kind == "forward":
        return ["node", f"{lib.HERE}/node/proxy.js", str(front)]
    with open(f"{tmp}/both.pem", "w") as f:
        f.write(open(c.cert[0]).read() + open(c.key[0]).read())
    names = {"tmp": tmp, "front": front, "back": back, "cert": c.cert[0], "key": c.key[0], "pem": f"{tmp}/both.pem"}
    with open(f"{tmp}/conf", "w") as f:
        if kind == "nginx":
            f.write(NGINX.format(listen=settings.get("listen", ""), extra=settings.get("extra", "").format(**names), **names))
        else:
            f.write(HAPROXY.format(mode=settings["mode"], bind=settings.get("bind", "").format(**names), server=settings.get("server", ""), **names))
    return ["nginx", "-c", f"{tmp}/conf"] if kind == "nginx" else ["haproxy", "-db", "-f", f"{tmp}/conf"]


def hops(client, server, front, back):
    """A flow a hop for each path."""
    out = []
    for begin in [e for e in client if e["ev"] in ("open", "refused")]:
        far = next(e for e in server if e["ev"] in ("open", "refused") and e["path"].endswith(begin["path"]))
        same = lambda e, b: (e["port"], e.get("stream_id")) == (b["port"], b.get("stream_id"))
        near_events = [e for e in client if same(e, begin)]
        far_events = [e for e in server if same(e, far)]
        for hop, at, port in ((1, begin, front), (2, far, back)):
            events = sorted([{**e, "who": w} for w, es in (("client", near_events), ("server", far_events)) for e in es], key=lambda e: e["t"])
            flow = lib.flow(at["port"], port, events)
            for k in ("stream_id", "status", "tls", "cipher"):
                flow.pop(k, None)
                if k in at:
                    flow[k] = lib.plain_tls(at)[k]
            out.append({**flow, "hop": hop})
    return out


def record(name):
    kind, settings, of_client, of_server, shows = CAPTURES[name]
    front, back, keys = lib.free_port(), lib.free_port(), f"{HERE}/{name}.keys"
    with lib.Certificates() as c, tempfile.TemporaryDirectory() as tmp:
        os.chmod(tmp, 0o755)
        via = of_client.get("via")
        spec = {"host": "127.0.0.1", "port": back, "log": f"{tmp}/server.jsonl", **of_server}
        if of_server.get("tls"):
            spec["tls"] = {"cert": c.cert[0], "key": c.key[0]}
        ask = {"host": "127.0.0.1", "port": back if kind == "forward" else front, "log": f"{tmp}/client.jsonl", "connections": PATHS, "h2": of_client.get("h2")}
        if via:
            ask["via"] = {"kind": via, "port": front, "secure": bool(of_client.get("tls"))}
        if of_client.get("tls"):
            ask["tls"] = {"ca": c.ca, "keylog": keys}
            open(keys, "w").close()
        with lib.Server(lib.command("node", "server", spec)), running(proxy(kind, settings, tmp, c, front, back), front):
            with lib.Tcpdump(f"{HERE}/{name}.pcap", [front, back]):
                subprocess.run(lib.command("node", "client", ask), check=True, timeout=30)
                time.sleep(0.2)
        flows = hops(lib.read_events(ask["log"]), lib.read_events(spec["log"]), front, back)
    versions = {"nginx": "nginx " + subprocess.getoutput("nginx -v").split("/")[-1], "forward": "testdata/peers/node/proxy.js",
                "haproxy": "haproxy " + subprocess.getoutput("haproxy -v").split()[2]}
    node = lib.PEERS["node"][1]
    lib.write_log(HERE, name, {"client": node, "proxy": versions[kind], "server": node}, flows, shows)


for name in sys.argv[1:] or CAPTURES:
    record(name)

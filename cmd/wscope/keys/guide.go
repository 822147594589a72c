package keys

import "strings"

// A Runtime is one entry of the guide.
type Runtime struct {
	Name    string   // as it is asked for: wscope keys NAME
	Aliases []string // other words for it
	Short   string   // one line: what to do
	Steps   []string // the commands, or what takes their place; KEYS stands for the key log
	Notes   []string // what to know, limits first
	Tried   string   // the versions with which the steps were tried; "" where they were not
	Read    string   // where its own documentation says it
	Record  bool     // whether wscope record does it by itself
}

// Guide lists the runtimes, browsers first. Only what was tried says so.
func Guide() []Runtime { return guide }

// Lookup finds an entry by its name or another word for it, in any case.
func Lookup(name string) (Runtime, bool) {
	name = strings.ToLower(name)
	for _, r := range guide {
		if r.Name == name {
			return r, true
		}
		for _, alias := range r.Aliases {
			if alias == name {
				return r, true
			}
		}
	}
	return Runtime{}, false
}

var guide = []Runtime{
	{
		Name: "chromium", Aliases: []string{"chrome", "edge", "brave", "opera", "electron", "playwright", "puppeteer"},
		Short:  "SSLKEYLOGFILE=KEYS chromium",
		Steps:  []string{"SSLKEYLOGFILE=KEYS chromium --user-data-dir=/tmp/another-profile"},
		Notes:  []string{"A browser that is running already takes the window over and writes no keys: quit it, or use another profile.", "On macOS start it from a terminal, not with open(1).", "WebSockets, HTTP/2, HTTP/3 and WebTransport are all in the log."},
		Tried:  "Chromium 156",
		Read:   "https://www.chromium.org/developers/how-tos/run-chromium-with-flags/ (--ssl-key-log-file is the same as a flag)",
		Record: true,
	},
	{
		Name: "firefox", Aliases: []string{"mozilla", "thunderbird", "nss"},
		Short:  "SSLKEYLOGFILE=KEYS firefox",
		Steps:  []string{"SSLKEYLOGFILE=KEYS firefox --no-remote --profile /tmp/another-profile"},
		Notes:  []string{"A Firefox that is running already takes the window over: hence --no-remote."},
		Tried:  "Firefox ESR 153",
		Read:   "https://firefox-source-docs.mozilla.org/security/nss/legacy/key_log_format/index.html",
		Record: true,
	},
	{
		Name: "curl", Aliases: []string{"libcurl", "wget2"},
		Short:  "SSLKEYLOGFILE=KEYS curl …",
		Steps:  []string{"SSLKEYLOGFILE=KEYS curl https://example.com/"},
		Notes:  []string{"With OpenSSL, GnuTLS and wolfSSL; not with macOS' own curl (Secure Transport) nor Windows' (Schannel)."},
		Tried:  "curl 7.88.1 with OpenSSL",
		Read:   "https://everything.curl.dev/usingcurl/tls/sslkeylogfile.html",
		Record: true,
	},
	{
		Name: "node", Aliases: []string{"nodejs", "npm", "node.js", "javascript", "jest", "vitest", "mocha"},
		Short:  "NODE_OPTIONS=--tls-keylog=KEYS node …",
		Steps:  []string{"NODE_OPTIONS=--tls-keylog=KEYS npm test", "node --tls-keylog=KEYS server.js"},
		Notes:  []string{"Node does not read SSLKEYLOGFILE.", "Servers and clients both write, worker threads too."},
		Tried:  "node 20.20",
		Read:   "https://nodejs.org/api/cli.html#--tls-keylogfile",
		Record: true,
	},
	{
		Name:   "deno",
		Short:  "SSLKEYLOGFILE=KEYS deno run …",
		Steps:  []string{"SSLKEYLOGFILE=KEYS deno run --allow-net main.ts"},
		Tried:  "deno 2.9.6",
		Read:   "https://docs.deno.com/runtime/reference/env_variables/",
		Record: true,
	},
	{
		Name:  "bun",
		Short: "no key log: record at a proxy or at the peer",
		Notes: []string{"Bun writes none: neither SSLKEYLOGFILE nor NODE_OPTIONS has an effect, and its BoringSSL is linked statically.", "If the other end is yours, take its keys; or run the program with node."},
		Tried: "bun 1.4.5",
		Read:  "https://bun.sh/docs/runtime/env",
	},
	{
		Name: "python", Aliases: []string{"python3", "websockets", "aiohttp", "requests", "django", "fastapi", "uvicorn"},
		Short:  "SSLKEYLOGFILE=KEYS python3 …",
		Steps:  []string{"SSLKEYLOGFILE=KEYS python3 client.py"},
		Notes:  []string{"Contexts of ssl.create_default_context() write; one made with ssl.SSLContext() does not: set its keylog_filename, or use the preload library (wscope keys openssl)."},
		Tried:  "Python 3.11",
		Read:   "https://docs.python.org/3/library/ssl.html#ssl.SSLContext.keylog_filename",
		Record: true,
	},
	{
		Name: "go", Aliases: []string{"golang"},
		Short:  "sudo wscope record … -- ./program, or sudo wscope live --keys-of NAME",
		Steps:  []string{"sudo wscope record -w run.pcapng -- ./program", "sudo wscope live -i eth0 --keys-of program"},
		Notes:  []string{"Go reads no environment variable, but Linux can read the secrets of an unchanged program (amd64 and arm64, Go 1.18 and later, stripped or not). It needs root, or CAP_BPF and CAP_PERFMON.", "The command that record runs is read from its first handshake on; of programs that it starts, a handshake in the first milliseconds may be missed.", "Elsewhere set it in the program: tls.Config{KeyLogWriter: file}."},
		Tried:  "Go 1.26 and 1.19 on Linux, amd64, also linked by a C linker (cgo), position-independent and stripped",
		Read:   "https://pkg.go.dev/crypto/tls#Config.KeyLogWriter",
		Record: true,
	},
	{
		Name: "java", Aliases: []string{"jvm", "kotlin", "scala", "spring", "jetty", "tomcat", "netty"},
		Short: "java -javaagent:jSSLKeyLog.jar=KEYS …",
		Steps: []string{"java -javaagent:jSSLKeyLog.jar=KEYS -jar app.jar", "java -javaagent:extract-tls-secrets.jar=KEYS -jar app.jar"},
		Notes: []string{"The JDK has no option of its own; both are agents of others, not tried with wscope.", "Netty with tcnative (BoringSSL) is not reached by them."},
		Read:  "https://github.com/neykov/extract-tls-secrets and https://jsslkeylog.github.io/",
	},
	{
		Name: "dotnet", Aliases: []string{".net", "csharp", "c#", "kestrel", "signalr"},
		Short:  "on Linux as OpenSSL: wscope keys openssl",
		Steps:  []string{"LD_PRELOAD=wscope-keylog.so WSCOPE_KEYLOG=KEYS dotnet run"},
		Notes:  []string{".NET on Linux uses the system's OpenSSL through libssl, loaded late. On Windows (Schannel) and macOS there is no key log. Not tried."},
		Read:   "https://learn.microsoft.com/dotnet/standard/security/cross-platform-cryptography",
		Record: true,
	},
	{
		Name: "rust", Aliases: []string{"rustls", "tungstenite", "tokio", "websocat"},
		Short:  "SSLKEYLOGFILE=KEYS program, where it asks rustls for it",
		Steps:  []string{"SSLKEYLOGFILE=KEYS ./program"},
		Notes:  []string{"A rustls program writes only if it sets config.key_log = Arc::new(rustls::KeyLogFile::new()). With native-tls on Linux: wscope keys openssl.", "Not tried."},
		Read:   "https://docs.rs/rustls/latest/rustls/struct.KeyLogFile.html",
		Record: true,
	},
	{
		Name: "openssl", Aliases: []string{"libressl", "boringssl", "ruby", "php", "perl", "c", "c++", "postgres", "preload"},
		Short:  "LD_PRELOAD=wscope-keylog.so WSCOPE_KEYLOG=KEYS program",
		Steps:  []string{"make build   # builds bin/wscope-keylog.so where there is a C compiler", "LD_PRELOAD=$PWD/bin/wscope-keylog.so WSCOPE_KEYLOG=KEYS ./program", "openssl s_client -keylogfile KEYS -connect example.com:443"},
		Notes:  []string{"For programs that link libssl dynamically, interpreters that load it late included; not for static, setuid or stripped-of-symbols copies inside an executable.", "OpenSSL 3.5 and later read SSLKEYLOGFILE themselves where they were built with enable-sslkeylog."},
		Tried:  "OpenSSL 3.0.22, curl, Python 3.11, nginx 1.22",
		Read:   "https://docs.openssl.org/master/man3/SSL_CTX_set_keylog_callback/",
		Record: true,
	},
	{
		Name: "nginx", Record: true,
		Short: "start it with the preload library: wscope keys openssl",
		Steps: []string{"LD_PRELOAD=$PWD/bin/wscope-keylog.so WSCOPE_KEYLOG=KEYS nginx -g 'daemon off;'"},
		Notes: []string{"For a service of systemd put both into Environment= of a drop-in (systemctl edit nginx) and restart it.", "nginx speaks to its upstreams in TLS only with proxy_pass https://: else capture behind it, in plain text."},
		Tried: "nginx 1.22",
		Read:  "https://nginx.org/en/docs/http/websocket.html",
	},
	{
		Name: "haproxy", Record: true,
		Short: "start it with the preload library, or tune.ssl.keylog on and the secrets in its log",
		Steps: []string{
			"LD_PRELOAD=$PWD/bin/wscope-keylog.so WSCOPE_KEYLOG=KEYS haproxy -db -f haproxy.cfg",
			"global: tune.ssl.keylog on",
			`log-format "CLIENT_TRAFFIC_SECRET_0 %[ssl_fc_client_random,hex] %[ssl_fc_client_traffic_secret_0]\nSERVER_TRAFFIC_SECRET_0 %[ssl_fc_client_random,hex] %[ssl_fc_server_traffic_secret_0]"`,
		},
		Notes: []string{"The preload library needs a haproxy that is linked to libssl dynamically, as Debian's is.", "From the log: a line a secret, each with its label; take the lines out of the log."},
		Tried: "haproxy 2.6, both ways",
		Read:  "https://docs.haproxy.org/2.6/configuration.html#tune.ssl.keylog",
	},
	{
		Name: "envoy", Aliases: []string{"istio"},
		Short: "key_log of the CommonTlsContext",
		Steps: []string{"common_tls_context: {key_log: {path: KEYS}}"},
		Notes: []string{"Not tried. Envoy's BoringSSL is linked statically: the preload library does not reach it."},
		Read:  "https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/transport_sockets/tls/v3/common.proto",
	},
	{
		Name: "caddy", Record: true,
		Short: "as any Go program: wscope keys go; or insecure_secrets_log KEYS",
		Steps: []string{"sudo wscope record -w run.pcapng -- caddy run", "sudo wscope live -i eth0 --keys-of caddy", "tls { insecure_secrets_log KEYS }"},
		Notes: []string{"The option of its configuration, since Caddy 2.7, was not tried."},
		Tried: "Caddy 2.6 with record",
		Read:  "https://caddyserver.com/docs/caddyfile/directives/tls",
	},
	{
		Name: "android", Aliases: []string{"ios", "iphone", "mobile", "swift", "okhttp"},
		Short: "through a proxy of yours (mitmproxy) that writes the key log",
		Steps: []string{"SSLKEYLOGFILE=KEYS mitmproxy", "wscope live -i eth0 --keylog KEYS"},
		Notes: []string{"Apps on a phone write no key log. A proxy ends TLS twice; capture on the proxy's machine. Apps that pin certificates refuse. Not tried."},
		Read:  "https://docs.mitmproxy.org/stable/howto/wireshark-tls/",
	},
	{
		Name: "running", Aliases: []string{"attach", "ecapture", "process", "pid"},
		Short: "a Go program: wscope live --keys-of PID; OpenSSL: eCapture beside wscope",
		Steps: []string{"sudo wscope live -i eth0 --keys-of 1234", "sudo ecapture tls -m keylog --keylogfile=KEYS --pid=1234", "sudo wscope live -i eth0 --keylog KEYS"},
		Notes: []string{"Only handshakes from then on give keys: connections that are open already stay closed.", "eCapture was not tried here."},
		Tried: "Go 1.26 on Linux, amd64",
		Read:  "https://github.com/gojue/ecapture",
	},
}

package apps

import (
	"cmp"
	"slices"
	"strings"

	"wscope/analyzer/record"
)

// rpc reads JSON-RPC 2.0 (https://www.jsonrpc.org/specification), batches among it, and
// the Chrome DevTools protocol, which is JSON-RPC without its "jsonrpc" member.
type rpc struct {
	stateless
	cdp bool
}

func openRPC() dialect { return rpc{} }
func openMCP() dialect { return rpc{} }
func openCDP() dialect { return rpc{cdp: true} }

// rpcSpot knows the member that every message must have.
func rpcSpot(b []byte, _ side) bool {
	if !contains(b, `jsonrpc"`) {
		return false
	}
	v := value(b)
	var first [1][]byte
	if array(v, first[:]) > 0 {
		v = first[0]
	}
	var f [1][]byte
	return object(v, f[:], "jsonrpc") && is(f[0], "2.0")
}

// cdpPath knows the paths that Chromium and node give their debuggers.
func cdpPath(r *request) bool {
	return strings.HasPrefix(r.path, "/devtools/page/") || strings.HasPrefix(r.path, "/devtools/browser/")
}

// cdpDomains are those that a debugger begins with.
var cdpDomains = []string{
	"Browser", "Console", "CSS", "Debugger", "DOM", "Emulation", "Fetch", "HeapProfiler", "Inspector", "Log", "Network", "NodeRuntime",
	"NodeTracing", "NodeWorker", "Overlay", "Page", "Performance", "Profiler", "Runtime", "Schema", "Security", "Target", "Tracing",
}

// cdpSpot knows a command such as {"id":1,"method":"Page.enable"}.
func cdpSpot(b []byte, from side) bool {
	if from != client || !contains(b, `method"`) {
		return false
	}
	v := value(b)
	var f [2][]byte
	if !object(v, f[:], "id", "method") || !isNumber(f[0]) || !isString(f[1]) {
		return false
	}
	for it := (members{b: v}); ; {
		name, _ := it.next()
		switch string(name) {
		case "":
			domain, method, _ := strings.Cut(text(f[1]), ".")
			return method != "" && slices.Contains(cdpDomains, domain)
		case `"id"`, `"method"`, `"params"`, `"sessionId"`:
		default:
			return false
		}
	}
}

func (d rpc) read(c *conversation, m *record.Message) bool {
	v := value(m.Data)
	if len(v) > 0 && v[0] == '[' && !d.cdp {
		return d.batch(c, v)
	}
	return d.one(c, v)
}

func (d rpc) batch(c *conversation, v []byte) bool {
	n := 0
	for it := (elements{b: v}); ; n++ {
		e := it.next()
		if e == nil {
			return n > 0
		}
		if !d.one(c, e) {
			return false
		}
	}
}

// one reads one object: a request, a notification or a response.
func (d rpc) one(c *conversation, v []byte) bool {
	var f [7][]byte
	if !object(v, f[:], "method", "id", "params", "result", "error", "jsonrpc", "sessionId") {
		return false
	}
	method, id, params, result, fault := f[0], f[1], f[2], f[3], f[4]
	if c.version == "" && is(f[5], "2.0") {
		c.version = "2.0"
	}
	u := unit{id: text(id), topic: text(f[6])}
	// A session counts its commands for itself.
	u.key = cmp.Or(u.topic, "-") + " " + string(id[:min(len(id), maxText)])
	switch {
	case isString(method):
		u.kind, u.name, u.gist = "notification", text(method), textOf(params)
		d.contextProtocol(c, &u, params)
		if id != nil {
			u.kind, u.part = "request", asks
		}
		if u.kind == "notification" && isObject(params) && u.topic == "" {
			var s [1][]byte
			object(params, s[:], "subscription") // Ethereum's eth_subscription
			u.topic = text(s[0])
		}
	case fault != nil && string(fault) != "null":
		u.kind, u.part, u.err = "error", fails, rpcError(fault)
	case result != nil && id != nil:
		u.kind, u.part, u.gist = "response", answers, textOf(result)
	default:
		return false
	}
	c.add(u)
	return true
}

// contextProtocol knows the Model Context Protocol, whose initialize names its version, and what is called: a tool, a prompt, a
// resource.
//
// https://modelcontextprotocol.io/specification
func (d rpc) contextProtocol(c *conversation, u *unit, params []byte) {
	var p [5][]byte
	if d.cdp || !object(params, p[:], "protocolVersion", "clientInfo", "name", "uri", "capabilities") {
		return
	}
	if u.name == "initialize" && isString(p[0]) && isObject(p[1]) {
		c.protocol, c.version = "mcp", text(p[0])
	}
	switch u.name {
	case "tools/call", "prompts/get":
		u.topic = text(p[2])
	case "resources/read", "resources/subscribe":
		u.topic = text(p[3])
	default:
		return
	}
	if c.protocol == "json-rpc" {
		c.protocol, c.version = "mcp", ""
	}
	u.op = join(u.name, u.topic)
}

// rpcError is an error object's code and message, §5.1.
func rpcError(v []byte) string {
	var f [2][]byte
	if !object(v, f[:], "code", "message") {
		return textOf(v)
	}
	return join(text(f[0]), textOf(f[1]))
}

// cdpMidway knows events such as {"method":"Network.dataReceived","params":{…}}.
func cdpMidway(g *glance) int {
	var f [3][]byte
	if g.from != server || !g.object(f[:], "method", "params", "id") || f[2] != nil || !isString(f[0]) || !isObject(f[1]) {
		return 0
	}
	if domain, event, _ := strings.Cut(text(f[0]), "."); event != "" && slices.Contains(cdpDomains, domain) {
		return 70
	}
	return 0
}

package rules

import (
	"fmt"
	"strconv"
)

// Parameters that several rules have.
var (
	keyParameter = Parameter{Name: "key", Kind: "expression",
		Doc: "what a request and its answer have alike; without it they go by turns"}
	within = Parameter{Name: "within", Kind: "duration", Doc: "the longest time from one to the other"}
)

// ownKey is the identifier of a request as its subprotocol, or its JSON, tells it.
const ownKey = `(app.id ?? "") != "" ? app.id : json.id`

// readyList is the ready-made rules. Their documentation is made from it: CI.md's table.
var readyList = []Ready{
	{
		Name: "no-errors", Doc: "no flow has a finding of severity error: nobody breaks a MUST",
		Parameters: []Parameter{{Name: "except", Kind: "list", Doc: "findings that are let pass", wrong: wrongFinding}},
		build: func(p *params) ([]check, error) {
			return p.findings("error")
		},
	}, {
		Name: "no-warnings", Doc: "no flow has a finding of severity warning or error", Severity: "warning",
		Parameters: []Parameter{{Name: "except", Kind: "list", Doc: "findings that are let pass", wrong: wrongFinding}},
		build: func(p *params) ([]check, error) {
			return p.findings("error", "warning")
		},
	}, {
		Name: "no-abnormal-close", Doc: "each flow that ends does so by a closing handshake with a normal code",
		Parameters: []Parameter{{Name: "codes", Kind: "list", Standard: "1000 1001", Doc: "the codes that are normal; an empty Close is", wrong: wrongCode}},
		build: func(p *params) ([]check, error) {
			return p.expect("flow", `close != nil and close.how != "none" and pickup != "encrypted"`, // whose Close frames nobody sees
				`close.how == "handshake" and (close.code == nil or string(close.code) in `+words(p.lists["codes"])+`)`,
				`the flow ended abnormally: {{close.how}}, code {{close.code}}, by {{close.by}}`)
		},
	}, {
		Name: "no-unanswered-ping", Doc: "pings are answered",
		Parameters: []Parameter{{Name: "in-flight", Kind: "number", Standard: "1", Doc: "pings that may be on their way when a flow ends"}},
		build: func(p *params) ([]check, error) {
			return p.expect("flow", `ping != nil`,
				fmt.Sprintf(`ping.unanswered <= %g and count(findings, rule == "ping-unanswered") == 0`, p.values["in-flight"]),
				`{{ping.unanswered}} of {{ping.unanswered + ping.answered}} pings were not answered`)
		},
	}, {
		Name: "handshake-under", Doc: "the opening handshake is answered in time",
		Parameters: []Parameter{{Name: "time", Kind: "duration", Required: true, Doc: "the longest time from request to answer"}},
		build: func(p *params) ([]check, error) {
			return p.expect("flow", `handshake.latency != nil`, fmt.Sprintf(`handshake.latency <= %g`, p.values["time"]),
				fmt.Sprintf(`the handshake took {{handshake.latency}} s, which is more than %g s`, p.values["time"]))
		},
	}, {
		Name: "latency-under", Doc: "an operation's answer comes in time after its request",
		Parameters: []Parameter{
			{Name: "request", Kind: "expression", Required: true, Doc: "the message that asks"},
			{Name: "answer", Kind: "expression", Required: true, Doc: "the message that answers"},
			{Name: "time", Kind: "duration", Required: true, Doc: "the longest time from the one to the other"},
			{Name: "percentile", Kind: "percentile", Standard: "max", Doc: "p50, p90, p99 or max: which of the times, over the whole capture, is held against it"},
			{Name: "by", Kind: "expression", Doc: "what tells operations apart, of the request, such as json.method: each is judged for itself"},
			keyParameter,
		},
		build: func(p *params) ([]check, error) {
			by, err := p.program("by", false)
			if err != nil {
				return nil, err
			}
			return p.pairs("request", "answer", pairs{
				within: p.values["time"], quantile: p.values["percentile"], by: by, firstName: "the request", thenName: "the answer",
			})
		},
	}, {
		Name: "order", Doc: "of two kinds of messages one always follows the other, and never comes without it",
		Parameters: []Parameter{
			{Name: "first", Kind: "expression", Required: true, Doc: "the message that comes before"},
			{Name: "then", Kind: "expression", Required: true, Doc: "the message that follows"},
			within, keyParameter,
		},
		build: func(p *params) ([]check, error) {
			return p.pairs("first", "then", pairs{
				within: p.values["within"], ordered: true, answered: true, firstName: p.texts["first"], thenName: p.texts["then"],
			})
		},
	}, {
		Name: "every-request-answered", Doc: "each request has its answer in the same flow",
		Parameters: []Parameter{
			{Name: "request", Kind: "expression", Standard: `from == "client"`, Doc: "the message that asks; one without a key is none"},
			{Name: "answer", Kind: "expression", Standard: `from == "server"`, Doc: "the message that answers"},
			{Name: "key", Kind: "expression", Standard: ownKey, Doc: "what a request and its answer have alike"},
			within,
		},
		build: func(p *params) ([]check, error) {
			return p.pairs("request", "answer", pairs{within: p.values["within"], answered: true, firstName: "the request", thenName: "the answer"})
		},
	}, {
		Name: "max-message", Doc: "no message is larger than a size, after inflating",
		Parameters: []Parameter{{Name: "size", Kind: "size", Required: true, Doc: "the largest size"}},
		build: func(p *params) ([]check, error) {
			return p.expect("message", ``, fmt.Sprintf(`length <= %.0f`, p.values["size"]),
				fmt.Sprintf(`a %s of {{length}} bytes from the {{from}}, which is more than %.0f`, "{{type}}", p.values["size"]))
		},
	}, {
		Name: "compression-agreed", Doc: "permessage-deflate is agreed on",
		build: func(p *params) ([]check, error) {
			return p.expect("flow", `handshake.result == "accepted"`,
				`any(handshake.extensions, # startsWith "permessage-deflate")`, `permessage-deflate was not agreed on`)
		},
	}, {
		Name: "subprotocol", Doc: "the subprotocol that was agreed on is the one that is meant",
		Parameters: []Parameter{{Name: "name", Kind: "text", Required: true, Doc: "the subprotocol"}},
		build: func(p *params) ([]check, error) {
			return p.expect("flow", `handshake.result == "accepted"`, `handshake.subprotocol == `+strconv.Quote(p.texts["name"]),
				`the subprotocol is "{{handshake.subprotocol}}"`)
		},
	}, {
		Name: "payload-schema", Doc: "the payloads of a kind of messages match a JSON Schema",
		Parameters: []Parameter{
			{Name: "messages", Kind: "expression", Required: true, Doc: "the messages that are meant"},
			{Name: "schema", Kind: "schema", Doc: "the schema"},
			{Name: "schema-file", Kind: "text", Doc: "or a file that holds it, beside the rules file"},
		},
		build: payloadSchema,
	}, {
		Name: "no-secrets-in-clear", Doc: "no credentials, tokens or keys go over connections that are not encrypted",
		Parameters: []Parameter{{Name: "pattern", Kind: "text", Doc: "a regular expression for what else is a secret"}},
		build:      secretsInClear,
	}, {
		Name: "no-reconnect-storm", Doc: "clients do not come back again and again after abnormal ends", sealed: true,
		Parameters: []Parameter{{Name: "at-most", Kind: "number", Standard: "3", Doc: "how often clients may come back, over the whole capture"}},
		build: func(p *params) ([]check, error) {
			return p.expect("capture", `count(flows, sealed == nil or sealed.likely == "websocket") > 0`,
				fmt.Sprintf(`count(flows, reconnects > 0) <= %g and count(findings, rule == "reconnect-storm") == 0`, p.values["at-most"]),
				`clients came back {{count(flows, reconnects > 0)}} times after abnormal ends`)
		},
	},
}

func payloadSchema(p *params) ([]check, error) {
	inline, file := p.nodes["schema"], p.nodes["schema-file"]
	if (inline == nil) == (file == nil) {
		return nil, p.use.fail("payload-schema needs one of schema and schema-file")
	}
	var schema any
	at := inline
	if inline != nil {
		schema = inline.plain()
	} else {
		at = file
		var err error
		if schema, err = readSchema(p.dir, p.texts["schema-file"]); err != nil {
			return nil, file.fail("schema-file: %v", err)
		}
	}
	compiled, err := compileSchema(schema)
	if err != nil {
		return nil, at.fail("no JSON Schema: %v", err)
	}
	where, err := p.program("messages", true)
	if err != nil {
		return nil, err
	}
	if p.where.text != "" {
		return nil, p.where.node.fail("where does not go with payload-schema: put it into messages")
	}
	return []check{&payloads{where, compiled}}, nil
}

// secretPattern is what secrets look like: JSON web tokens, keys of well-known services, private
// keys, passwords in JSON.
const secretPattern = `eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}|\bxox[abprs]-[0-9A-Za-z-]{10,}|` +
	`-----BEGIN [A-Z ]*PRIVATE KEY-----|(?i)"(password|passwd|secret|api_?key|access_token|refresh_token|client_secret)"\s*:\s*"[^"]{3,}"|(?i)\bbearer [a-z0-9._~+/-]{16,}`

func secretsInClear(p *params) ([]check, error) {
	inHandshake, err := p.expect("flow", `tls == nil`, `count(findings, rule in ["token-in-url", "credentials-in-clear"]) == 0`,
		`the handshake carries credentials on a connection that is not encrypted`)
	if err != nil {
		return nil, err
	}
	pattern := secretPattern
	if own := p.texts["pattern"]; own != "" {
		pattern = "(?:" + own + ")|" + pattern
		if _, err := newExpectation("message", source{}, source{text: `text matches ` + strconv.Quote(own)}, source{}); err != nil {
			return nil, p.nodes["pattern"].fail("pattern is no regular expression")
		}
	}
	// What is found is not told: reports are kept where secrets must not be.
	inMessage, err := p.expect("message", `tls == nil and text != nil`, `not (text matches `+strconv.Quote(pattern)+`)`,
		`a message from the {{from}} holds what looks like a secret, on a connection that is not encrypted`)
	return append(inHandshake, inMessage...), err
}

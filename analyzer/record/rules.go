package record

import (
	"fmt"

	"wscope/wsparse/rule"
)

// The rules that take time, TCP or the handshake's surroundings to check. Those that the bytes of a WebSocket alone
// show are in package rule. FINDINGS.md is made from them: go test ./analyzer/record -update.
var (
	RuleConflict = &Rule{"tcp-overlap-conflict", "warning", "RFC 9293 §3.10.7.4",
		"bytes that TCP sent again differ from those sent first; the first ones were taken",
		"bytes at the same sequence number were captured twice and differ; keep-alive probes and what follows a reset are left out"}
	RulePing = &Rule{"ping-unanswered", "error", "RFC 6455 §5.5.2",
		"upon receipt of a Ping frame, an endpoint MUST send a Pong frame in response, unless it already received a Close frame",
		fmt.Sprintf("a later Close of the pinger was answered, or frames of the other side begin more than %g s after the ping; no bytes of either side are lost, no later ping was answered, and the pinger broke no MUST", float64(PongWithin)/1e9)}
	RuleClose = &Rule{"close-unanswered", "error", "RFC 6455 §5.5.1",
		"an endpoint that receives a Close frame and did not previously send one MUST send a Close frame in response",
		"the receiver acknowledged the Close and then ended the connection itself; nothing that it sent is lost, and the closer broke no MUST"}
	RuleChoice = &Rule{"subprotocol-not-chosen", "note", "WHATWG WebSockets §4.1",
		"the client offered subprotocols, the server chose none, and the client left at once: browsers fail such a connection",
		fmt.Sprintf("the answer was accepted without a subprotocol, and the client ended the connection within %g s of it without having sent data", float64(FailsWithin)/1e9)}
	RuleConnect = &Rule{"extended-connect-not-enabled", "error", "RFC 9113 §5.5",
		"extensions that change the meaning of existing protocol elements MUST be negotiated before being used: the server's SETTINGS had not allowed :protocol (RFC 8441 §3)",
		"the server's SETTINGS were captured before the request"}
	RuleOrigin = &Rule{"cross-site-origin", "note", "RFC 6455 §10.2",
		"the request's Origin is another site than its Host, and the server accepted it",
		"the last two labels of the names differ; null, addresses of the same machine and a missing Origin are left out"}
	RuleToken = &Rule{"token-in-url", "warning", "RFC 6750 §5.3",
		"the request's URL carries what looks like a secret: URLs are logged",
		fmt.Sprintf("a query parameter has a name that secrets go by and at least %d bytes, or is a JSON Web Token", SecretLeast)}
	RuleClear = &Rule{"credentials-in-clear", "warning", "RFC 6455 §10.5",
		"credentials are sent on a connection that is not encrypted",
		"the request carries Authorization, a session cookie or a JSON Web Token as a subprotocol, or a message of a known subprotocol carries a credential, without TLS"}
	RuleLeak = &Rule{"secret-compressed", "note", "RFC 7692 §8",
		"a secret is compressed together with text of the other side, inside TLS: the sizes give it away bit by bit",
		fmt.Sprintf("among the first %d text messages of a side, a compressed one holds a secret of at least %d bytes, and text of the other side went through the same compression context", InspectedFirst, SecretLeast)}
	RuleInside = &Rule{"protocol-inside", "note", "",
		"the binary messages carry another protocol: a tunnel",
		fmt.Sprintf("one of the first %d messages of a side is binary and begins as TLS, SSH, HTTP, RDP, VNC or SOCKS does", InspectedFirst)}
	RuleMagic = &Rule{"file-inside", "note", "",
		"a binary message begins as an executable or an archive does",
		fmt.Sprintf("one of the first %d messages of a side is binary and begins with the file type's signature", InspectedFirst)}
	RuleBeacon = &Rule{"beaconing", "note", "",
		"small messages leave at unusually even intervals, and nothing else does",
		fmt.Sprintf("one side alone sends data, at least %d messages of up to %d bytes, %g s or more apart, with a mean deviation of at most %g %% of the interval", BeaconMessages, BeaconSize, float64(BeaconInterval)/1e9, BeaconDeviation*100)}
	RuleStall = &Rule{"delivery-stalled", "note", "",
		"messages came late because TCP waited for a segment that was lost on the way",
		fmt.Sprintf("a hole in the stream was open for %g ms or longer while the message came", float64(StallLeast)/1e6)}
	RuleStorm = &Rule{"reconnect-storm", "warning", "RFC 6455 §7.2.3",
		"a client connected again and again after abnormal ends, without the delays that it SHOULD keep",
		fmt.Sprintf("the same client, host and path came back at least %d times in a row within %g s of an abnormal end", StormTimes, float64(StormWithin)/1e9)}
)

// Observed are the rules above, in the order of the documents.
var Observed = []*Rule{
	RulePing, RuleClose, RuleConflict, RuleChoice, RuleConnect, RuleOrigin, RuleToken, RuleClear, RuleLeak,
	RuleInside, RuleMagic, RuleBeacon, RuleStall, RuleStorm,
}

// Rules returns every rule that findings name: the rules of RFC 6455 and RFC 7692, then Observed.
func Rules() []Rule {
	var all []Rule
	for _, r := range rule.All() {
		all = append(all, Rule{ID: r.ID, Severity: Severity(r.Severity.String()), RFC: r.RFC, Sentence: r.Sentence})
	}
	for _, r := range Observed {
		all = append(all, *r)
	}
	return all
}

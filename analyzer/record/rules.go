package record

import "wscope/wsparse/rule"

// The rules that take time, TCP or the handshake's surroundings to check. Those that the bytes of a WebSocket alone
// show are in package rule.
var (
	RuleConflict = &Rule{"tcp-overlap-conflict", "warning", "RFC 9293 §3.10.7.4",
		"bytes that TCP sent again differ from those sent first; the first ones were taken"}
	RulePing = &Rule{"ping-unanswered", "error", "RFC 6455 §5.5.2",
		"upon receipt of a Ping frame, an endpoint MUST send a Pong frame in response, unless it already received a Close frame"}
	RuleClose = &Rule{"close-unanswered", "error", "RFC 6455 §5.5.1",
		"an endpoint that receives a Close frame and did not previously send one MUST send a Close frame in response"}
	RuleConnect = &Rule{"extended-connect-not-enabled", "error", "RFC 9113 §5.5",
		"extensions that change the meaning of existing protocol elements MUST be negotiated before being used: the server's SETTINGS had not allowed :protocol (RFC 8441 §3)"}
	RuleOrigin = &Rule{"cross-site-origin", "note", "RFC 6455 §10.2",
		"the request's Origin is another site than its Host, and the server accepted it"}
	RuleToken = &Rule{"token-in-url", "warning", "RFC 6750 §5.3",
		"the request's URL carries what looks like a secret: URLs are logged"}
	RuleClear = &Rule{"credentials-in-clear", "warning", "RFC 6455 §10.5",
		"credentials are sent on a connection that is not encrypted"}
	RuleLeak = &Rule{"secret-compressed", "note", "RFC 7692 §8",
		"a secret is compressed together with text of the other side, inside TLS: the sizes give it away bit by bit"}
	RuleInside = &Rule{"protocol-inside", "note", "",
		"the binary messages carry another protocol: a tunnel"}
	RuleMagic = &Rule{"file-inside", "note", "",
		"a binary message begins as an executable or an archive does"}
	RuleBeacon = &Rule{"beaconing", "note", "",
		"small messages leave at unusually even intervals, and nothing else does"}
	RuleStall = &Rule{"delivery-stalled", "note", "",
		"messages came late because TCP waited for a segment that was lost on the way"}
	RuleStorm = &Rule{"reconnect-storm", "warning", "RFC 6455 §7.2.3",
		"a client connected again and again after abnormal ends, without the delays that it SHOULD keep"}
)

// Observed are the rules above, in the order of the documents.
var Observed = []*Rule{
	RulePing, RuleClose, RuleConflict, RuleConnect, RuleOrigin, RuleToken, RuleClear, RuleLeak,
	RuleInside, RuleMagic, RuleBeacon, RuleStall, RuleStorm,
}

// Rules returns all that findings can say: the rules of RFC 6455 and RFC 7692, then Observed.
func Rules() []Rule {
	var all []Rule
	for _, r := range rule.All() {
		all = append(all, Rule{r.ID, r.Severity.String(), r.RFC, r.Sentence})
	}
	for _, r := range Observed {
		all = append(all, *r)
	}
	return all
}

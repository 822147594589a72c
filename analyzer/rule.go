package analyzer

import "wscope/wsparse"

// Rule is something that a Finding can say. Those of RFC 6455 and 7692 that bytes alone
// show are wsparse's; those that need time, TCP or the handshake's surroundings are here.
type Rule struct {
	ID       string
	Severity string // error, warning, note
	RFC      string // the section that says so; empty where none does
	Sentence string
}

var (
	ruleConflict = Rule{"tcp-overlap-conflict", "warning", "RFC 9293 §3.10.7.4",
		"bytes that TCP sent again differ from those sent first; the first ones were taken"}
	rulePing = Rule{"ping-unanswered", "error", "RFC 6455 §5.5.2",
		"upon receipt of a Ping frame, an endpoint MUST send a Pong frame in response, unless it already received a Close frame"}
	ruleClose = Rule{"close-unanswered", "error", "RFC 6455 §5.5.1",
		"an endpoint that receives a Close frame and did not previously send one MUST send a Close frame in response"}
	ruleConnect = Rule{"extended-connect-not-enabled", "error", "RFC 9113 §5.5",
		"extensions that change the meaning of existing protocol elements MUST be negotiated before being used: the server's SETTINGS had not allowed :protocol (RFC 8441 §3)"}
	ruleOrigin = Rule{"cross-site-origin", "note", "RFC 6455 §10.2",
		"the request's Origin is another site than its Host, and the server accepted it"}
	ruleToken = Rule{"token-in-url", "warning", "RFC 6750 §5.3",
		"the request's URL carries what looks like a secret: URLs are logged"}
	ruleClear = Rule{"credentials-in-clear", "warning", "RFC 6455 §10.5",
		"credentials are sent on a connection that is not encrypted"}
	ruleLeak = Rule{"secret-compressed", "note", "RFC 7692 §8",
		"a secret is compressed together with text of the other side, inside TLS: the sizes give it away bit by bit"}
	ruleInside = Rule{"protocol-inside", "note", "",
		"the binary messages carry another protocol: a tunnel"}
	ruleMagic = Rule{"file-inside", "note", "",
		"a binary message begins as an executable or an archive does"}
	ruleBeacon = Rule{"beaconing", "note", "",
		"small messages leave at unusually even intervals, and nothing else does"}
	ruleStall = Rule{"delivery-stalled", "note", "",
		"messages came late because TCP waited for a segment that was lost on the way"}
	ruleStorm = Rule{"reconnect-storm", "warning", "RFC 6455 §7.2.3",
		"a client connected again and again after abnormal ends, without the delays that it SHOULD keep"}
)

// ownRules are the rules of this package, in the order of the documents.
var ownRules = []*Rule{
	&rulePing, &ruleClose, &ruleConflict, &ruleConnect, &ruleOrigin, &ruleToken, &ruleClear, &ruleLeak, &ruleInside, &ruleMagic,
	&ruleBeacon, &ruleStall, &ruleStorm,
}

// Rules lists all that findings can say: wsparse's rules, then this package's.
func Rules() []Rule {
	var all []Rule
	for _, r := range wsparse.Rules() {
		all = append(all, Rule{r.ID, r.Severity.String(), r.RFC, r.Sentence})
	}
	for _, r := range ownRules {
		all = append(all, *r)
	}
	return all
}

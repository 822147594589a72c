package report

import (
	"strings"

	"wscope/analyzer/record"
)

// Hints says what a user may want to do or know, judged by what a run saw: commonest
// mistakes, and where no WebSocket was found what was there instead.
func Hints(sum *record.Summary) []string {
	var hints []string
	say := func(h string) { hints = append(hints, h) }
	if sum.Packets == 0 && len(sum.Problems) == 0 {
		say("the capture holds no packets")
	}
	for _, n := range sum.ByPickup {
		switch n.Name {
		case "encrypted":
			say(Count(n.Count, "TLS connection") + ports(sum.Encrypted) + " could not be opened: " + stillClosed(n.Count, sum.Sealed) + estimated(sum.Sealed))
		case "midstream":
			say(joined(n.Count))
		}
	}
	if sum.Flows == 0 && sum.Packets > 0 {
		hints = append(hints, instead(sum)...)
	}
	if len(sum.Unsupported) > 0 {
		say("packets that could not be read: " + list(sum.Unsupported, 4))
	}
	if sum.CutPackets > 0 {
		say(Count(sum.CutPackets, "packet") + " cut by the capture's snaplen: payloads are not whole; capture with tcpdump -s 0")
	}
	return hints
}

// stillClosed says why connections could not be opened, and what would help: a key log, where it is a secret that is
// missing and none was given, and how to get one of what the clients look like.
func stillClosed(all int64, s *record.SealedSum) string {
	const howTo = "give --keylog FILE (wscope keys says how to get one)"
	if s == nil || len(s.Why) == 0 {
		return howTo
	}
	var parts []string
	var secrets int64
	for _, n := range s.Why {
		if n.Kind == missingSecret {
			secrets += n.Count
		}
	}
	part := func(n int64, what string) {
		if n != all {
			what = Number(n) + ": " + what
		}
		parts = append(parts, what)
	}
	switch {
	case secrets > 0 && s.KeysGiven:
		part(secrets, "the keys given are of other connections"+teach(s.Clients))
	case secrets > 0 && len(s.Clients) > 0:
		part(secrets, "give --keylog FILE"+teach(s.Clients))
	case secrets > 0:
		part(secrets, howTo)
	}
	for _, n := range s.Why {
		if n.Kind != missingSecret && len(parts) < 4 {
			part(n.Count, Clean(n.Name))
		}
	}
	return strings.Join(parts, "; ")
}

// missingSecret is the kind of reason for which a key log helps.
const missingSecret = "secret-missing"

// teach names the help on the keys of what the clients look like.
func teach(clients []record.Named) string {
	if len(clients) == 0 {
		return ""
	}
	var names []string
	for i, n := range clients {
		if i == 3 {
			break
		}
		names = append(names, "wscope keys "+n.Name)
	}
	return " (the clients look like " + list(clients, 3) + ": " + strings.Join(names, ", ") + ")"
}

// estimated says where what is said of connections that could not be opened comes from.
func estimated(s *record.SealedSum) string {
	if s == nil || s.WebSockets == 0 {
		return ""
	}
	return "; what is said of them is estimated from the lengths and times of their records"
}

func joined(n int64) string {
	if n == 1 {
		return "1 connection looks like WebSocket joined midway: it is shown; add --no-midstream to hide it"
	}
	return Number(n) + " connections look like WebSocket joined midway: they are shown; add --no-midstream to hide them"
}

// instead says what a capture without a WebSocket holds.
func instead(sum *record.Summary) []string {
	var hints []string
	switch {
	case sum.TCP == 0 && sum.QUIC == 0 && len(sum.Other) == 1 && sum.Other[0].Name == "udp":
		hints = append(hints, "only UDP is in the capture, and no QUIC that could be read: WebSocket needs TCP, or HTTP/3")
	case sum.TCP == 0 && sum.QUIC == 0 && len(sum.Other) == 1:
		hints = append(hints, "only "+upper(sum.Other[0].Name)+" is in the capture: WebSocket needs TCP")
	case sum.TCP == 0 && sum.QUIC == 0 && len(sum.Other) > 0:
		hints = append(hints, "no TCP is in the capture, but "+list(sum.Other, 5))
	case len(sum.Elsewhere) > 0 && sum.Connections == 0:
		hints = append(hints, "connections without a WebSocket: "+list(sum.Elsewhere, 6))
	case len(sum.Elsewhere) > 0:
		hints = append(hints, "connections without a WebSocket: "+list(sum.Elsewhere, 6)+
			"; for WebSocket frames on a port with no handshake give --decode-as PORT")
	case sum.Connections > 0:
		hints = append(hints, connections(sum)+" carried no WebSocket handshake; for frames with none give --decode-as PORT")
	case sum.QUIC > 0:
		hints = append(hints, connections(sum)+" carried no WebSocket and no WebTransport session")
	}
	return hints
}

// upper writes a protocol's short name as people do.
func upper(name string) string {
	if len(name) <= 6 && !strings.ContainsAny(name, " ") {
		return strings.ToUpper(name)
	}
	return name
}

func ports(list []record.Named) string {
	if len(list) == 0 {
		return ""
	}
	var names []string
	for i, n := range list {
		if i == 3 {
			names = append(names, "…")
			break
		}
		names = append(names, n.Name)
	}
	return " to " + strings.Join(names, ", ")
}

func list(names []record.Named, most int) string {
	var parts []string
	for i, n := range names {
		if i == most {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, Number(n.Count)+" "+n.Name)
	}
	return strings.Join(parts, ", ")
}

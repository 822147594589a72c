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
			say(Count(n.Count, "TLS connection") + ports(sum.Encrypted) + " could not be opened: give --keylog FILE (what SSLKEYLOGFILE makes a client write)" + estimated(sum.Sealed))
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
	case sum.TCP == 0 && len(sum.Other) == 1:
		hints = append(hints, "only "+upper(sum.Other[0].Name)+" is in the capture: WebSocket needs TCP")
	case sum.TCP == 0 && len(sum.Other) > 0:
		hints = append(hints, "no TCP is in the capture, but "+list(sum.Other, 5))
	case len(sum.Elsewhere) > 0:
		hints = append(hints, "TCP connections without a WebSocket: "+list(sum.Elsewhere, 6)+
			"; for WebSocket frames on a port with no handshake give --decode-as PORT")
	case sum.Connections > 0:
		hints = append(hints, Count(sum.Connections, "TCP connection")+" carried no WebSocket handshake; for frames with none give --decode-as PORT")
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

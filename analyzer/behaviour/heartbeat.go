package behaviour

import (
	"slices"
	"strings"

	"wscope/analyzer"
)

// Pings are frames of WebSocket's own, or messages of the program's.
const (
	inFrames = iota
	inMessages
)

var beatNames = [2]string{"", " in messages"}

// beat is the pings that one side sent, of one sort.
type beat struct {
	sent, answered int
	waits          analyzer.Time // since when one waits for its answer; 0 where none does
}

var (
	pingWords = []string{"ping", "pingreq"}
	pongWords = []string{"pong", "pingresp"}
)

// beat notes a ping, or a pong, which answers all the pings before it: RFC 6455 §5.5.3.
func (fw *flowWatch) beat(from, kind string, sort int, at analyzer.Time) {
	switch word := strings.ToLower(kind[strings.LastIndexAny(kind, " .:/")+1:]); {
	case slices.Contains(pingWords, word):
		b := &fw.sides[sender(from)].pings[sort]
		b.sent++
		if b.waits == 0 {
			b.waits = at
		}
	case slices.Contains(pongWords, word):
		b := &fw.sides[1-sender(from)].pings[sort]
		if b.waits != 0 {
			b.answered, b.waits = b.answered+1, 0
		}
	}
}

// impatience is, in nanoseconds, how long it waits for an answer at least who ends the connection for want of one.
const impatience = 20e6

// patience is, in nanoseconds, how long a ping may go without its answer; or ten times what the opening handshake took.
const patience = 100e6

// addBeats says whether the pings of a flow that has ended are answered.
func (fw *flowWatch) addBeats(f *analyzer.Flow) {
	patient := analyzer.Time(patience)
	if h := f.Handshake; h != nil && h.Latency != nil {
		patient = max(patient, analyzer.Time(h.Latency.Float()*10e9))
	}
	for i := range fw.sides {
		from, by := "client", "server"
		if i == sender("server") {
			from, by = by, from
		}
		for sort, b := range fw.sides[i].pings {
			waited := f.End - b.waits
			givenUp := f.Close != nil && f.Close.By == from && (f.Close.How == "fin" || f.Close.How == "rst") && waited > impatience
			known := sort == inFrames && slices.ContainsFunc(f.Findings, func(n analyzer.Finding) bool { return n.Rule == "ping-unanswered" && n.From == by })
			late := known || b.waits != 0 && (waited > patient || givenUp) // and not on its way when the flow ended
			switch {
			case late || b.sent >= 2 && b.answered == 0:
				fw.role.Pings.add("of " + from + beatNames[sort] + " not answered by " + by)
			case b.answered > 0:
				fw.role.Pings.add("of " + from + beatNames[sort] + " answered by " + by)
			}
		}
	}
}

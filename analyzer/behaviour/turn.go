package behaviour

import "wscope/analyzer/record"

// turn is what a client says until the server speaks. A flow's first one is that it was opened.
type turn struct {
	kinds []*kindWatch
	led   map[*kindWatch]bool // what came of it
	at    record.Time         // of its last message
	n     int                 // messages
}

// In nanoseconds, how soon after a client's message the server's is taken for its consequence, on a network without delay, and how
// soon after such a one the next.
const (
	causeGap    = 100e6
	directGap   = 200e6 // more, for what the server says first
	maxCauseGap = 400e6 // more, for the network
	chainGap    = 20e6
	reactGap    = 20e6 // after a server's message, the client's
)

// begins makes the flow's opening its first turn.
func (fw *flowWatch) begins(at record.Time) {
	fw.turn = &turn{led: map[*kindWatch]bool{}, at: at}
	fw.chain = at + fw.gap
}

// causes notes whether a server's message came of what the client said.
func (w *Watcher) causes(fw *flowWatch, k *kindWatch, m *record.Message, isReply bool, answers request) {
	if m.From == record.Client {
		if !k.heart {
			w.speaks(fw, k, m)
			fw.endBursts()
			fw.chain = m.End + fw.gap
		}
		fw.parallel = fw.last.from == "client" && m.Time-fw.last.at < chainGap || fw.parallel && fw.last.from == "client"
		if isReply || fw.last.from == "server" && m.Time-fw.last.at < reactGap {
			k.Caused++
		}
		return
	}
	direct := fw.last.from == "client" && fw.chain != 0 && m.Time <= fw.chain+directGap
	switch other := w.turns[fw.role]; {
	case isReply || direct || fw.chain != 0 && m.Time <= fw.chain:
		k.Caused++
		if isReply && answers.came != nil {
			answers.came.add(k)
		} else {
			fw.bursts.add(k)
		}
		fw.chain = max(fw.chain, m.End+chainGap)
		if isReply && answers.turn != nil {
			answers.turn.leadsTo(k)
		} else {
			fw.turn.leadsTo(k)
		}
	case !k.heart && other != nil && other != fw.turn && m.Time-other.at <= fw.gap: // others in the room hear it too
		k.Caused++
		other.leadsTo(k)
		fw.chain = 0
	default:
		fw.chain = 0
	}
}

// speaks adds a client's message to its turn.
func (w *Watcher) speaks(fw *flowWatch, k *kindWatch, m *record.Message) {
	t := fw.turn
	if t == nil || fw.last.from != "client" || len(t.led) > 0 || len(t.kinds) >= maxOrdered {
		t = &turn{led: map[*kindWatch]bool{}}
		fw.turn = t
	}
	w.turns[fw.role] = t
	t.at = m.End
	t.n++
	for _, other := range t.kinds {
		if other == k {
			return
		}
	}
	t.kinds = append(t.kinds, k)
	k.Turns++
}

// pipelined says whether the client asked for several things before the server said a kind: which of them it comes of is not known.
func (fw *flowWatch) pipelined(k *kindWatch) bool {
	return k.From == "server" && fw.turn != nil && fw.turn.n > 1
}

// leadsTo notes that a kind of message came of the turn.
func (t *turn) leadsTo(k *kindWatch) {
	if t == nil || t.led[k] || len(t.led) >= maxOrdered {
		return
	}
	t.led[k] = true
	if t.kinds == nil {
		k.Of.add(opening)
	}
	for _, q := range t.kinds {
		if len(k.Of) < maxOrdered || k.Of[q.Name] > 0 {
			k.Of.add(q.Name)
		}
	}
}

// endBursts counts what came of the client's last message.
func (fw *flowWatch) endBursts() {
	fw.bursts.end(fw.role)
}

package behaviour

import (
	"maps"
	"math"
	"slices"
	"strconv"

	"wscope/analyzer/record"
)

// maxSequences is how many places of a flow may be sequences.
const maxSequences = 64

// sequences follows the numbers at the top of a message's JSON that its sender may count its messages with.
// The number of the request that an answer is to is its client's.
func (fw *flowWatch) sequences(from record.Peer, v any, isReply bool) {
	object, _ := parts(v)
	for key, v := range object {
		if isReply && (slices.Contains(idKeys, key) || slices.Contains(weakIDs, key)) {
			continue
		}
		x, ok := v.(float64)
		if !ok || x != math.Trunc(x) || x < 0 || x > 1<<52 || len(key) > 40 {
			continue
		}
		at := string(from) + " $." + key
		last, known := fw.numbers[at]
		if !known && len(fw.numbers) >= maxSequences {
			continue
		}
		fw.numbers[at] = int64(x)
		if !known {
			continue
		}
		if fw.role.Sequences == nil {
			fw.role.Sequences = map[string]Steps{}
		}
		s := fw.role.Sequences[at]
		if int64(x) == last+1 {
			s.Next++
		} else {
			s.Skip++
		}
		fw.role.Sequences[at] = s
	}
}

// leastSteps is how many steps it takes to say that numbers are a sequence.
const leastSteps = 4

// isSequence says whether numbers nearly always follow each other.
func (s Steps) isSequence() bool { return s.Next >= leastSteps && 20*s.Skip <= s.Next }

// counters are the places of two roles that are sequences in either.
func counters(a, b *Role) map[string]bool {
	found := map[string]bool{}
	for _, r := range []*Role{a, b} {
		for at, s := range r.Sequences {
			if s.Next >= leastSteps && 2*s.Skip <= s.Next {
				found[at] = true
			}
		}
	}
	return found
}

// sequences tells of numbers that followed each other and do not any more.
func (c *comparison) sequences(a, b *Role) {
	for _, at := range slices.Sorted(maps.Keys(a.Sequences)) {
		was, is := a.Sequences[at], b.Sequences[at]
		if !was.isSequence() || is.Skip == 0 || byChance(was.Skip, was.Skip+was.Next, is.Skip, is.Skip+is.Next) && is.Skip < 2 {
			continue
		}
		if was.Skip > 0 && byChance(was.Skip, was.Skip+was.Next, is.Skip, is.Skip+is.Next) {
			continue
		}
		c.tell("sequence", at, "changed", "each one more", "skips", strconv.FormatInt(is.Skip, 10)+" of "+decimal(is.Skip+is.Next)+" do not follow the one before", "warning")
	}
}

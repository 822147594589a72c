package behaviour

import "slices"

// maxFresh is how many messages of a burst are known when they come again.
const maxFresh = 64

// repeats notes that a message is like another of its side, in the same burst or earlier in the flow.
func (s *sideWatch) repeats(k *kindWatch, hash uint64) {
	switch {
	case slices.Contains(s.fresh, hash):
		k.Repeated++
		return
	case s.seen[hash]:
		k.Alike++
	case s.seen == nil:
		s.seen = map[uint64]bool{hash: true}
	case len(s.seen) < maxSeen:
		s.seen[hash] = true
	}
	if len(s.fresh) < maxFresh {
		s.fresh = append(s.fresh, hash)
	}
}

// manyUnlike is from how many messages on, of which no two were alike, it is no chance that two are.
const manyUnlike = 8

// repeated tells of messages that are sent again, and says so. Where payloads are alike anyway, or are few, two may
// meet by chance: but what is sent again makes more messages.
func (c *comparison) repeated(name string, old, now *Kind) bool {
	if (old.Repeated > 0) == (now.Repeated > 0) {
		return false
	}
	with, without := now, old
	if old.Repeated > 0 {
		with, without = old, now
	}
	alike := old.Alike + now.Alike
	unlikely := alike == 0 && without.Count.sum() >= manyUnlike ||
		alike > 0 && !byChance(old.Repeated, old.Count.sum(), now.Repeated, now.Count.sum())
	few := 4*with.Repeated < with.Count.sum()
	if few && alike > 0 && (with.Repeated < 3 || byChanceAt(old.Repeated, old.Count.sum(), now.Repeated, now.Count.sum(), 1e-4)) {
		return false
	}
	if !unlikely && !with.moreBy(without) {
		return false
	}
	c.weak = with.Repeated < 2 && with.Count.sum() > 3
	if with == now {
		severity := "warning"
		if now.Repeated == 1 && now.Count.sum() > manyUnlike {
			severity = "note" // once in many is nothing that a change of the program makes
		}
		c.tell("repeated", name, "appeared", "", "", decimal(now.Repeated)+" of "+decimal(now.Count.sum())+" messages", severity)
	} else {
		c.tell("repeated", name, "vanished", "", "", "", "note")
	}
	return true
}

// moreBy says whether a kind has as many more messages a flow than another as were repeated.
func (k *Kind) moreBy(o *Kind) bool {
	if k.Flows.sum() == 0 || o.Flows.sum() == 0 {
		return false
	}
	more := float64(k.Count.sum())/float64(k.Flows.sum()) - float64(o.Count.sum())/float64(o.Flows.sum())
	return more >= 0.9*float64(k.Repeated)/float64(k.Flows.sum())
}

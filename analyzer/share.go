package analyzer

import "sync"

// share is the room that all shards have for what is unfinished: messages, and bytes behind holes. Each shard may
// always keep ownRoom; beyond that it may keep what the others leave of commonRoom.
//
// What a shard may keep does not depend on how many workers there are, nor on their pace: it is as if the shards took
// turns, from the first to the last, at every work. A shard that wants more than its own room therefore waits until those
// before it have done this work, and those behind it the one before. That cannot lock up, as every worker
// takes its shards in their order, and the first that waits does so for shards that run.
type share struct {
	most int // bytes for all together, beyond what each has

	mu      sync.Mutex
	change  sync.Cond
	waiting int
	over    bool                  // a worker has given up: nobody is waited for any more
	done    [shards]int           // works that a shard has done
	kept    [shards][underWay]int // by work, the latest: what a shard kept at its end
}

const (
	// underWay is more than the works that are read and not merged: no shard is farther ahead of another.
	underWay = 64
	// ownRoom is what each shard may keep, whatever the others do.
	ownRoom = 1 << 20
	// commonRoom is what all may keep beyond: the longest message that is given, and more.
	commonRoom = 16 << 20
)

func newShare(most int) *share {
	s := &share{most: most}
	s.change.L = &s.mu
	return s
}

// room returns what a shard may keep in the work at hand, whose number is that of the works it has done.
func (s *share) room(shard int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	work := s.done[shard]
	left := s.most
	for p := range shards {
		if p == shard {
			continue
		}
		want := work // works that it has to have done
		if p < shard {
			want++
		}
		s.waiting++
		for s.done[p] < want && !s.over {
			s.change.Wait()
		}
		s.waiting--
		if want > 0 {
			left -= max(0, s.kept[p][(want-1)%underWay]-ownRoom)
		}
	}
	return ownRoom + max(left, 0)
}

// finished notes what a shard keeps at the end of a work.
func (s *share) finished(shard, kept int) {
	s.mu.Lock()
	s.kept[shard][s.done[shard]%underWay] = kept
	s.done[shard]++
	if s.waiting > 0 {
		s.change.Broadcast()
	}
	s.mu.Unlock()
}

// giveUp lets everybody go on who waits.
func (s *share) giveUp() {
	s.mu.Lock()
	s.over = true
	s.change.Broadcast()
	s.mu.Unlock()
}

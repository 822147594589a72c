package archive

import (
	"cmp"
	"container/heap"
	"math"
	"slices"

	"wscope/analyzer"
)

// numbering merges the steps of all workers and the finisher and gives them to a Merge. The
// lists come one after another; what is before a place can be taken once no list that is still
// to come has a step before it.
type numbering struct {
	merge *analyzer.Merge
	lists stepHeap
	last  []ranked // Final ones, as they came
	flows map[flowName]*analyzer.Merged
}

// flowName names a flow by its worker and its number there.
type flowName struct {
	list int
	flow int64
}

type ranked struct {
	Step
	list int
}

// stepList is the steps of one worker, in order.
type stepList struct {
	list  int
	steps []Step
}

// add takes more steps of a list; they come behind those that it had.
func (n *numbering) add(list int, steps []Step) {
	i := len(steps)
	for i > 0 && steps[i-1].Final {
		i--
	}
	for _, s := range steps[i:] {
		n.last = append(n.last, ranked{s, list})
	}
	if steps = steps[:i]; i > 0 {
		// A Part tells of a tick before the packet that made it, in all shards; the whole
		// capture's order has both in each shard.
		slices.SortStableFunc(steps, func(a, b Step) int {
			switch {
			case a.Before(&b):
				return -1
			case b.Before(&a):
				return 1
			}
			return 0
		})
		heap.Push(&n.lists, &stepList{list, steps})
	}
}

// until merges all steps before a place.
func (n *numbering) until(at *Place) error {
	for len(n.lists) > 0 && n.lists[0].steps[0].Place.Before(at) {
		l := n.lists[0]
		s := &l.steps[0]
		if err := n.take(s, l.list); err != nil {
			return err
		}
		*s = Step{} // let go of the record
		if l.steps = l.steps[1:]; len(l.steps) == 0 {
			heap.Pop(&n.lists)
		} else {
			heap.Fix(&n.lists, 0)
		}
	}
	return nil
}

// finish merges what the capture's end made: flows that have a number by it, the others by
// shard.
func (n *numbering) finish() error {
	end := PlaceOf(math.MaxInt64, math.MaxInt32, math.MaxInt64)
	if err := n.until(&end); err != nil {
		return err
	}
	order := func(r *ranked) int64 {
		if number := n.flows[flowName{r.list, r.Flow}].Number(); number != 0 {
			return number
		}
		return math.MaxInt64
	}
	orders := make(map[flowName]int64, len(n.last))
	for i := range n.last {
		orders[flowName{n.last[i].list, n.last[i].Flow}] = order(&n.last[i])
	}
	slices.SortStableFunc(n.last, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(orders[flowName{a.list, a.Flow}], orders[flowName{b.list, b.Flow}]), cmp.Compare(a.Shard, b.Shard))
	})
	for i := range n.last {
		if err := n.take(&n.last[i].Step, n.last[i].list); err != nil {
			return err
		}
		n.last[i] = ranked{}
	}
	return nil
}

func (n *numbering) take(s *Step, list int) error {
	name := flowName{list, s.Flow}
	f, err := n.merge.Take(&s.Step, n.flows[name])
	if f != nil {
		if s.Kind == analyzer.StepEnded {
			delete(n.flows, name)
		} else {
			n.flows[name] = f
		}
	}
	return err
}

// stepHeap is lists by their next step.
type stepHeap []*stepList

func (h stepHeap) Len() int { return len(h) }
func (h stepHeap) Less(i, j int) bool {
	a, b := &h[i].steps[0], &h[j].steps[0]
	return a.Before(b) || !b.Before(a) && h[i].list < h[j].list
}
func (h stepHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *stepHeap) Push(x any)   { *h = append(*h, x.(*stepList)) }
func (h *stepHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}

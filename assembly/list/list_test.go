package list

import (
	"math/rand/v2"
	"slices"
	"testing"
)

type element struct {
	n     int
	links Links[element]
}

func (e *element) Links() *Links[element] { return &e.links }

// TestListIsASlice holds a list to a slice through a thousand additions and removals.
func TestListIsASlice(t *testing.T) {
	var l List[element, *element]
	var model []*element
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 1000 {
		if len(model) > 0 && r.IntN(2) == 0 {
			at := r.IntN(len(model))
			l.Remove(model[at])
			model = slices.Delete(model, at, at+1)
		} else {
			e := &element{n: i}
			l.Push(e)
			model = append(model, e)
		}
		if got := slices.Collect(l.All()); !slices.Equal(got, model) || l.Len() != len(model) {
			t.Fatalf("after %d steps %d elements, the model has %d", i, len(got), len(model))
		}
		if first := l.First(); (first == nil) != (len(model) == 0) || first != nil && first != model[0] {
			t.Fatalf("after %d steps the first is %v", i, first)
		}
	}
	for e := range l.All() {
		l.Remove(e)
	}
	if l.Len() != 0 || l.First() != nil {
		t.Errorf("%d elements are left", l.Len())
	}
	l.Push(&element{})
	l.Push(&element{})
	for range l.All() {
		break
	}
}

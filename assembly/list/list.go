// Package list is a doubly linked list whose links stand in its elements: to add one and to take it out allocates
// nothing and searches nothing. Read List first.
package list

import "iter"

// Links are an element's neighbours. An element has one for each list that it can be in.
type Links[T any] struct{ prev, next *T }

// Linked is a pointer to an element that has links.
type Linked[T any] interface {
	*T
	Links() *Links[T]
}

// List is a list of Ts in the order in which they were added. Its zero value is empty.
type List[T any, P Linked[T]] struct {
	first, last *T
	n           int
}

// Len is how many elements there are.
func (l *List[T, P]) Len() int { return l.n }

// First is the element that was added first; nil where there is none.
func (l *List[T, P]) First() *T { return l.first }

// Push adds an element at the end. It is in no list.
func (l *List[T, P]) Push(e *T) {
	links := P(e).Links()
	links.prev, links.next = l.last, nil
	if l.last != nil {
		P(l.last).Links().next = e
	} else {
		l.first = e
	}
	l.last = e
	l.n++
}

// Remove takes an element out of the list that it is in.
func (l *List[T, P]) Remove(e *T) {
	links := P(e).Links()
	if links.prev != nil {
		P(links.prev).Links().next = links.next
	} else {
		l.first = links.next
	}
	if links.next != nil {
		P(links.next).Links().prev = links.prev
	} else {
		l.last = links.prev
	}
	links.prev, links.next = nil, nil
	l.n--
}

// All ranges over the elements. The one in hand may be removed.
func (l *List[T, P]) All() iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for e := l.first; e != nil; {
			next := P(e).Links().next
			if !yield(e) {
				return
			}
			e = next
		}
	}
}

package rules

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"wscope/analyzer/query"
	"wscope/analyzer/record"
	"wscope/analyzer/stat"
)

// maxWaiting is how many messages of a flow a rule lets wait for their partners; a flow in which
// more wait is judged by the first ones.
const maxWaiting = 4096

// pairs is a check on two messages of a flow that belong together: a request and its
// answer, a first and a second.
type pairs struct {
	where       *query.Program // of the flow; nil for all
	first, then *query.Program
	key         *query.Program // what both have alike; nil where they go by turns
	within      float64        // seconds; 0 is no bound
	ordered     bool           // then must not come without first
	answered    bool           // first must be followed by then
	quantile    float64        // of all times, that within is held against; 0 where each is
	by          *query.Program // what tells operations apart, of the first; nil where they are one
	firstName   string         // as messages call them
	thenName    string
}

func (p *pairs) needs() (messages, payload bool) { return true, true }

func (p *pairs) begin() checkRun {
	return &pairsRun{p, map[int64]*waiting{}, map[string]*stat.Spread{}}
}

type pairsRun struct {
	*pairs
	flows map[int64]*waiting
	times map[string]*stat.Spread // in seconds, by operation; with a quantile
}

// maxOperations is how many operations a rule tells apart; the rest are one.
const maxOperations = 500

// waiting are the firsts of a flow that have no partner yet, in their order.
type waiting struct {
	list []waitingMessage
	skip bool // the flow is not meant
}

type waitingMessage struct {
	key       string
	operation string
	message   record.Message // without its payload
}

func (r *pairsRun) message(v *view, tell tellFunc) {
	w := r.flows[v.Message.Flow]
	if w == nil {
		w = &waiting{}
		if r.where != nil {
			ok, err := r.where.True(v.flows)
			w.skip = err != nil || !ok
		}
		r.flows[v.Message.Flow] = w
	}
	if w.skip {
		return
	}
	values := v.names()
	key := ""
	if r.key != nil {
		out, err := r.key.Run(values)
		if err != nil || out == nil {
			return // it has no key: not one of these messages
		}
		key = keyText(out)
	}
	if holds(r.then, values) && r.second(w, key, v, tell) {
		return
	}
	if holds(r.first, values) && len(w.list) < maxWaiting {
		m := *v.Message
		m.Data, m.App = nil, nil
		w.list = append(w.list, waitingMessage{key, r.operation(values), m})
	}
}

// operation is what by says of a first message.
func (r *pairsRun) operation(values query.Values) string {
	if r.by == nil {
		return ""
	}
	out, err := r.by.Run(values)
	if err != nil || out == nil {
		return ""
	}
	return clean(keyText(out))
}

// keyText is a key as a text; numbers are told apart to the last digit.
func keyText(v any) string {
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return fmt.Sprint(v)
}

func holds(p *query.Program, values query.Values) bool {
	ok, err := p.True(values)
	return err == nil && ok
}

// second pairs a message with the first that waited longest. It says whether it was a partner's.
func (r *pairsRun) second(w *waiting, key string, v *view, tell tellFunc) bool {
	for i := range w.list {
		first := &w.list[i]
		if first.key != key || r.key != nil && !r.ordered && first.message.From == v.Message.From {
			continue
		}
		v.run.judged()
		took := v.Message.Time - first.message.End
		if seconds := float64(took) / 1e9; r.quantile > 0 {
			r.time(first.operation, seconds)
		} else if r.within > 0 && seconds > r.within {
			tell(fmt.Sprintf("%s came %.4g s after %s, which is more than %.4g s", r.thenName, seconds, r.firstName, r.within), v)
		}
		w.list = slices.Delete(w.list, i, i+1)
		if r.ordered { // it follows all that wait for it
			w.list = slices.DeleteFunc(w.list, func(m waitingMessage) bool { return m.key == key })
		}
		return true
	}
	if r.ordered {
		v.run.judged()
		tell(fmt.Sprintf("%s came with no %s before it", r.thenName, r.firstName), v)
		return true
	}
	return false
}

// flow judges those that wait when their flow ends. Nothing is said where the capture lacks messages, or
// ends before their time is up.
func (r *pairsRun) flow(v *view, tell tellFunc) {
	w := r.flows[v.Flow.Flow]
	delete(r.flows, v.Flow.Flow)
	f := v.Flow
	if w == nil || !r.answered || lost(f) {
		return
	}
	for i := range w.list {
		m := &w.list[i].message
		waited := float64(f.End-m.End) / 1e9
		if f.Close == nil || f.Close.How == record.HowNone {
			if patience := max(r.within, 5); waited < patience {
				continue
			}
		}
		v.run.judged()
		tell(fmt.Sprintf("%s was not followed by %s in the %.4g s until the flow ended", r.firstName, r.thenName, waited),
			&view{run: v.run, Flow: f, Message: m})
	}
}

// time adds the time that an operation took.
func (r *pairsRun) time(operation string, seconds float64) {
	s := r.times[operation]
	if s == nil && len(r.times) >= maxOperations {
		operation = "(others)"
		s = r.times[operation]
	}
	if s == nil {
		s = &stat.Spread{}
		r.times[operation] = s
	}
	s.Add(seconds)
}

// capture judges the quantiles.
func (r *pairsRun) capture(v *view, tell tellFunc) {
	for _, operation := range slices.Sorted(maps.Keys(r.times)) {
		s := r.times[operation]
		if took := s.Quantile(r.quantile); took > r.within {
			tell(fmt.Sprintf("%s of %d answers%s is %.4g s, which is more than %.4g s", percentName(r.quantile), s.Count(), suffix(" to ", operation, ""), took, r.within), v)
		}
	}
}

func (r *pairsRun) ping(query.Values, int64) {}

// lost says whether the capture lacks some of a flow.
func lost(f *record.Flow) bool {
	for _, d := range []*record.Direction{&f.ClientToServer, &f.ServerToClient} {
		if d.LostBytes > 0 || d.LostSealed > 0 || d.LostMessages > 0 {
			return true
		}
	}
	return false
}

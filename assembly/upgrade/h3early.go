package upgrade

import "wscope/assembly"

// precedes reports whether what a side sends comes before the frame that says what the stream is, which the side that
// opened it sent before: the capture has disordered the two.
func (r *h3Request) precedes(x assembly.Side) bool {
	by := r.quic.Initiator()
	d := &r.sides[by]
	return x != by && !r.noRequest && d.headers == 0 && !d.lost && !d.ended && r.stream == nil && r.wt == nil
}

// wait keeps what precedes.
func (r *h3Request) wait(f func(*replayBuffer)) {
	if r.answer == nil {
		r.answer = new(replayBuffer)
	}
	r.h.held -= r.answer.size()
	f(r.answer)
	r.h.held += r.answer.size()
	if r.answer.size() > maxTape || r.h.held > maxWaiting {
		r.noRequest = true
		r.release()
	}
}

// release gives what waited, once it is known what the stream is, or that it will not be.
func (r *h3Request) release() {
	t := r.answer
	if t == nil || r.session == nil && r.precedes(r.quic.Initiator().Other()) {
		return
	}
	r.answer = nil
	r.h.held -= t.size()
	replay(t, r)
}

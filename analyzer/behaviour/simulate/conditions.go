package simulate

import (
	"math/rand/v2"
	"time"
)

// Conditions are those of the machine and the network that a run has.
type Conditions struct {
	Name  string
	busy  bool
	relay time.Duration // delay of each direction
}

// All the conditions there are.
var (
	Quiet = Conditions{Name: "quiet"}
	Busy  = Conditions{Name: "busy", busy: true}
	Relay = Conditions{Name: "relay", relay: 20 * time.Millisecond}
)

// weather draws delays under conditions.
type weather struct {
	Conditions
	rnd *rand.Rand
}

func (w *weather) exp(mean time.Duration) time.Duration {
	return time.Duration(w.rnd.ExpFloat64() * float64(mean))
}

// work is how long something takes that takes base on an idle machine.
func (w *weather) work(base time.Duration) time.Duration {
	t := time.Duration(float64(base) * (1 + 0.1*w.rnd.ExpFloat64()))
	t += w.exp(150 * time.Microsecond)
	if w.rnd.Float64() < 0.02 {
		t += w.exp(4 * time.Millisecond)
	}
	if w.busy {
		t = time.Duration(float64(t) * (1.3 + w.rnd.ExpFloat64()))
		if w.rnd.Float64() < 0.3 {
			t += w.exp(12 * time.Millisecond)
		}
		if w.rnd.Float64() < 0.03 {
			t += w.exp(90 * time.Millisecond)
		}
	}
	return t
}

// hop is how long a segment is on its way.
func (w *weather) hop() time.Duration {
	t := 30*time.Microsecond + w.exp(20*time.Microsecond)
	if w.relay > 0 {
		t += w.relay + w.exp(300*time.Microsecond)
		if w.rnd.Float64() < 0.01 {
			t += 80*time.Millisecond + w.exp(150*time.Millisecond)
		}
	}
	return t
}

// pause is how long a program sleeps that means to sleep for a time.
func (w *weather) pause(d time.Duration) time.Duration {
	d += w.exp(300 * time.Microsecond)
	if w.busy {
		d += w.exp(8 * time.Millisecond)
		if w.rnd.Float64() < 0.05 {
			d += w.exp(100 * time.Millisecond)
		}
	}
	return d
}

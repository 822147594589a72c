package behaviour

import (
	"encoding/json"
	"slices"
)

// Counts is a number for each run of a sample. Of one run it is written as a number, of several as a list.
type Counts []int64

// MarshalJSON writes one number as itself.
func (c Counts) MarshalJSON() ([]byte, error) {
	switch len(c) {
	case 0:
		return []byte("0"), nil
	case 1:
		return json.Marshal(c[0])
	}
	return json.Marshal([]int64(c))
}

// UnmarshalJSON reads a number, or a list of them.
func (c *Counts) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, (*[]int64)(c))
	}
	var n int64
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	*c = Counts{n}
	return nil
}

// add adds to the only run.
func (c *Counts) add(n int64) {
	if len(*c) == 0 {
		*c = Counts{0}
	}
	(*c)[0] += n
}

func (c Counts) sum() (n int64) {
	for _, v := range c {
		n += v
	}
	return n
}

func (c Counts) least() int64 {
	if len(c) == 0 {
		return 0
	}
	return slices.Min(c)
}

func (c Counts) most() int64 {
	if len(c) == 0 {
		return 0
	}
	return slices.Max(c)
}

// mean is the average of the runs.
func (c Counts) mean() float64 {
	if len(c) == 0 {
		return 0
	}
	return float64(c.sum()) / float64(len(c))
}

// String is how a report gives it: "12", or "12 to 15".
func (c Counts) String() string {
	if c.least() == c.most() {
		return decimal(c.least())
	}
	return decimal(c.least()) + " to " + decimal(c.most())
}

// plus is the sum of two, run by run.
func (c Counts) plus(o Counts) Counts {
	sum := make(Counts, max(len(c), len(o)))
	copy(sum, c)
	for i, n := range o {
		sum[i] += n
	}
	return sum
}

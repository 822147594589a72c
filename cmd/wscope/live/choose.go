package live

import "wscope/analyzer/record"

// Choose returns out with only the flows that wanted is true of; nil wants all.
func Choose(out Output, wanted func(*record.Flow) bool) Output {
	if wanted == nil {
		return out
	}
	return &chosenOutput{out, wanted}
}

// chosenOutput passes on the records of flows that the filter is true of, as they stand.
type chosenOutput struct {
	Output
	wanted func(*record.Flow) bool
}

func (c *chosenOutput) FlowBegun(f *record.Flow) error {
	if !c.wanted(f) {
		return nil
	}
	return c.Output.FlowBegun(f)
}

func (c *chosenOutput) FlowUpdate(f *record.Flow) error {
	if !c.wanted(f) {
		return nil
	}
	return c.Output.FlowUpdate(f)
}

func (c *chosenOutput) FlowEnded(f *record.Flow) error {
	if !c.wanted(f) {
		return nil
	}
	return c.Output.FlowEnded(f)
}

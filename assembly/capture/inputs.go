package capture

import "wscope/assembly/packet"

// Input is one of the captures that a Source of Open reads.
type Input struct {
	Name  string
	Once  bool  // it can be read only once: a pipe, a server
	First int64 // time of its first packet, where there are several inputs
}

// Inputs lists the captures that a Source of Open will read, by Mark.File, and the secrets
// that it found when it looked ahead. It is called before the first Read.
func Inputs(src packet.Source) ([]Input, []packet.Secrets) {
	f, ok := src.(*files)
	if !ok {
		return nil, nil
	}
	list := make([]Input, len(f.inputs))
	for i, in := range f.inputs {
		list[i] = Input{in.name, in.once(), in.first}
	}
	return list, f.held
}

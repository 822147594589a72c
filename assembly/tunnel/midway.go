package tunnel

import "wscope/assembly"

// search looks for frames in what was seen. It is true when the lane was handed on.
func (f *sniffer) search(at *assembly.Mark, final bool) bool {
	if f.seen.size() > maxTape {
		f.give("unknown", at)
		return true
	}
	return false
}

// beginsFrames says whether b begins with WebSocket frames.
func beginsFrames(b []byte, masked bool) bool {
	return len(b) > 1 && b[0]&0x70 == 0 && b[1]&0x80 != 0 == masked
}

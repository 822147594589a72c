package wsparse

// Frame is one whole frame, RFC 6455 §5.2.
type Frame struct {
	Header
	Payload []byte // unmasked
}

// ParsedMessage is a message in the model of the Kaitai Struct WebSocket specification: an
// initial frame and, unless that is the last, trailing frames up to the one that is.
type ParsedMessage struct {
	InitialFrame   Frame
	TrailingFrames []Frame
	// Between is the control frames that came between the message's own (RFC 6455 §5.4
	// allows them there; the Kaitai grammar does not know of it).
	Between []Frame
}

// Data is the payloads of the message's frames in one piece, in memory of its own. It is
// not inflated: that takes a Stream.
func (m *ParsedMessage) Data() []byte {
	data := append([]byte(nil), m.InitialFrame.Payload...)
	for i := range m.TrailingFrames {
		data = append(data, m.TrailingFrames[i].Payload...)
	}
	return data
}

// add takes the next frame. It says whether the message is complete with it.
func (m *ParsedMessage) add(f Frame, first bool) (done bool, err error) {
	switch {
	case first:
		m.InitialFrame = f
		// A control frame is a message of its own, whatever its FIN says.
		return f.Finished || f.Opcode.IsControl(), nil
	case f.Opcode.IsControl():
		m.Between = append(m.Between, f)
		return false, nil
	case f.Opcode != Continuation:
		return false, ErrInterrupted
	}
	m.TrailingFrames = append(m.TrailingFrames, f)
	return f.Finished, nil
}

package wsparse

type inflation struct{}

func (s *Stream) deflated() bool            { return s.cfg.Deflate != nil }
func (s *Stream) beginInflate()             {}
func (s *Stream) inflate(m *body, p []byte) {}
func (s *Stream) endInflate(m *body)        { m.msg.Complete = false }
func (s *Stream) loseHistory()              {}

// Window is the largest distance that the inflater saw this sender really use, in bytes.
func (s *Stream) Window() int { return 0 }

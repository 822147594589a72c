package wsparse

// SetCollect reports whether messages that begin from now on are collected, as
// StreamConfig.Collect said at first: who only wants to look at the first few can stop.
func (s *Stream) SetCollect(on bool) { s.cfg.Collect = on }

package wsparse

type search struct {
	buf  *buffer
	lost int64
}

func (s *Stream) beginSearch() {
	s.state = atSearch
	s.search = &search{}
}
func (w *search) held() int { return 0 }
func (w *search) put()      {}

func (s *Stream) look(ev *Event) bool {
	s.lost += int64(len(s.in))
	s.skip(len(s.in))
	return false
}
func (s *Stream) settle(ev *Event, final bool) bool { return false }

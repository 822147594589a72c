package report

import (
	"strconv"
	"strings"

	"wscope/analyzer/record"
)

// endingsShown is how many kinds of endings the summary tells of.
const endingsShown = 6

// endings says how flows ended otherwise than in good order, and where to look.
func (s *summaryScreen) endings() {
	if len(s.sum.Endings) == 0 {
		return
	}
	s.title("WHY THEY ENDED")
	for i := range s.sum.Endings {
		if i == endingsShown {
			s.text("  ", plainInk, "  ", dimInk, "… and in "+Count(int64(len(s.sum.Endings)-i), "other way")+": wscope why")
			break
		}
		s.ending(&s.sum.Endings[i])
	}
}

func (s *summaryScreen) ending(e *record.Ending) {
	s.text("! ", warningInk, "  ", plainInk, Clean(e.Sentence))
	if where := examples(e); where != "" {
		s.text("  look at ", dimInk, "    ", dimInk, where)
	}
}

// examples says where endings are to be seen.
func examples(e *record.Ending) string {
	parts := make([]string, len(e.Examples))
	for i, x := range e.Examples {
		var words []string
		if x.Flow > 0 { // else it is a connection that became none
			words = append(words, "flow"+tied+strconv.FormatInt(x.Flow, 10))
		}
		if x.Packet > 0 {
			words = append(words, "packet"+tied+strconv.FormatInt(x.Packet, 10))
		}
		parts[i] = strings.Join(words, " ")
		if x.File != "" {
			parts[i] += " of " + Clean(x.File)
		}
	}
	return strings.Join(parts, ", ")
}

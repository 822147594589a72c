package query

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/types"

	"wscope/analyzer/record"
)

// Names are the names that an expression may use, with the types of their values. What
// a record may lack has no fixed type: it is nil there.
type Names map[string]types.Type

// Flow is the names of a flow record, as the contract has them, with flow. before them or
// without; flow alone is the record, flow.flow its number.
func Flow() Names {
	names := recordNames(record.FlowTable, false)
	return names.With(Names{"flow": types.Map(names)})
}

// Summary is the names of the summary of a capture.
func Summary() Names { return recordNames(record.SummaryTable, false) }

// Finding is the names of a finding, and flow, the number of its flow.
func Finding() Names {
	return recordNames(record.FindingTable, false).With(Names{"flow": types.Int})
}

// Ping is the names of an answered ping: who sent it, and rtt, the seconds until its pong.
func Ping() Names {
	return Names{"flow": types.Int, "from": types.String, "rtt": types.Float64, "time": timeType}
}

// aboutFlow are the names of a flow's record that its messages have too.
var aboutFlow = []string{"client", "server", "pickup", "tls", "http", "handshake", "tunnel", "via"}

// Message is the names of a message record, as the contract has them, with message. before
// them or without; with text (absent for what is no text) and json (its payload, where that is JSON; else
// absent). flow. is its flow as the handshake says it, of which client, server, pickup, tls, http, handshake,
// tunnel and via need no flow. before them.
func Message() Names {
	names := recordNames(record.MessageTable, false)
	names["text"], names["json"] = types.Any, types.Any
	flow := Flow()
	all := names.With(Names{"message": types.Map(names), "flow": flow["flow"]})
	for _, name := range aboutFlow {
		all[name] = flow[name]
	}
	return all
}

// With adds names of the caller's.
func (n Names) With(more Names) Names {
	all := maps.Clone(n)
	maps.Copy(all, more)
	return all
}

var timeType = types.TypeOf(time.Time{})

// recordNames are the names of a record's fields.
func recordNames(table *record.Table, optional bool) Names {
	names := Names{}
	for i := range table.Fields {
		f := &table.Fields[i]
		names[f.Name] = nameType(f, optional)
	}
	return names
}

// nameType is the type of a field's value as an expression sees it.
func nameType(f *record.Field, optional bool) types.Type {
	optional = optional || f.Pointer
	switch {
	case f.Kind == record.Nested && !f.List:
		return types.Map(recordNames(f.Of, optional))
	case optional || f.Kind == record.Raw:
		return types.Any
	case f.Kind == record.Nested:
		return types.Array(types.Map(recordNames(f.Of, false)))
	case f.List:
		return types.Array(types.Any)
	}
	return KindType(f.Kind)
}

// KindType is the type of a value of a kind.
func KindType(k record.Kind) types.Type {
	switch k {
	case record.Text:
		return types.String
	case record.Boolean:
		return types.Bool
	case record.Number, record.Span:
		return types.Float64
	case record.Moment:
		return timeType
	case record.Integer:
		return types.Int
	}
	return types.Any
}

// suggest is a hint at the name that was likely meant; "" where none is near.
func (n Names) suggest(rest string) string {
	wrong, _, _ := strings.Cut(rest, " ")
	if near := Nearest(wrong, slices.Sorted(maps.Keys(n))); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// Nearest is the word that wrong was likely meant to be; "" where none is near.
func Nearest(wrong string, words []string) string {
	best, least := "", len(wrong)/3+2
	for _, word := range words {
		if d := distance(wrong, word); d < least {
			best, least = word, d
		}
	}
	return best
}

// distance is the number of letters to change between two words (Levenshtein).
func distance(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"wscope/analyzer/record"
)

// whole sets every field of a record.
func whole[T any]() *T {
	r := new(T)
	fillWhole(reflect.ValueOf(r).Elem())
	switch r := any(r).(type) { // what is a word of ours, or hexadecimal, is never quoted
	case *record.Message:
		r.From, r.Type, r.SHA256 = "client", "close", "00"
	case *record.Frame:
		r.From, r.Opcode = "client", "text"
	}
	return r
}

func fillWhole(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillWhole(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fillWhole(v.Field(i))
			}
		}
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[record.JSON]() {
			v.SetBytes([]byte(`{"a":1}`))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fillWhole(v.Index(0))
		fillWhole(v.Index(1))
	case reflect.Array:
		for i := range v.Len() {
			fillWhole(v.Index(i))
		}
	case reflect.String:
		v.SetString("=a,\"text\"")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	default:
		v.SetUint(7)
	}
}

// names are the members of a JSON object.
func names(t *testing.T, line []byte) []string {
	t.Helper()
	var object map[string]json.RawMessage
	if err := json.Unmarshal(line, &object); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	var list []string
	for name := range object {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// members are the names of a table's fields, without some and with others.
func members(table *record.Table, without []string, more ...string) []string {
	list := more
	for i := range table.Fields {
		if name := table.Fields[i].Name; !slices.Contains(without, name) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// TestLinesAreTheTable holds the JSON of messages and frames, which is written by hand for speed, to the field table.
func TestLinesAreTheTable(t *testing.T) {
	m, f := whole[record.Message](), whole[record.Frame]()
	j := &JSON{Payload: true}
	place, when := []string{"flow", "from", "time", "packet", "file"}, []string{"end"}
	for name, c := range map[string]struct {
		line []byte
		want []string
	}{
		"message":         {AppendLine(nil, 7, j.Message(nil, m)), members(record.MessageTable, nil, "text")},
		"frame":           {AppendLine(nil, 7, j.Frame(nil, f)), members(record.FrameTable, nil, "payload_text")},
		"decoded message": {j.DecodedMessage(nil, m, 9), members(record.MessageTable, append(place, when...), "text", "offset")},
		"decoded frame":   {j.Decoded(nil, f), members(record.FrameTable, place, "payload_text")},
	} {
		if got := names(t, c.line); !slices.Equal(got, c.want) {
			t.Errorf("%s: the members are\n%v\nand not\n%v", name, got, c.want)
		}
	}
	var app struct{ App json.RawMessage }
	if err := json.Unmarshal(AppendLine(nil, 7, j.Message(nil, m)), &app); err != nil {
		t.Fatal(err)
	}
	if got, want := names(t, app.App), members(record.AppTable, nil); !slices.Equal(got, want) {
		t.Errorf("app: the members are\n%v\nand not\n%v", got, want)
	}
}

// TestRowsHaveACellAColumn of whole records and of empty ones.
func TestRowsHaveACellAColumn(t *testing.T) {
	c := &CSV{Payload: true, MaxPayload: 4}
	for name, rows := range map[string][]byte{
		"flows":            slices.Concat(FlowHead(), FlowRow(nil, whole[record.Flow]()), FlowRow(nil, new(record.Flow))),
		"messages":         slices.Concat([]byte(MessageHead), AppendRow(nil, 7, c.Message(nil, whole[record.Message]())), AppendRow(nil, 7, c.Message(nil, new(record.Message)))),
		"frames":           slices.Concat([]byte(FrameHead), AppendRow(nil, 7, c.Frame(nil, whole[record.Frame]())), AppendRow(nil, 7, c.Frame(nil, new(record.Frame)))),
		"decoded messages": slices.Concat([]byte(DecodedMessageHead), c.DecodedMessage(nil, whole[record.Message](), 9), c.DecodedMessage(nil, new(record.Message), 9)),
		"decoded frames":   slices.Concat([]byte(DecodedHead), c.Decoded(nil, whole[record.Frame]()), c.Decoded(nil, new(record.Frame))),
		"summary":          SummaryCSV(whole[record.Summary]()),
	} {
		table, err := csv.NewReader(bytes.NewReader(rows)).ReadAll() // it wants as many cells in each row
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, row := range table[1:] {
			for i, cell := range row {
				if strings.HasPrefix(cell, "=") {
					t.Errorf("%s: column %s may be taken for a formula: %s", name, table[0][i], cell)
				}
			}
		}
	}
}

// TestFlowRowsAreTheirJSON holds the cells of a flow to its record in JSON.
func TestFlowRowsAreTheirJSON(t *testing.T) {
	f := whole[record.Flow]()
	table, err := csv.NewReader(bytes.NewReader(slices.Concat(FlowHead(), FlowRow(nil, f)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	d := json.NewDecoder(bytes.NewReader(FlowJSON(f)))
	d.UseNumber()
	if err := d.Decode(&object); err != nil {
		t.Fatal(err)
	}
	for i, name := range table[0] {
		var v any = object
		for part := range strings.SplitSeq(name, ".") {
			v = v.(map[string]any)[part]
		}
		switch want := v.(type) {
		case string:
			if got := strings.TrimPrefix(table[1][i], "'"); got != want {
				t.Errorf("%s is %q, and %q in JSON", name, got, want)
			}
		case json.Number:
			if table[1][i] != want.String() {
				t.Errorf("%s is %q, and %s in JSON", name, table[1][i], want)
			}
		default:
			if table[1][i] == "" {
				t.Errorf("%s is empty, and %v in JSON", name, v)
			}
		}
	}
}

// TestSummaryOfEverything shows a capture whose every number is set, and what no WebSocket leaves to be said.
func TestSummaryOfEverything(t *testing.T) {
	sum, f := whole[record.Summary](), whole[record.Flow]()
	sum.ByPickup = []record.Named{{Name: "encrypted", Count: 2}, {Name: "midstream", Count: 1}}
	sum.Findings[0].Rule, sum.Findings[0].Severity = "ping-unanswered", "error"
	f.Findings[0].Rule = "ping-unanswered"
	o := &Overview{}
	o.Add(f)
	o.Add(whole[record.Flow]())
	for _, width := range []int{0, 40, 200} {
		var b bytes.Buffer
		if err := WriteSummary(&b, &Screen{Width: width}, sum, o); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		for _, want := range []string{"ping-unanswered", "could not be opened", "midway", "snaplen"} {
			if width != 40 && !strings.Contains(text, want) {
				t.Errorf("width %d: no %s in\n%s", width, want, text)
			}
		}
	}
	if got := names(t, SummaryJSON(sum)); !slices.Equal(got, members(record.SummaryTable, nil)) {
		t.Errorf("the summary's members are %v", got)
	}
	for _, c := range []struct {
		sum  record.Summary
		want string
	}{
		{record.Summary{}, "no packets"},
		{record.Summary{Packets: 1, Other: []record.Named{{Name: "udp", Count: 1}}}, "only UDP is in the capture"},
		{record.Summary{Packets: 2, Other: []record.Named{{Name: "udp", Count: 1}, {Name: "arp", Count: 1}}}, "no TCP is in the capture, but 1 udp, 1 arp"},
		{record.Summary{Packets: 2, TCP: 2, Elsewhere: []record.Named{{Name: "ssh", Count: 1}}}, "without a WebSocket: 1 ssh"},
		{record.Summary{Packets: 2, TCP: 2, Connections: 3}, "3 TCP connections carried no WebSocket handshake"},
		{record.Summary{Packets: 2, Flows: 1, ByPickup: []record.Named{{Name: "midstream", Count: 4}}}, "4 connections look like WebSocket"},
	} {
		if got := strings.Join(Hints(&c.sum), "\n"); !strings.Contains(got, c.want) {
			t.Errorf("the hints are %q, without %q", got, c.want)
		}
	}
}

// TestFieldsInEveryFormat lists all names, on screens that are wide and narrow.
func TestFieldsInEveryFormat(t *testing.T) {
	if _, err := Fields("packet"); err == nil {
		t.Error("there are fields of what is no record")
	}
	for _, kind := range []string{"flow", "message", "frame", "summary"} {
		list, err := Fields(kind)
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range []string{"table", "json", "ndjson", "csv"} {
			for _, width := range []int{0, 40, 160} {
				var b bytes.Buffer
				if err := WriteFields(&b, &Screen{Width: width}, list, format); err != nil {
					t.Fatal(err)
				}
				for _, f := range list {
					if !strings.Contains(b.String(), f.Name) {
						t.Fatalf("%s, width %d: %s is not listed", format, width, f.Name)
					}
				}
			}
		}
	}
	for _, kind := range SchemaKinds {
		if b, err := Schema(kind); err != nil || !json.Valid(b) {
			t.Errorf("schema of %s: %v", kind, err)
		}
	}
	if _, err := Schema("packet"); err == nil {
		t.Error("there is a schema of what is no record")
	}
}

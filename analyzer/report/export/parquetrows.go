package export

import (
	"unsafe"

	"wscope/analyzer/record"
)

// The rows of messages.parquet and findings.parquet. Columns have the contract's names, nested ones joined by
// underscores; durations are seconds. A column is optional where the record may not have it. They are written by hand, for a
// capture may have millions; a test holds them to the field table.
type (
	// messageRow has its content in text where it is text, else in binary.
	messageRow struct {
		Flow          int64    `parquet:"flow"`
		Message       int64    `parquet:"message"`
		From          string   `parquet:"from,dict"`
		Type          string   `parquet:"type,dict"`
		Time          int64    `parquet:"time,timestamp(microsecond)"`
		TimeNS        int64    `parquet:"time_ns"`
		End           int64    `parquet:"end,timestamp(microsecond)"`
		EndNS         int64    `parquet:"end_ns"`
		Packet        int64    `parquet:"packet"`
		File          string   `parquet:"file,dict"`
		Frames        int32    `parquet:"frames"`
		Compressed    *bool    `parquet:"compressed,optional"`
		PayloadBytes  int64    `parquet:"payload_bytes"`
		Length        int64    `parquet:"length"`
		Complete      bool     `parquet:"complete"`
		Cut           bool     `parquet:"cut"`
		Stalled       bool     `parquet:"stalled"`
		Code          *int32   `parquet:"code,optional"`
		Reason        *string  `parquet:"reason,optional"`
		Text          *string  `parquet:"text,optional"`
		Binary        []byte   `parquet:"binary,optional"`
		AppProtocol   *string  `parquet:"app_protocol,optional,dict"`
		AppKind       *string  `parquet:"app_kind,optional,dict"`
		AppName       *string  `parquet:"app_name,optional,dict"`
		AppID         *string  `parquet:"app_id,optional"`
		AppTopic      *string  `parquet:"app_topic,optional,dict"`
		AppError      *string  `parquet:"app_error,optional"`
		AppGist       *string  `parquet:"app_gist,optional"`
		AppDecoded    *string  `parquet:"app_decoded,optional,json"`
		DecodedCut    *bool    `parquet:"app_decoded_cut,optional"`
		SHA256        *string  `parquet:"sha256,optional"`
		AppAnswers    *int64   `parquet:"app_answers,optional"`
		AppAfter      *float64 `parquet:"app_after,optional"`
		AppCredential *string  `parquet:"app_credential,optional,dict"`
		Stream        *int64   `parquet:"stream,optional"`
	}

	findingRow struct {
		Flow     int64  `parquet:"flow"`
		Rule     string `parquet:"rule,dict"`
		Severity string `parquet:"severity,dict"`
		RFC      string `parquet:"rfc,dict"`
		From     string `parquet:"from,dict"`
		Packet   int64  `parquet:"packet"`
		File     string `parquet:"file,dict"`
		Time     int64  `parquet:"time,timestamp(microsecond)"`
		TimeNS   int64  `parquet:"time_ns"`
		Offset   int64  `parquet:"offset"`
		Detail   string `parquet:"detail"`
		Count    int64  `parquet:"count"`
		Last     *int64 `parquet:"last,optional,timestamp(microsecond)"`
		LastNS   *int64 `parquet:"last_ns,optional"`
	}
)

func micros(t record.Time) int64 { return int64(t) / 1e3 }

// messageStore is the room for one row of messages.parquet and for what it points to.
type messageStore struct {
	rows    [1]messageRow
	code    int32
	stream  int64
	after   float64
	strings [16]string
	used    int
}

// given is where s stays until the next row; nil where it is empty.
func (t *messageStore) given(s string) *string {
	if s == "" {
		return nil
	}
	return t.keep(s)
}

func (t *messageStore) keep(s string) *string {
	t.strings[t.used] = s
	t.used++
	return &t.strings[t.used-1]
}

// take is a message as a row, alone in a slice: it is valid until the next call, and as long as the message is.
func (t *messageStore) take(m *record.Message) []messageRow {
	t.used = 0
	r := &t.rows[0]
	*r = messageRow{
		Flow: m.Flow, Message: m.Message, From: string(m.From), Type: m.Type, Time: micros(m.Time), TimeNS: int64(m.Time),
		End: micros(m.End), EndNS: int64(m.End), Packet: m.Packet, File: m.File, Frames: int32(m.Frames), Compressed: m.Compressed,
		PayloadBytes: m.PayloadBytes, Length: m.Length, Complete: m.Complete, Cut: m.Cut, Stalled: m.Stalled,
		SHA256: t.given(m.SHA256),
	}
	if m.Code != nil {
		t.code = int32(*m.Code)
		r.Code = &t.code
	}
	if m.Stream != nil {
		t.stream = int64(*m.Stream)
		r.Stream = &t.stream
	}
	if m.Type == "close" {
		r.Reason = &m.Reason
	}
	if m.IsText {
		r.Text = t.keep(unsafe.String(unsafe.SliceData(m.Data), len(m.Data))) // the writer copies it
	} else if r.Binary = m.Data; r.Binary == nil {
		r.Binary = []byte{} // which is not absent
	}
	if a := m.App; a != nil {
		r.AppProtocol, r.AppKind, r.AppName, r.AppID = t.given(a.Protocol), t.given(a.Kind), t.given(a.Name), t.given(a.ID)
		r.AppTopic, r.AppError, r.AppGist = t.given(a.Topic), t.given(a.Error), t.given(a.Gist)
		r.AppDecoded, r.DecodedCut = t.given(string(a.Decoded)), &a.DecodedCut
		r.AppCredential = t.given(a.Credential)
		if r.AppAnswers = a.Answers; a.After != nil {
			t.after = a.After.Float()
			r.AppAfter = &t.after
		}
	}
	return t.rows[:]
}

// newMessageRow is a row of its own, which outlives the message.
func newMessageRow(m *record.Message) messageRow {
	own := *m
	own.Data = append([]byte(nil), m.Data...)
	return new(messageStore).take(&own)[0]
}

func newFindingRow(flow int64, n *record.Finding) findingRow {
	r := findingRow{
		Flow: flow, Rule: n.Rule, Severity: string(n.Severity), RFC: n.RFC, From: string(n.From), Packet: n.Packet, File: n.File,
		Time: micros(n.Time), TimeNS: int64(n.Time), Offset: n.Offset, Detail: n.Detail, Count: n.Count,
	}
	if n.Last != nil {
		last, ns := micros(*n.Last), int64(*n.Last)
		r.Last, r.LastNS = &last, &ns
	}
	return r
}

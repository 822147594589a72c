package export

import "wscope/analyzer/record"

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

func code(n *int) *int32 {
	if n == nil {
		return nil
	}
	v := int32(*n)
	return &v
}

// given is s, or nothing where it is empty.
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func newMessageRow(m *record.Message) messageRow {
	r := messageRow{
		Flow: m.Flow, Message: m.Message, From: m.From, Type: m.Type, Time: micros(m.Time), TimeNS: int64(m.Time),
		End: micros(m.End), EndNS: int64(m.End), Packet: m.Packet, File: m.File, Frames: int32(m.Frames), Compressed: m.Compressed,
		PayloadBytes: m.PayloadBytes, Length: m.Length, Complete: m.Complete, Cut: m.Cut, Stalled: m.Stalled, Code: code(m.Code),
		SHA256: given(m.SHA256),
	}
	if m.Stream != nil {
		id := int64(*m.Stream)
		r.Stream = &id
	}
	if m.Type == "close" {
		r.Reason = &m.Reason
	}
	if m.IsText {
		text := string(m.Data)
		r.Text = &text
	} else {
		r.Binary = append([]byte{}, m.Data...)
	}
	if a := m.App; a != nil {
		r.AppProtocol, r.AppKind, r.AppName, r.AppID = given(a.Protocol), given(a.Kind), given(a.Name), given(a.ID)
		r.AppTopic, r.AppError, r.AppGist = given(a.Topic), given(a.Error), given(a.Gist)
		r.AppDecoded, r.DecodedCut = given(string(a.Decoded)), &a.DecodedCut
		r.AppCredential = given(a.Credential)
		if r.AppAnswers = a.Answers; a.After != nil {
			after := a.After.Float()
			r.AppAfter = &after
		}
	}
	return r
}

func newFindingRow(flow int64, n *record.Finding) findingRow {
	r := findingRow{
		Flow: flow, Rule: n.Rule, Severity: n.Severity, RFC: n.RFC, From: n.From, Packet: n.Packet, File: n.File,
		Time: micros(n.Time), TimeNS: int64(n.Time), Offset: n.Offset, Detail: n.Detail, Count: n.Count,
	}
	if n.Last != nil {
		last, ns := micros(*n.Last), int64(*n.Last)
		r.Last, r.LastNS = &last, &ns
	}
	return r
}

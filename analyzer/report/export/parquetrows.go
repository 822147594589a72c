package export

import (
	"encoding/json"

	"wscope/analyzer/record"
)

// The rows of the Parquet files. Columns have the contract's names, nested ones joined by
// underscores; durations are seconds. A column is optional where the record may not have it.
type (
	flowRow struct {
		Flow                int64         `parquet:"flow"`
		ClientIP            string        `parquet:"client_ip"`
		ClientPort          int32         `parquet:"client_port"`
		ServerIP            string        `parquet:"server_ip"`
		ServerPort          int32         `parquet:"server_port"`
		Start               int64         `parquet:"start,timestamp(microsecond)"`
		StartNS             int64         `parquet:"start_ns"`
		End                 int64         `parquet:"end,timestamp(microsecond)"`
		EndNS               int64         `parquet:"end_ns"`
		Duration            float64       `parquet:"duration"`
		Pickup              string        `parquet:"pickup,dict"`
		File                string        `parquet:"file,dict"`
		Packet              int64         `parquet:"packet"`
		Tunnel              string        `parquet:"tunnel,dict"`
		RealClient          string        `parquet:"real_client"`
		TLSVersion          *string       `parquet:"tls_version,optional,dict"`
		TLSCipher           *string       `parquet:"tls_cipher,optional,dict"`
		TLSSNI              *string       `parquet:"tls_sni,optional,dict"`
		TLSALPN             *string       `parquet:"tls_alpn,optional,dict"`
		TLSDecrypted        *bool         `parquet:"tls_decrypted,optional"`
		HTTPVersion         *string       `parquet:"http_version,optional,dict"`
		HTTPMethod          *string       `parquet:"http_method,optional,dict"`
		HTTPHost            *string       `parquet:"http_host,optional,dict"`
		HTTPPath            *string       `parquet:"http_path,optional,dict"`
		HTTPStatus          *int32        `parquet:"http_status,optional"`
		HTTPStreamID        *int64        `parquet:"http_stream_id,optional"`
		HTTPOrigin          *string       `parquet:"http_origin,optional,dict"`
		HTTPUserAgent       *string       `parquet:"http_user_agent,optional,dict"`
		HandshakeResult     *string       `parquet:"handshake_result,optional,dict"`
		HandshakeLatency    *float64      `parquet:"handshake_latency,optional"`
		AcceptValid         *bool         `parquet:"handshake_accept_valid,optional"`
		SubprotocolsOffered []string      `parquet:"handshake_subprotocols_offered,list"`
		Subprotocol         *string       `parquet:"handshake_subprotocol,optional,dict"`
		ExtensionsOffered   []string      `parquet:"handshake_extensions_offered,list"`
		Extensions          []string      `parquet:"handshake_extensions,list"`
		ClientToServer      directionCols `parquet:"client_to_server"`
		ServerToClient      directionCols `parquet:"server_to_client"`
		CloseBy             *string       `parquet:"close_by,optional,dict"`
		CloseHow            *string       `parquet:"close_how,optional,dict"`
		CloseCode           *int32        `parquet:"close_code,optional"`
		CloseReason         *string       `parquet:"close_reason,optional"`
		CloseReplyCode      *int32        `parquet:"close_reply_code,optional"`
		PingAnswered        *int64        `parquet:"ping_answered,optional"`
		PingUnanswered      *int64        `parquet:"ping_unanswered,optional"`
		PingRTTMin          *float64      `parquet:"ping_rtt_min,optional"`
		PingRTTP50          *float64      `parquet:"ping_rtt_p50,optional"`
		PingRTTP99          *float64      `parquet:"ping_rtt_p99,optional"`
		PingRTTMax          *float64      `parquet:"ping_rtt_max,optional"`
		Findings            int64         `parquet:"findings"`    // how many rows of findings.parquet
		Record              string        `parquet:"record,json"` // the whole record of the contract
	}

	// directionCols is what one side sent: a group, so that its columns are client_to_server.text and so on.
	directionCols struct {
		Frames       int64 `parquet:"frames"`
		Text         int64 `parquet:"text"`
		Binary       int64 `parquet:"binary"`
		Ping         int64 `parquet:"ping"`
		Pong         int64 `parquet:"pong"`
		Close        int64 `parquet:"close"`
		WireBytes    int64 `parquet:"wire_bytes"`
		PayloadBytes int64 `parquet:"payload_bytes"`
		MessageBytes int64 `parquet:"message_bytes"`
		LostBytes    int64 `parquet:"lost_bytes"`
		LostMessages int64 `parquet:"lost_messages"`
	}

	// messageRow has its content in text where it is text, else in binary.
	messageRow struct {
		Flow         int64   `parquet:"flow"`
		Message      int64   `parquet:"message"`
		From         string  `parquet:"from,dict"`
		Type         string  `parquet:"type,dict"`
		Time         int64   `parquet:"time,timestamp(microsecond)"`
		TimeNS       int64   `parquet:"time_ns"`
		End          int64   `parquet:"end,timestamp(microsecond)"`
		EndNS        int64   `parquet:"end_ns"`
		Packet       int64   `parquet:"packet"`
		File         string  `parquet:"file,dict"`
		Frames       int32   `parquet:"frames"`
		Compressed   bool    `parquet:"compressed"`
		PayloadBytes int64   `parquet:"payload_bytes"`
		Length       int64   `parquet:"length"`
		Complete     bool    `parquet:"complete"`
		Cut          bool    `parquet:"cut"`
		Stalled      bool    `parquet:"stalled"`
		Code         *int32  `parquet:"code,optional"`
		Reason       *string `parquet:"reason,optional"`
		Text         *string `parquet:"text,optional"`
		Binary       []byte  `parquet:"binary,optional"`
		AppProtocol  *string `parquet:"app_protocol,optional,dict"`
		AppKind      *string `parquet:"app_kind,optional,dict"`
		AppName      *string `parquet:"app_name,optional,dict"`
		AppID        *string `parquet:"app_id,optional"`
		AppTopic     *string `parquet:"app_topic,optional,dict"`
		AppError     *string `parquet:"app_error,optional"`
		AppGist      *string `parquet:"app_gist,optional"`
		AppDecoded   *string `parquet:"app_decoded,optional,json"`
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
	}
)

func micros(t record.Time) int64 { return int64(t) / 1e3 }

func seconds(s *record.Seconds) *float64 {
	if s == nil {
		return nil
	}
	v := s.Float()
	return &v
}

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

func newFlowRow(f *record.Flow) flowRow {
	record, err := json.Marshal(f)
	if err != nil {
		panic("export: a record that is no JSON: " + err.Error()) // records hold only what JSON can say
	}
	r := flowRow{
		Flow: f.Flow, ClientIP: f.Client.IP, ClientPort: int32(f.Client.Port), ServerIP: f.Server.IP, ServerPort: int32(f.Server.Port),
		Start: micros(f.Start), StartNS: int64(f.Start), End: micros(f.End), EndNS: int64(f.End), Duration: f.Duration.Float(),
		Pickup: f.Pickup, File: f.File, Packet: f.Packet, Tunnel: f.Tunnel, RealClient: f.RealIP,
		ClientToServer: newDirectionCols(&f.ClientToServer), ServerToClient: newDirectionCols(&f.ServerToClient),
		Findings: int64(len(f.Findings)), Record: string(record),
	}
	if t := f.TLS; t != nil {
		r.TLSVersion, r.TLSCipher, r.TLSSNI, r.TLSALPN = given(t.Version), given(t.Cipher), given(t.SNI), given(t.ALPN)
		r.TLSDecrypted = &t.Decrypted
	}
	if h := f.HTTP; h != nil {
		r.HTTPVersion, r.HTTPMethod, r.HTTPHost, r.HTTPPath = given(h.Version), given(h.Method), given(h.Host), given(h.Path)
		r.HTTPOrigin, r.HTTPUserAgent = given(h.Origin), given(h.UserAgent)
		id := int64(h.StreamID)
		r.HTTPStreamID = &id
		if h.Status != 0 {
			r.HTTPStatus = code(&h.Status)
		}
	}
	if h := f.Handshake; h != nil {
		r.HandshakeResult, r.HandshakeLatency, r.AcceptValid = given(h.Result), seconds(h.Latency), h.AcceptValid
		r.SubprotocolsOffered, r.Subprotocol = h.SubprotocolsOffered, given(h.Subprotocol)
		r.ExtensionsOffered, r.Extensions = h.ExtensionsOffered, h.Extensions
	}
	if c := f.Close; c != nil {
		r.CloseBy, r.CloseHow, r.CloseCode, r.CloseReplyCode = given(c.By), given(c.How), code(c.Code), code(c.ReplyCode)
		r.CloseReason = &c.Reason
	}
	if p := f.Ping; p != nil {
		r.PingAnswered, r.PingUnanswered = &p.Answered, &p.Unanswered
		r.PingRTTMin, r.PingRTTP50, r.PingRTTP99, r.PingRTTMax = seconds(p.RTTMin), seconds(p.RTTP50), seconds(p.RTTP99), seconds(p.RTTMax)
	}
	return r
}

func newDirectionCols(d *record.Direction) directionCols {
	return directionCols{
		Frames: d.Frames, Text: d.Messages.Text, Binary: d.Messages.Binary, Ping: d.Messages.Ping, Pong: d.Messages.Pong,
		Close: d.Messages.Close, WireBytes: d.WireBytes, PayloadBytes: d.PayloadBytes, MessageBytes: d.MessageBytes,
		LostBytes: d.LostBytes, LostMessages: d.LostMessages,
	}
}

func newMessageRow(m *record.Message) messageRow {
	r := messageRow{
		Flow: m.Flow, Message: m.Message, From: m.From, Type: m.Type, Time: micros(m.Time), TimeNS: int64(m.Time),
		End: micros(m.End), EndNS: int64(m.End), Packet: m.Packet, File: m.File, Frames: int32(m.Frames), Compressed: m.Compressed,
		PayloadBytes: m.PayloadBytes, Length: m.Length, Complete: m.Complete, Cut: m.Cut, Stalled: m.Stalled, Code: code(m.Code),
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
		r.AppDecoded = given(string(a.Decoded))
	}
	return r
}

func newFindingRow(flow int64, n *record.Finding) findingRow {
	return findingRow{
		Flow: flow, Rule: n.Rule, Severity: n.Severity, RFC: n.RFC, From: n.From, Packet: n.Packet, File: n.File,
		Time: micros(n.Time), TimeNS: int64(n.Time), Offset: n.Offset, Detail: n.Detail, Count: n.Count,
	}
}

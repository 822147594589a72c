package record

// TLSRecord is one record of application data of a connection that could not be opened: a message, a part of
// one, or several.
type TLSRecord struct {
	Flow   int64
	From   Peer
	Time   Time
	Packet int64
	File   string
	Bytes  int64 // of its plaintext, at most
	Error  int64 // how many fewer they may be
}

// TLSRecordSink is a Sink that also takes, with Options.TLSRecords, the records of connections that could not
// be opened.
type TLSRecordSink interface {
	Sink
	TLSRecord(r *TLSRecord) error
}

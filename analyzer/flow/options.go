package flow

import "wscope/analyzer/record"

// Options say which records a Table makes. The zero value makes Flow records alone.
type Options struct {
	Messages bool // make Message records
	Frames   bool // make Frame records
	Payload  bool // with their payload: Message.Data, Frame.Payload
	Events   bool // make gaps and findings in their place
	Updates  bool // make records of living flows

	TLSRecords bool // make records of TLS connections that could not be opened, in their place

	Live     bool // retry connections that ended as soon as secrets come
	WaitKeys bool // secrets may come after what they open
	NoMidway bool // look for no WebSocket whose upgrade is not in the capture
	DecodeAs map[uint16]bool
	Hash     bool // data messages with their SHA-256
	// Room is asked how many bytes may be kept of one sort of what is unfinished (messages that are read or looked into, what
	// waits to be understood), of which so many are kept now.
	Room func(kept int) int

	MaxMessage int // bytes of a message that are collected at most; 0 is wsparse.DefaultMaxMessage

	Select      func(*record.Flow) bool // nil wants all
	KeepMessage func(*record.Flow, *record.Message) bool
	KeepFrame   func(*record.Flow, *record.Frame) bool
	Render      record.Renderer // nil makes records
	Apps        record.Apps     // nil recognises no subprotocol
}

// Environment is what all Tables may read: it does not change while they run, or is safe to share.
type Environment struct {
	Files      func(i int32) string // name of a file where there are several, else ""
	TunnelName func(id uint32) string
}

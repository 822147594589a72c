package analyzer

import (
	"wscope/analyzer/flow"
	"wscope/analyzer/record"
	"wscope/analyzer/stat"
)

// The records and what takes them, as this package's users know them. They are declared in package record.
type (
	App             = record.App
	AppCall         = record.AppCall
	AppCount        = record.AppCount
	AppHeartbeat    = record.AppHeartbeat
	AppHeartbeats   = record.AppHeartbeats
	AppOp           = record.AppOp
	AppOperation    = record.AppOperation
	Apps            = record.Apps
	AppSummary      = record.AppSummary
	AppTotal        = record.AppTotal
	Closing         = record.Closing
	Compression     = record.Compression
	Concurrency     = record.Concurrency
	Conversation    = record.Conversation
	Counts          = record.Counts
	Direction       = record.Direction
	Endpoint        = record.Endpoint
	EventSink       = record.EventSink
	Finding         = record.Finding
	Flow            = record.Flow
	Frame           = record.Frame
	Gap             = record.Gap
	Handshake       = record.Handshake
	HTTP            = record.HTTP
	JSON            = record.JSON
	Message         = record.Message
	Named           = record.Named
	NopSink         = record.NopSink
	Pace            = record.Pace
	PingSide        = record.PingSide
	PingSum         = record.PingSum
	Polling         = record.Polling
	PollRequest     = flow.PollRequest
	PollSession     = flow.PollSession
	Problem         = record.Problem
	Proxied         = record.Proxied
	QUIC            = record.QUIC
	QUICClose       = record.QUICClose
	WebTransport    = record.WebTransport
	Quantiles       = record.Quantiles
	Renderer        = record.Renderer
	Rule            = record.Rule
	RuleCount       = record.RuleCount
	Sealed          = record.Sealed
	SealedDirection = record.SealedDirection
	SealedSum       = record.SealedSum
	Seconds         = record.Seconds
	Sink            = record.Sink
	Sketch          = record.Sketch
	Spread          = stat.Spread
	Stamp           = record.Stamp
	Summary         = record.Summary
	TCP             = record.TCP
	Time            = record.Time
	TLS             = record.TLS
	Via             = record.Via
	Wants           = record.Wants
)

// Rules returns all that findings can say.
func Rules() []Rule { return record.Rules() }

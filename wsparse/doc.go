// Package wsparse decodes the bytes of WebSocket connections, RFC 6455, with
// permessage-deflate, RFC 7692, and the opening handshake (over HTTP/2 too, RFC 8441), for
// those who observe a conversation and take no part in it.
//
// It knows bytes alone: no packet, no time, no flow. Decoding accepts and checking judges:
// whatever the bytes allow is decoded, and what they break is reported beside it as a Finding
// of a Rule (Rules lists them; RULES.md is that list).
//
// There are three ways in. ParseMessage reads a message out of a slice and ReadMessage out
// of an io.Reader, for those who have it whole. A Stream takes one direction's bytes as
// they come, with gaps, and gives frames, messages and findings: start reading there. The
// handshake is read by ParseRequest and ParseResponse and judged by JudgeRequest and
// Handshake.Answer.
//
// The names of a frame's fields are those of the Kaitai Struct WebSocket specification.
// The package opens no connection, answers nothing and writes no frames but those of
// AppendFrame, which is there for tests and generators.
package wsparse

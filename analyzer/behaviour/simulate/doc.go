// Package simulate makes captures of programs that do not exist, so that the comparison of behaviours can be held
// to programs for which nobody tuned it.
//
// A program is drawn from a seed: its messages and their fields, its identifiers, its timers, and a suite of tests that
// uses it (a connection a test, one long connection, or a shuffled order). Its family (program.go) says how it
// encodes messages: Socket.IO, GraphQL, OCPP, MessagePack, MQTT and others. A run of it is drawn from another seed, under
// Conditions: a quiet machine, a busy one, a slow relay that stalls. The same seeds give the same bytes.
//
// A Change makes a program worse in one way (change.go), so that what a comparison names is known beforehand.
//
// Start reading at program.go, then suite.go, which runs it, and conn.go, which puts it on the wire. It simulates no loss and no
// encryption: those are held to real captures elsewhere.
package simulate

package main

import (
	"github.com/fxamacker/cbor/v2"

	"wscope/analyzer"
	"wscope/analyzer/record"
)

// travelling is a step of a flow as it travels. JSON would not do: text of a capture need not
// be UTF-8, and records have fields that are no part of JSON.
type travelling struct {
	Kind       analyzer.StepKind
	ID         []byte
	Flow       *record.Flow
	Poll       *analyzer.PollRequest
	Asked      record.Time
	Connection record.Time
	Numbers    [2]uint32
	Unknown    [2]bool // the directions of a flow that could not be opened
}

// decoding keeps texts that are not UTF-8 as they are, and takes lists of any length.
var decoding = func() cbor.DecMode {
	mode, err := cbor.DecOptions{UTF8: cbor.UTF8DecodeInvalid, MaxArrayElements: 1<<31 - 1, MaxMapPairs: 1<<31 - 1}.DecMode()
	if err != nil {
		panic(err) // they are options that there are
	}
	return mode
}()

// appendStep appends a step.
func appendStep(b []byte, s *analyzer.Step, id []byte) ([]byte, error) {
	t := travelling{Kind: s.Kind, ID: id, Flow: s.Record, Poll: s.Poll}
	if f := s.Record; f != nil {
		t.Asked, t.Connection, t.Numbers = f.Asked, f.Connection, f.Numbers
		t.Unknown = [2]bool{f.ClientToServer.IsZero(), f.ServerToClient.IsZero()}
	}
	text, err := cbor.Marshal(&t)
	return append(b, text...), err
}

// readStep reads what appendStep appended.
func readStep(b []byte) (s analyzer.Step, id string, err error) {
	var t travelling
	if err := decoding.Unmarshal(b, &t); err != nil {
		return s, "", err
	}
	if f := t.Flow; f != nil {
		f.Asked, f.Connection, f.Numbers = t.Asked, t.Connection, t.Numbers
		if t.Unknown[0] {
			f.ClientToServer = record.Unknown()
		}
		if t.Unknown[1] {
			f.ServerToClient = record.Unknown()
		}
	}
	return analyzer.Step{Kind: t.Kind, Record: t.Flow, Poll: t.Poll}, string(t.ID), nil
}

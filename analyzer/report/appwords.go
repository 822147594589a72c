package report

import (
	"strconv"

	"wscope/analyzer/record"
)

// appWords says what a message is in its subprotocol's own words: kind, name, topic and id, and what went wrong.
func appWords(a *record.App) string {
	words := a.Protocol + " " + a.Kind
	if a.Name != "" && a.Name != a.Kind {
		words += " " + a.Name
	}
	if a.Topic != "" && a.Topic != a.Name {
		words += " " + a.Topic
	}
	if a.ID != "" {
		words += " #" + a.ID
	}
	if a.Error != "" {
		words += " failed: " + a.Error
	}
	return Clean(words)
}

// answerWords says what a message answers, and after how long.
func answerWords(a *record.App) string {
	words := "answers"
	if a.Answers != nil {
		words += " message " + strconv.FormatInt(*a.Answers, 10)
	}
	return words + " after " + Span(*a.After)
}

// guessed reports whether a protocol is known by the look of its bytes alone, which are then worth a look themselves.
func guessed(protocol string) bool {
	switch protocol {
	case "json", "msgpack", "cbor", "protobuf", "text":
		return true
	}
	return false
}

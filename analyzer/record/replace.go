package record

import (
	"slices"
)

// Class says how a text is redacted. What says of no class how is hidden whole.
type Class uint8

// The classes.
const (
	Unclassed Class = iota // nobody has said: hidden whole
	Open                   // holds no secret: it is not changed
	Secret                 // hidden whole, and wherever prose quotes it
	Said                   // quoted of payloads: hidden whole
	Name                   // hidden where it looks like a token
	Target                 // a path or URL: the values of its query and what looks like a token in it are hidden
	Scheme                 // of Authorization: hidden unless it is a known one
	Headers                // pairs of a header's name and value
	Prose                  // a sentence of wscope's that may quote secrets of the same record
	Drop                   // left out
	Content                // the payload, which is replaced by hand
	Parent                 // as the field says that holds the record
)

// Replacer gives what stands in the place of texts.
type Replacer interface {
	Text(c Class, text string) string
	Header(name, value string) string
}

// Replace returns a copy of a flow in which do has replaced every text that is not Open. Findings come last.
func (x *Flow) Replace(do Replacer) *Flow {
	c := *x
	c.replace(do)
	return &c
}

// Replace replaces the texts of a message in place. What others may hold is copied first.
func (x *Message) Replace(do Replacer) { x.replace(do) }

// Replace replaces the texts of a finding in place.
func (x *Finding) Replace(do Replacer) { x.replace(do) }

// Replace replaces the texts of a summary in place. What others may hold is copied first.
func (x *Summary) Replace(do Replacer) { x.replace(do) }

func replaceAll(do Replacer, c Class, list []string) []string {
	list = slices.Clone(list)
	for i := range list {
		list[i] = do.Text(c, list[i])
	}
	return list
}

func replacePairs(do Replacer, c Class, list [][2]string) [][2]string {
	list = slices.Clone(list)
	for i, pair := range list {
		if c == Headers {
			list[i][1] = do.Header(pair[0], pair[1])
		} else {
			list[i] = [2]string{do.Text(c, pair[0]), do.Text(c, pair[1])}
		}
	}
	return list
}

package wsparse

import (
	"slices"
	"strings"
)

// extension is one element of Sec-WebSocket-Extensions, RFC 6455 §9.1.
type extension struct {
	name   string
	params []param
	text   string // as sent
	wrong  string // what breaks the grammar; empty where nothing does
}

// param is a parameter of an extension. RFC 6455 §9.1: a quoted value means the same as
// the token inside the quotes.
type param struct {
	name, value string
	has         bool // a value was given
}

// readExtensions reads a list of extensions, of all the fields that carry one.
func readExtensions(fields []Field) []extension {
	var all []extension
	for text := range elements(fields, "Sec-WebSocket-Extensions") {
		all = append(all, readExtension(text))
	}
	return all
}

func readExtension(text string) extension {
	parts := slices.Collect(splitQuoted(text, ';'))
	e := extension{name: strings.Trim(parts[0], " \t"), text: text}
	if !isToken(e.name) {
		e.wrong = "name " + e.name
	}
	for _, part := range parts[1:] {
		name, value, has := strings.Cut(part, "=")
		p := param{strings.Trim(name, " \t"), strings.Trim(value, " \t"), has}
		if has {
			p.value = unquote(p.value)
		}
		if !isToken(p.name) || has && !isToken(p.value) {
			e.wrong = "parameter " + strings.Trim(part, " \t")
		}
		e.params = append(e.params, p)
	}
	return e
}

// unquote gives the inside of a quoted string, and anything else as it is.
func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	s = s[1 : len(s)-1]
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// isDeflate reports whether it is permessage-deflate, RFC 7692 §7.
func (e *extension) isDeflate() bool { return strings.EqualFold(e.name, "permessage-deflate") }

// isRegistered reports whether the name is one of IANA's WebSocket Extension Name Registry.
func (e *extension) isRegistered() bool {
	return e.isDeflate() || strings.EqualFold(e.name, "bbf-usp-protocol")
}

// texts gives extensions as sent.
func texts(all []extension) []string {
	var s []string
	for i := range all {
		s = append(s, all[i].text)
	}
	return s
}
